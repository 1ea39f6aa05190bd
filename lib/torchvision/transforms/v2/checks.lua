-- Checks of the arguments of transforms.
local options = require "torch.utils.options"
local arguments = require "torchvision.transforms.v2.functional.arguments"

local checks = {}

--- The field becomes {height, width}.
function checks.size(self, field)
  local h, w = arguments.size(self._name, field, nil, self[field])
  self[field] = {h, w}
end

--- The field, where it is there, must be {low, high}, both from least to most.
function checks.range(self, field, least, most)
  local value = self[field]
  if value == nil then return end
  local list = arguments.items(value)
  if not list or #list ~= 2 or not (list[1] <= list[2] and list[1] >= least and list[2] <= most) then
    local words = "{low, high}"
    if most < math.huge then words = ("{low, high} from %g to %g"):format(least, most)
    elseif least > -math.huge then words = ("{low, high}, %g or more"):format(least) end
    options.wrong(self._name, field, nil, words, value)
  end
  self[field] = list
end

--- The field becomes a range of angles: a number means from minus to plus it. `counts`: how many numbers it may have.
function checks.angles(self, field, counts)
  local value = self[field]
  if value == nil then return end
  local list = arguments.items(value) or {}
  if type(value) == "number" and value >= 0 then list = {-value, value}
  elseif type(value) == "number" or not counts[#list] then
    options.wrong(self._name, field, nil, "a number, 0 or more, or an array of "
      .. (counts[4] and "2 or 4 numbers" or "two numbers"), value)
  end
  for i, angle in ipairs(list) do list[i] = angle + 0.0 end
  self[field] = list
end

--- The field must be a number or an array of one or two numbers; it becomes two.
function checks.two(self, field)
  local list = arguments.items(self[field]) or {}
  if #list == 0 or #list > 2 then
    options.wrong(self._name, field, nil, "a number or an array of two", self[field])
  end
  self[field] = {list[1] + 0.0, (list[2] or list[1]) + 0.0}
end

function checks.center(self)
  if self.center ~= nil then self.center = arguments.numbers(self._name, "center", nil, self.center, 2) end
end

--- The fill must be a number, an array of numbers, or a table of these by the kind of tensor ("Image", "Mask", …, and
-- "others").
function checks.fill(self)
  local fill = self.fill
  if fill == nil or arguments.items(fill) then return end
  local ok = type(fill) == "table" and next(fill) ~= nil
  for kind, value in pairs(ok and fill or {}) do ok = ok and type(kind) == "string" and arguments.items(value) end
  if not ok then
    options.wrong(self._name, "fill", nil, "a number, an array of numbers, or a table of them by kind", fill)
  end
end

--- The fill for a part of this kind.
function checks.fill_of(self, kind)
  local fill = self.fill
  if type(fill) ~= "table" or #fill > 0 then
    -- A mask has no colours: an array of several is for images alone.
    if type(fill) == "table" and #fill > 1 and kind == "Mask" then return nil end
    return fill
  end
  if fill[kind] ~= nil then return fill[kind] end
  return fill.others
end

local PADDINGS <const> = {constant = true, edge = true, reflect = true, symmetric = true}
function checks.padding_mode(self)
  if not PADDINGS[self.padding_mode] then
    options.wrong(self._name, "padding_mode", nil, '"constant", "edge", "reflect" or "symmetric"', self.padding_mode)
  end
end

return checks
