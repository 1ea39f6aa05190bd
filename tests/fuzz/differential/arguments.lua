--- For tests/fuzz/differential.lua: random arguments of a row, by its types or from the samples of gradient checks. One
-- is {kind =, value =}; kinds are "tensor" ({dtype, shape, data, order} as values of Lua), "positions" (the same),
-- "tensors", "number", "position", "list", "dims", "bool", "word", "dtype".
local domains = require "domains"
local arguments = {}

local random = math.random
local function one(list) return list[random(#list)] end
local function chance(percent) return random(100) <= percent end

local EDGES <const> = {0, -0.0, 1, -1, 0 / 0, 1 / 0, -1 / 0, 1e-40, 65504, 3.5, -2.5}

local function is_float(dtype) return dtype:find "float" ~= nil end
local function is_complex(dtype) return dtype:find "complex" ~= nil end

local function element(dtype, edges)
  if dtype == "bool" then return chance(50) end
  if is_complex(dtype) then return {element("float64", edges), element("float64", edges)} end
  if is_float(dtype) then
    if edges and chance(15) then return one(EDGES) end
    return math.floor((random() * 6 - 3) * 1024) / 1024
  end
  if dtype == "uint8" then return edges and chance(10) and 255 or random(0, 5) end
  if edges and chance(10) then return one {127, -128, 0} end
  return random(-5, 5)
end

--- A tensor of this shape as the plain values that make it, sometimes with its dimensions in another order in memory.
function arguments.tensor(dtype, shape, edges, make)
  local order
  if #shape > 1 and chance(30) then
    order = {}
    for d = 1, #shape do order[d] = d end
    for d = #shape, 2, -1 do
      local other = random(d)
      order[d], order[other] = order[other], order[d]
    end
  end
  local inner, n = {}, 1
  for d = 1, #shape do
    inner[order and order[d] or d] = shape[d]
    n = n * shape[d]
  end
  local data = {}
  for i = 1, n do data[i] = (make or element)(dtype, edges) end
  return {kind = "tensor", value = {dtype = dtype, shape = inner, data = data, order = order}}
end

local function shape()
  local list = {}
  for d = 1, one {0, 1, 1, 2, 2, 2, 3, 4} do list[d] = chance(5) and 0 or random(4) end
  return list
end

-- A shape that broadcasts against `base`, most often the same one.
local function fitting(base)
  if chance(60) then return base end
  local list = {}
  for d = chance(30) and math.min(2, #base) or 1, #base do list[#list + 1] = chance(25) and 1 or base[d] end
  return list
end

local PLAIN = {}
function PLAIN.ARG_NUMBER(dtype)
  return {kind = "number", value = is_float(dtype) and one {0.5, 2, -1.5, 0, 3} or one {1, 2, -1, 3, 0}}
end
PLAIN.ARG_OPTIONAL_NUMBER = PLAIN.ARG_NUMBER
function PLAIN.ARG_FLOAT() return {kind = "number", value = one {0.5, 1.0, 2.0, 0.25}} end
function PLAIN.ARG_INT() return {kind = "number", value = one {0, 1, 2, -1, 3}} end
function PLAIN.ARG_BOOL() return {kind = "bool", value = chance(50)} end
function PLAIN.ARG_DIM(_, base)
  local n = math.max(#base, 1)
  return {kind = "position", value = chance(40) and -random(n) or random(n)}
end
function PLAIN.ARG_INDEX(_, base) return {kind = "position", value = random(math.max(base[1] or 1, 1))} end
function PLAIN.ARG_DIMS(_, base)
  local n, list = math.max(#base, 1), {}
  for d = 1, n do if chance(50) then list[#list + 1] = d end end
  if #list == 0 then list[1] = random(n) end
  if #list == 1 and chance(50) then return {kind = "position", value = list[1]} end
  return {kind = "dims", value = list}
end
function PLAIN.ARG_INTS() return {kind = "number", value = random(3)} end
function PLAIN.ARG_SHAPE(_, base) return {kind = "list", value = base} end

local function drawn(arg, dtype, base, edges)
  local kind = arg.type.arg
  if kind == "ARG_TENSOR" then
    if not arg.list then return arguments.tensor(dtype, fitting(base), edges) end
    local list = {}
    for i = 1, random(3) do list[i] = arguments.tensor(dtype, base, edges) end
    return {kind = "tensors", value = list}
  end
  if kind == "ARG_POSITIONS" and not arg.list then
    local size = math.max(base[1] or 1, 1)
    local t = arguments.tensor("int64", fitting(base), false, function() return random(size) end)
    t.kind = "positions"
    return t
  end
  if kind == "ARG_CHOICE" then return {kind = "word", value = one(arg.type.choices or arg.choices)} end
  return PLAIN[kind] and PLAIN[kind](dtype, base)
end

--- A call by the types of the row: {args…, n =, named = {name = arg}}, or nil where a type cannot be drawn.
function arguments.by_types(row, dtype, edges)
  local base = shape()
  local call = {n = 0, named = {}}
  local stopped = false
  for _, arg in ipairs(row.args) do
    local optional = arg.default_text ~= nil or arg.optional
    local given = not optional or chance(50)
    if arg.keyword_only or stopped then
      if given and arg.type.arg ~= "ARG_DTYPE" then call.named[arg.name] = drawn(arg, dtype, base, edges) end
      if not optional and not call.named[arg.name] then return nil end
    elseif given then
      local value = drawn(arg, dtype, base, edges)
      if value == nil and not optional then return nil end
      if value == nil then stopped = true
      else
        call.n = call.n + 1
        call[call.n] = value
      end
    else stopped = true end
  end
  return call
end

-- A sample's value as an argument of this type, with numbers of another dtype.
local function converted(arg, v, dtype, edges)
  local kind = arg.type.arg
  if torch.is_tensor(v) then
    local is_data = kind == "ARG_TENSOR" and v.dtype ~= torch.bool and v.dtype ~= torch.int64
    if is_data and v.requires_grad then
      local list, i = v:detach():reshape(-1):tolist(), 0
      local integral = not is_float(dtype) and not is_complex(dtype)
      local t = arguments.tensor(dtype, v.shape, false, function()
        i = i + 1
        local x = list[i]
        if type(x) == "userdata" then x = x.real end
        if edges and chance(8) then return element(dtype, true) end
        if is_complex(dtype) then return {x, 0.25} end
        if dtype == "bool" then return x > 0 end
        return integral and math.floor(dtype == "uint8" and math.abs(x * 2) or x * 2) or x
      end)
      return t
    end
    local list = v:detach():reshape(-1):tolist()
    local name = tostring(v.dtype):match "[^.]+$"
    if is_data and (is_float(dtype) or is_complex(dtype)) then name = is_complex(dtype) and name or dtype end
    return {kind = kind == "ARG_POSITIONS" and "positions" or "tensor",
      value = {dtype = name, shape = table.move(v.shape, 1, v.ndim, 1, {}), data = list}}
  end
  if arg.list and type(v) == "table" then
    local list = {}
    for i, item in ipairs(v) do
      list[i] = converted({type = arg.type}, item, dtype, edges)
      if list[i] == nil then return nil end
    end
    return {kind = "tensors", value = list}
  end
  if kind == "ARG_DIM" or kind == "ARG_INDEX" then return {kind = "position", value = v} end
  if kind == "ARG_DIMS" then return {kind = type(v) == "table" and "dims" or "position", value = v} end
  if type(v) == "table" then return {kind = "list", value = v} end
  if type(v) == "boolean" then return {kind = "bool", value = v} end
  if type(v) == "string" then return {kind = "word", value = v} end
  return {kind = "number", value = v}
end

--- A call made of a sample of the gradient checks; nil where there is none.
function arguments.by_sample(row, dtype, edges)
  local ok, samples = pcall(domains.samples, row, random(1 << 20))
  if not ok or not samples or #samples == 0 then return nil end
  local sample = one(samples)
  local call = {n = 0, named = {}}
  for i = 1, sample.n do
    local v, arg = sample[i], row.args[i]
    local is_named = type(v) == "table" and not torch.is_tensor(v) and #v == 0 and next(v) ~= nil
    if is_named then
      for name, item in pairs(v) do
        call.named[name] = row.by_name[name] and converted(row.by_name[name], item, dtype, edges)
        if not call.named[name] then return nil end
      end
    elseif v == nil then
      call.n = i
      call[i] = {kind = "none"}
    else
      call.n = i
      call[i] = arg and converted(arg, v, dtype, edges)
      if call[i] == nil then return nil end
    end
  end
  return call
end

--- Gives what is no tensor by name: PyTorch's losses have deprecated arguments in between.
function arguments.name_options(row, call)
  for i = call.n, 1, -1 do
    local kind = call[i] and call[i].kind or "none"
    if kind == "tensor" or kind == "positions" or kind == "tensors" then return end
    if kind ~= "none" then call.named[row.args[i].name] = call[i] end
    call[i], call.n = nil, i - 1
  end
end

return arguments
