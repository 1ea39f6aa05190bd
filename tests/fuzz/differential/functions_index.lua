--- For tests/fuzz/differential.lua: x[…] read and assigned with items of every form, mixed, and tensors as texts.
local functions = {}

local random = math.random

local function item(python, lua) return {python = tostring(python), lua = lua} end

-- ---- one item of x[…] for a dimension of n elements ---------------------------------------------------------------

local function number(d, n)
  local i = d:chance(40) and -random(n) or random(n)
  return item(i > 0 and i - 1 or i, i)
end

local function first_of(a) return a > 0 and a - 1 or a end -- where a range begins
local function last_of(b) -- what Python writes for the end of a range that includes b
  if b == -1 then return "" end
  return b > 0 and b or b + 1
end

local function range(d, n)
  if n == 0 or d:chance(25) then return item(":", {}) end
  local a = d:chance(30) and -random(n) or random(n)
  if d:chance(20) then return item(("%s:%s"):format(first_of(a), last_of(a)), {a}) end
  local b = d:chance(30) and -random(n) or random(n + 2)
  if d:chance(40) then
    local step = random(3)
    return item(("%s:%s:%d"):format(first_of(a), last_of(b), step), {a, b, step})
  end
  return item(("%s:%s"):format(first_of(a), last_of(b)), {a, b})
end

local function nested(list, shape, at, depth)
  if depth > #shape then
    at[1] = at[1] + 1
    return tostring(list[at[1]])
  end
  local parts = {}
  for i = 1, shape[depth] do parts[i] = nested(list, shape, at, depth + 1) end
  return "[" .. table.concat(parts, ",") .. "]"
end

-- Positions as a tensor; from the end too. For assigning each one once.
local function places(d, n, shape, once)
  local count, theirs, ours = 1, {}, {}
  for _, size in ipairs(shape) do count = count * size end
  local taken = d:distinct(math.min(count, n), n).value.data
  for i = 1, count do
    local p = once and taken[i] or random(n)
    if p == nil then return nil end
    if d:chance(30) then p = p - n - 1 end
    theirs[i], ours[i] = p > 0 and p - 1 or p, p
  end
  local text = ("torch.tensor(%s,dtype=torch.int64)"):format(nested(theirs, shape, {0}, 1))
  local t = count > 0 and torch.tensor(ours):reshape(shape) or torch.zeros(shape, {dtype = "int64"})
  return item(text, t)
end

local function mask(shape, dims, from)
  local size, data, words, count = {}, {}, {}, 1
  for i = 1, dims do
    size[i] = shape[from + i - 1]
    count = count * size[i]
  end
  for i = 1, count do
    data[i] = random(2) == 1
    words[i] = data[i] and "True" or "False"
  end
  local python = ("torch.tensor([%s],dtype=torch.bool).reshape([%s])"):format(table.concat(words, ","),
    table.concat(size, ","))
  local lua = count > 0 and torch.tensor(data):reshape(size) or torch.zeros(size, {dtype = "bool"})
  return item(python, lua)
end

-- ---- the whole of what stands between the brackets ----------------------------------------------------------------

local FORMS <const> = {"number", "range", "range", "places", "mask", "newaxis", "rest"}

-- The items for the dimensions of a shape, in order; `once`: no position twice.
local function items(d, shape, once)
  local list, dim, rest, common = {}, 1, false, {random(3)}
  local stop = random(0, #shape + 1)
  while dim <= #shape and #list < stop do
    local form, n = d:one(FORMS), shape[dim]
    local found, used
    if form == "number" and n > 0 then found, used = number(d, n), 1
    elseif form == "places" and n > 0 then
      local size = once and common or d:one {common, {1}, {2, common[1]}, {}}
      found, used = places(d, n, size, once), 1
    elseif form == "mask" then
      used = dim < #shape and d:chance(30) and 2 or 1
      found = mask(shape, used, dim)
    elseif form == "newaxis" then found, used = item("None", d:chance(50) and "newaxis" or torch.newaxis), 0
    elseif form == "rest" and not rest then
      rest = true
      found, used = item("...", "..."), random(0, #shape - dim + 1)
    elseif form == "range" then found, used = range(d, n), 1 end
    if found then
      list[#list + 1], dim = found, dim + used
    end
  end
  return list
end

local function key(d, shape, once)
  local list = items(d, shape, once)
  if #list == 1 and d:chance(50) and (math.type(list[1].lua) or torch.is_tensor(list[1].lua)) then return list[1] end
  local theirs, ours = {}, {}
  for i, it in ipairs(list) do theirs[i], ours[i] = it.python, it.lua end
  return item("(" .. table.concat(theirs, ",") .. (#list > 0 and ",)" or ")"), ours)
end

-- Brackets of Python take slices; as an argument they are written slice(…), which I[…] of reference.py makes.
local function written(k)
  return {kind = "raw", value = {python = k.python == "()" and "()" or ("I[%s]"):format(k.python:match "^%((.*)%)$"
    or k.python), lua = k.lua}}
end

functions["index.read"] = function(d)
  local shape = d:shape(1, 4)
  return {d:tensor(shape), written(key(d, shape, false))}
end
functions["index.assign"] = function(d)
  local shape = d:shape(1, 4)
  local k = key(d, shape, true)
  local ok, part = pcall(function() return torch.zeros(shape)[k.lua] end)
  if not ok then return nil end
  local size = table.move(part.shape, 1, #part.shape, 1, {})
  for i = 1, #size do if d:chance(15) then size[i] = 1 end end
  if #size > 0 and d:chance(15) then table.remove(size, 1) end
  return {d:tensor(shape), written(k), d:chance(25) and d:number(d:one {0, 1, 2}) or d:tensor(size)}
end

-- ---- texts --------------------------------------------------------------------------------------------------------

local function value(d, kind)
  if d.dtype == "bool" then return d:chance(50) end
  if not d:is_float() and not d:is_complex() then
    return kind == "large" and d.dtype ~= "uint8" and d.dtype ~= "int8" and random(-30000, 30000) or random(0, 120)
  end
  local function part()
    if kind == "edges" and d:chance(20) then return d:one {0 / 0, 1 / 0, -1 / 0, 0.0, -0.0} end
    if kind == "whole" then return random(-200, 200) + 0.0 end
    local x = (random() * 2 - 1) * (kind == "large" and 10.0 ^ random(0, 9) or kind == "small" and 10.0 ^ -random(0, 9)
      or 1)
    if d.dtype:find "16" or kind == "exact" then return math.floor(x * 64) / 64 end
    return string.unpack("<f", string.pack("<f", x))
  end
  return d:is_complex() and {part(), part()} or part()
end

functions["text"] = function(d)
  local shape = d:shape(0, 4)
  local kind = d:one {"plain", "edges", "whole", "large", "small", "exact"}
  local x = d:finite(shape, d.dtype, function() return value(d, kind) end)
  local list = {x}
  if d:chance(25) then list.precision = d:number(d:size(1, 6)) end
  if d:chance(25) then list.linewidth = d:number(d:one {40, 60, 100}) end
  if d:chance(25) then list.threshold, list.edgeitems = d:number(d:one {3, 8}), d:number(d:size(1, 2)) end
  if d:chance(25) then list.sci_mode = d:flag() end
  return list
end

return {functions = functions, positions = {}}
