--- For tests/fuzz/differential: what the lists of functions draw their arguments with. A function of a list is called
-- with a Drawing and gives {arguments…, name = named argument…} or nil where the dtype is not taken.
local arguments = require "arguments"
local Drawing = {}
Drawing.__index = Drawing

local random = math.random

function Drawing.new(dtype, edges) return setmetatable({dtype = dtype, edges = edges}, Drawing) end

function Drawing:is_float() return self.dtype:find "float" ~= nil end
function Drawing:is_complex() return self.dtype:find "complex" ~= nil end
--- Whether LAPACK has it: float32, float64 and their complex numbers.
function Drawing:is_wide() return (self:is_float() or self:is_complex()) and not self.dtype:find "16" end

function Drawing.one(_, list) return list[random(#list)] end
function Drawing.chance(_, percent) return random(100) <= percent end
function Drawing.size(_, least, most) return random(least or 1, most or 4) end
function Drawing:shape(least, most)
  local list = {}
  for d = 1, random(least or 0, most or 3) do list[d] = self:chance(6) and 0 or random(4) end
  return list
end

function Drawing:tensor(shape, dtype) return arguments.tensor(dtype or self.dtype, shape, self.edges) end
--- A tensor of any shape.
function Drawing:any(least, most) return self:tensor(self:shape(least, most)) end
function Drawing:finite(shape, dtype, make) return arguments.tensor(dtype or self.dtype, shape, false, make) end
--- Finite numbers of which no one is near 0.
function Drawing:clear(shape)
  return self:finite(shape, self.dtype, function(dtype)
    local function part() return (random(2) == 1 and 1 or -1) * (random(64, 300) / 128) end
    return dtype:find "complex" and {part(), part()} or part()
  end)
end
--- Square matrices, some of them in a batch, with a large diagonal.
function Drawing:square(n, batch)
  local shape = table.move(batch or {}, 1, #(batch or {}), 1, {})
  shape[#shape + 1], shape[#shape + 2] = n, n
  local i = -1
  local function make(dtype)
    i = i + 1
    local here = i % (n * n)
    local x = random(-128, 128) / 128 + (here // n == here % n and 2 * n or 0)
    return dtype:find "complex" and {x, random(-128, 128) / 128} or x
  end
  local t = self:finite(shape, self.dtype, make)
  t.value.order, t.value.shape = nil, shape -- the diagonal is where it was made
  return t
end
--- A positive definite matrix: 4 n on the diagonal, a symmetric (or Hermitian) rest.
function Drawing:positive(n)
  local data = {}
  for i = 1, n do
    for j = 1, i do
      local x, y = random(-128, 128) / 128, i ~= j and random(-128, 128) / 128 or 0
      if i == j then x = 4 * n end
      data[(i - 1) * n + j] = self:is_complex() and {x, y} or x
      data[(j - 1) * n + i] = self:is_complex() and {x, -y} or x
    end
  end
  return {kind = "tensor", value = {dtype = self.dtype, shape = {n, n}, data = data}}
end
--- A triangle with a large real diagonal, and 0 elsewhere.
function Drawing:triangular(n, upper)
  local t = self:positive(n)
  for i = 1, n do
    for j = 1, n do
      if (upper and j < i) or (not upper and j > i) then
        t.value.data[(i - 1) * n + j] = self:is_complex() and {0, 0} or 0
      end
    end
  end
  return t
end
--- Values from a list, or rising ones.
function Drawing:values(shape, list) return self:finite(shape, self.dtype, function() return self:one(list) end) end
function Drawing:rising(n)
  local x, data = 0, {}
  for i = 1, n do
    x = x + random(0, 8) / 4
    data[i] = self:is_float() and x or math.floor(x)
  end
  return {kind = "tensor", value = {dtype = self.dtype, shape = {n}, data = data}}
end

--- Positions from 1 to n.
function Drawing.positions(_, shape, n)
  local t = arguments.tensor("int64", shape, false, function() return random(n) end)
  t.kind = "positions"
  return t
end
--- All of 1 to n in any order, `count` of them.
function Drawing.distinct(_, count, n)
  local list = {}
  for i = 1, n do list[i] = i end
  for i = n, 2, -1 do
    local j = random(i)
    list[i], list[j] = list[j], list[i]
  end
  return {kind = "positions", value = {dtype = "int64", shape = {count}, data = table.move(list, 1, count, 1, {})}}
end
function Drawing:counts(shape, most) return self:finite(shape, "int64", function() return random(0, most or 3) end) end
function Drawing:mask(shape) return arguments.tensor("bool", shape, false) end

function Drawing.number(_, value) return {kind = "number", value = value} end
function Drawing.flag(_, value)
  if value == nil then value = random(2) == 1 end
  return {kind = "bool", value = value}
end
function Drawing.word(_, value) return {kind = "word", value = value} end
function Drawing.list(_, values) return {kind = "list", value = values} end
function Drawing.tensors(_, values) return {kind = "tensors", value = values} end
--- A dimension of a shape, from the front or from the back.
function Drawing:dim(shape)
  local n = math.max(#shape, 1)
  return {kind = "position", value = self:chance(40) and -random(n) or random(n)}
end
function Drawing.position(_, value) return {kind = "position", value = value} end
--- Some of the dimensions.
function Drawing:dims(shape, least)
  local list = {}
  for d = 1, #shape do if self:chance(50) then list[#list + 1] = d end end
  if #list < (least or 1) then
    list = {}
    for d = 1, #shape do list[d] = d end
  end
  return {kind = "dims", value = list}
end

--- The call of a function of a list: {args…, n =, named =}.
function Drawing.call(make, dtype, edges)
  local drawn = make(Drawing.new(dtype, edges))
  if not drawn then return nil end
  local call = {n = #drawn, named = {}}
  for key, value in pairs(drawn) do
    if type(key) == "string" then call.named[key] = value else call[key] = value end
  end
  return call
end

return Drawing
