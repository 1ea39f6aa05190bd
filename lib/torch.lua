-- What torch has beyond the ops: functions that are shorter in Lua. Called with torch.
local torch = ...
local raise = torch._C.raise -- an error at the line of the program
local methods = getmetatable(torch.zeros(0)).__methods

local function both(name, f)
  torch[name] = f
  methods[name] = f
end

local function describe(v)
  if torch.is_tensor(v) then return "a tensor" end
  if type(v) == "string" then
    return ('the string "%s"'):format((#v > 60 and v:sub(1, 60) .. "…" or v):gsub("%c", " ")) -- one line
  end
  if v ~= v then return "nan" end
  if type(v) == "number" or type(v) == "nil" or type(v) == "boolean" then return tostring(v) end
  return "a " .. type(v)
end

-- Raises "NAME: 'ARGUMENT' (argument N): expected …, got …".
local function wrong(name, argument, position, expected, value)
  raise(("%s: '%s' (argument %d): expected %s, got %s"):format(name, argument, position, expected, describe(value)))
end
local function check_tensor(name, argument, position, value)
  if not torch.is_tensor(value) then wrong(name, argument, position, "a tensor", value) end
end
-- A table of named arguments: only these names stand in it.
local function check_names(name, options, ...)
  local known = {...}
  for key in pairs(options) do
    local good = false
    for _, argument in ipairs(known) do good = good or argument == key end
    if not good then
      raise(("%s: no argument '%s'; the table may hold %s"):format(name, tostring(key), table.concat(known, ", ")))
    end
  end
end
--- torch.nonzero(input: Tensor, as_tuple: bool = false) -> Tensor:
-- The positions of the elements that are not 0, one row each; with as_tuple one tensor for each
-- dimension (for x[{...}]).
-- Example: torch.nonzero(torch.tensor{0, 3, 4})
local nonzero = torch.nonzero
local function nonzero_columns(input)
  if torch.is_tensor(input) and input.ndim == 0 then input = input:reshape(1) end
  return table.unpack(torch.unbind(nonzero(input), 2))
end
both("nonzero", function(input, ...)
  local options = ...
  if type(options) ~= "table" or options.as_tuple == nil then return nonzero(input, ...) end
  local rest = {}
  for name, value in pairs(options) do if name ~= "as_tuple" then rest[name] = value end end
  if type(options.as_tuple) ~= "boolean" then
    raise(("nonzero: 'as_tuple': expected true or false, got %s"):format(tostring(options.as_tuple)))
  end
  if options.as_tuple and not next(rest) then return nonzero_columns(input) end
  return nonzero(input, rest)
end)

local function allclose_names(options) check_names("allclose", options, "rtol", "atol", "equal_nan") end

--- torch.allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = false) ->
-- bool: Whether |input - other| ≤ atol + rtol |other| everywhere; with equal_nan NaN is close to NaN.
-- Example: torch.allclose(torch.ones(2), torch.ones(2) + 1e-9)
both("allclose", function(input, other, rtol, atol, equal_nan)
  check_tensor("allclose", "input", 1, input)
  check_tensor("allclose", "other", 2, other)
  if type(rtol) == "table" then
    if atol ~= nil then wrong("allclose", "atol", 4, "nothing after a table of named arguments", atol) end
    allclose_names(rtol)
    rtol, atol, equal_nan = rtol.rtol, rtol.atol, rtol.equal_nan
  end
  if rtol ~= nil and type(rtol) ~= "number" then wrong("allclose", "rtol", 3, "a number", rtol) end
  if atol ~= nil and type(atol) ~= "number" then wrong("allclose", "atol", 4, "a number", atol) end
  if equal_nan ~= nil and type(equal_nan) ~= "boolean" then
    wrong("allclose", "equal_nan", 5, "true or false", equal_nan)
  end
  local _ <close> = torch.no_grad()
  local widest = (input:is_complex() or other:is_complex()) and torch.complex128 or torch.float64
  local a, b = input:to(widest), other:to(widest)
  local fit, distance = pcall(torch.sub, a, b)
  if not fit then raise(distance:gsub("^.-sub: ", "allclose: ")) end
  local close = distance:abs():le(b:abs() * (rtol or 1e-5) + (atol or 1e-8)):logical_or(a:eq(b))
  if equal_nan then close = close:logical_or(a:isnan():logical_and(b:isnan())) end
  return close:all():item()
end)

-- The dimensions that a method taking `other` gives its input.
local function as(name, x, other)
  check_tensor(name, "other", 1, other)
  if other:numel() ~= x:numel() then
    wrong(name, "other", 1, ("a tensor of %d elements"):format(x:numel()), other:numel())
  end
  return other.shape
end
--- x:view_as(other: Tensor) -> Tensor: A view in the shape of other.
-- Example: torch.arange(4):view_as(torch.zeros(2, 2))
function methods.view_as(x, other) return x:view(as("view_as", x, other)) end
--- x:reshape_as(other: Tensor) -> Tensor: In the shape of other; a copy where it must be.
-- Example: torch.arange(4):reshape_as(torch.zeros(2, 2))
function methods.reshape_as(x, other) return x:reshape(as("reshape_as", x, other)) end
--- x:new_tensor(data: any, {dtype: dtype =, device: device =, requires_grad: bool = false}) -> Tensor:
-- torch.tensor(data) in the dtype of x, unless dtype says otherwise.
-- Example: torch.ones(1):new_tensor({1, 2})
function methods.new_tensor(x, data, options)
  if options ~= nil and type(options) ~= "table" then
    wrong("new_tensor", "options", 2, "a table such as {dtype = torch.float64}", options)
  end
  local all = {dtype = x.dtype, device = x.device}
  for name, value in pairs(options or {}) do all[name] = value end
  return torch.tensor(data, all)
end

-- Other names of the same functions, and of their forms in place.
for alias, name in pairs {multiply = "mul", divide = "div", subtract = "sub", negative = "neg", absolute = "abs",
  concat = "cat", concatenate = "cat", ger = "outer", clip = "clamp", greater = "gt", less = "lt",
  true_divide = "div", arccos = "acos", arccosh = "acosh", arcsin = "asin", arcsinh = "asinh", arctan = "atan",
  arctanh = "atanh", arctan2 = "atan2", fix = "trunc", greater_equal = "ge", less_equal = "le", not_equal = "ne"} do
  torch[alias], methods[alias], methods[alias .. "_"] = torch[name], methods[name], methods[name .. "_"]
  torch[alias .. "_"] = rawget(torch, name .. "_")
  torch._C.alias(alias, name)
  torch._C.alias(alias .. "_", name .. "_")
end
for _, name in ipairs {"gcd_", "lcm_", "ldexp_", "xlogy_", "clamp_"} do torch[name] = methods[name] end
torch.clip_, torch.e = methods.clamp_, math.exp(1)
methods.swapaxes_, methods.swapdims_ = methods.transpose_, methods.transpose_
for alias, name in pairs {psi = "digamma", gammaln = "lgamma", expit = "sigmoid", gammainc = "igamma",
  gammaincc = "igammac", multigammaln = "mvlgamma", logit = "logit"} do
  torch.special[alias] = torch[name]
  torch._C.alias(alias, name)
end

--- x:polygamma(n: int) -> Tensor: torch.polygamma(n, x): the derivative number n of ψ.
-- Example: torch.ones(1):polygamma(1)
function methods.polygamma(x, n) return torch.polygamma(n, x) end

methods["repeat"] = methods.repeatTensor -- PyTorch's name, a word of Lua: x["repeat"](x, 2)

--- torch.scope(f: function, ...: any) -> any: Runs f(...), returns its results, and gives the
-- memory of the tensors that it left behind back at once.
-- Example: torch.scope(function(n) return torch.ones(n):sum():item() end, 10)
function torch.scope(f, ...)
  if not require "torch.utils.options".is_callable(f) then wrong("scope", "f", 1, "a function", f) end
  local results = table.pack(f(...))
  collectgarbage()
  return table.unpack(results, 1, results.n)
end
