-- Arguments that several functions of images have: sizes, fills, modes.
local torch = require "torch"
local options = require "torch.utils.options"

local arguments = {}

--- The items of an array or a tensor; a number is one item; nil: neither.
function arguments.items(value)
  if type(value) == "number" then return {value} end
  if torch.is_tensor(value) and value.ndim == 1 then value = value:tolist() end -- of booleans, too
  if type(value) ~= "table" or getmetatable(value) ~= nil and rawlen(value) == 0 then return nil end
  for _, item in ipairs(value) do
    if type(item) ~= "number" then return nil end
  end
  return #value > 0 and table.move(value, 1, #value, 1, {}) or nil
end

--- Height and width of a positive integer, {n} or {height, width}.
function arguments.size(name, parameter, position, value)
  local list = arguments.items(value) or {}
  local h, w = options.integer(list[1]), options.integer(list[#list])
  if not (h and w and h > 0 and w > 0 and #list <= 2) then
    options.wrong(name, parameter, position, "a size or {height, width}", value)
  end
  return h, w
end

--- An array of n numbers.
function arguments.numbers(name, parameter, position, value, n)
  local list = arguments.items(value)
  if not list or #list ~= n then
    options.wrong(name, parameter, position, ("an array of %d numbers"):format(n), value)
  end
  return list
end

--- Left, top, right and bottom of a padding: an integer, {all}, {left and right, top and bottom} or all four.
function arguments.padding(name, position, value)
  local list = arguments.items(value) or {}
  for i, item in ipairs(list) do list[i] = options.integer(item) or false end
  if not list[1] or #list == 3 or #list > 4 or not (list[2] ~= false and list[3] ~= false and list[4] ~= false) then
    options.wrong(name, "padding", position, "an integer, or an array of 1, 2 or 4 of them", value)
  end
  local left, top = list[1], list[2] or list[1]
  return left, top, list[3] or left, list[4] or top
end

--- The fill of each of the channels, as an array; nil for nil.
function arguments.fill(name, position, value, channels)
  if value == nil then return nil end
  local list = arguments.items(value)
  if not list or #list ~= 1 and #list ~= channels then
    options.wrong(name, "fill", position, channels == 1 and "a number"
      or ("a number, or an array of %d of them, one a channel"):format(channels), value)
  end
  for i = 2, channels do list[i] = list[i] or list[1] end
  return list
end

local MODES <const> = {nearest = true, ["nearest-exact"] = true, bilinear = true, bicubic = true,
  lanczos = true}
-- Pillow's numbers of the modes.
local NUMBERS <const> = {[0] = "nearest", [1] = "lanczos", [2] = "bilinear", [3] = "bicubic"}

--- The name of an interpolation mode. `known`: those that the function has; nil: all.
function arguments.interpolation(name, position, value, known)
  local mode = NUMBERS[value] or value
  if mode == "nearest_exact" then mode = "nearest-exact" end
  if not (known or MODES)[mode] then
    options.wrong(name, "interpolation", position,
      known and '"nearest" or "bilinear"' or '"nearest", "nearest-exact", "bilinear", "bicubic" or "lanczos"', value)
  end
  return mode
end

arguments.SAMPLED = {nearest = true, bilinear = true}

-- Bits of the values of each integer dtype that computes, without the sign.
local BITS <const> = {}
for _, dtype in ipairs(torch._C.dtypes()) do
  if dtype.category == "integer" and not dtype.stored then
    BITS["torch." .. dtype.name] = 8 * dtype.size - (dtype.lowest < 0 and 1 or 0)
  end
end

--- Bits of the values of an image of an integer dtype, without the sign; nil of other dtypes.
function arguments.bits(dtype) return BITS[tostring(dtype)] end

--- The largest value of an image of a dtype: 1 of floats.
function arguments.largest(dtype)
  local bits = arguments.bits(dtype)
  return bits and (1 << bits) - 1 or 1
end

--- The nearest integer, of two equally near ones the even one, as Python's round.
function arguments.round(x)
  local down = math.floor(x)
  local over = x - down
  if over > 0.5 or over == 0.5 and down % 2 == 1 then down = down + 1 end
  return math.tointeger(down)
end

--- Where a number is cut to an integer.
function arguments.truncate(x) return math.tointeger(x < 0 and math.ceil(x) or math.floor(x)) end

return arguments
