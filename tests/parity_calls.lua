--- The recorded cases of parity.lua as calls: what stands in a file as values of Lua, and the calls of its cases.
-- ---- reading -----------------------------------------------------------------------------

local Golden = {} -- metatable of T{…}
local Type = {} -- of D"…"
local Complex = {} -- of C(re, im)
local Build = {} -- of M{…}
local NONE = setmetatable({}, {__name = "None"})
local language = {
  T = function(t) return setmetatable(t, Golden) end,
  M = function(t) return setmetatable(t, Build) end,
  D = function(name) return setmetatable({name = name}, Type) end,
  C = function(re, im) return setmetatable({re, im}, Complex) end,
  NIL = NONE, nan = -(0 / 0), inf = math.huge,
}
local function is(v, kind) return type(v) == "table" and getmetatable(v) == kind end

-- The first dtype of a case that the library does not have.
local function lacking(v)
  if is(v, Golden) then return torch[v.dtype] == nil and v.dtype or nil end
  if is(v, Type) then return torch[v.name] == nil and v.name or nil end
  if type(v) ~= "table" then return nil end
  for _, item in pairs(v) do
    local missing = lacking(item)
    if missing then return missing end
  end
end

-- ---- calling -----------------------------------------------------------------------------

local function find(path)
  local at = torch
  for name in path:gmatch "[^.]+" do
    at = at[name]
    if at == nil then error("there is no torch." .. path, 0) end
  end
  return at
end

local function tensor_of(golden, device)
  local t
  local parts = golden.dtype == "complex64" and "float32" or golden.dtype == "complex128" and "float64"
  if parts and #golden.data > 0 then
    local shape = table.move(golden.shape, 1, #golden.shape, 1, {})
    shape[#shape + 1] = 2
    t = torch.view_as_complex(torch.tensor(golden.data, {dtype = parts}):reshape(shape))
  elseif #golden.data == 0 then t = torch.empty(golden.shape, {dtype = golden.dtype})
  else t = torch.tensor(golden.data, {dtype = golden.dtype}):reshape(golden.shape) end
  if device then t = t:to(device) end
  if golden.grad then t:requires_grad_(true) end
  return t
end

-- The value of an argument; tensors are appended to `met` in the order of the page.
local function argument(v, met, device)
  if v == NONE then return nil end
  if is(v, Golden) then
    local t = tensor_of(v, device)
    met[#met + 1] = t
    return t
  end
  if is(v, Type) then return torch[v.name] end
  if is(v, Complex) then
    return torch.complex(torch.tensor(v[1] * 1.0, {dtype = "float64"}),
      torch.tensor(v[2] * 1.0, {dtype = "float64"})):item()
  end
  if is(v, Build) then return find(v.module)(table.unpack(v.args or {})) end
  if type(v) ~= "table" then return v end
  local out = {}
  for i, item in ipairs(v) do out[i] = argument(item, met, device) end
  local names = {}
  for name in pairs(v) do if type(name) == "string" then names[#names + 1] = name end end
  table.sort(names)
  for _, name in ipairs(names) do out[name] = argument(v[name], met, device) end
  return out
end

-- Positional arguments (with one table of named ones at the end) and the tensors met; tensors are on `device`.
local function arguments(case, device)
  local met, args = {}, {n = case.n or #case.args}
  for i = 1, args.n do args[i] = argument(case.args[i], met, device) end
  if case.kwargs and next(case.kwargs) then
    args.n = args.n + 1
    args[args.n] = argument(case.kwargs, met, device)
  end
  return args, met
end

local reflected = {
  __radd__ = function(a, b) return b + a end, __rsub__ = function(a, b) return b - a end,
  __rmul__ = function(a, b) return b * a end, __rdiv__ = function(a, b) return b / a end,
  __rmod__ = function(a, b) return b % a end, __rpow__ = function(a, b) return b ^ a end,
  __rand__ = function(a, b) return b & a end, __ror__ = function(a, b) return b | a end,
  __rxor__ = function(a, b) return b ~ a end, __rmatmul__ = function(a, b) return torch.matmul(b, a) end,
  __getitem__ = function(x, items) return x[items] end,
  __setitem__ = function(x, items, value) x[items] = value; return x end,
}

local DTYPE_NAMES = {bool = true, byte = true, char = true, short = true, int = true, long = true, float = true,
  double = true,
  half = true, cfloat = true, cdouble = true, bfloat16 = true}

local function perform(op, kind, args)
  if kind == "attribute" then return args[1][op:gsub("^attr%.", "")] end
  if kind == "operator" then return reflected[op](table.unpack(args, 1, args.n)) end
  if kind == "method" or torch.is_tensor(args[1]) and DTYPE_NAMES[op] then
    return args[1][op](table.unpack(args, 1, args.n))
  end
  return find(op)(table.unpack(args, 1, args.n))
end

-- Results in one list: tuples of tensors are opened.
local function results(...)
  local out = {}
  for _, v in ipairs(table.pack(...)) do
    if type(v) == "table" and torch.is_tensor(v[1]) then for _, t in ipairs(v) do out[#out + 1] = t end
    else out[#out + 1] = v end
  end
  return out
end

return {Golden = Golden, Type = Type, Complex = Complex, Build = Build, NONE = NONE, language = language, is = is,
  lacking = lacking, find = find, tensor_of = tensor_of, arguments = arguments, perform = perform, results = results}
