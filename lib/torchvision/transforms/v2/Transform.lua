--- torchvision.transforms.v2.Transform(): The class of all transforms, and of your own: an object is called with an
-- image, or with a sample: an image with its masks, boxes and labels, as arguments or in tables. It gives what came,
-- changed. A class of its own has transform(x, params), which is called for each part; and, where it is random,
-- make_params(parts), which is called once for a sample.
-- Example:
--     local Negative = torch.class("Negative", torchvision.transforms.v2.Transform)
--     function Negative:transform(x) return 1 - x end
--     return Negative()(torch.tensor({{{0.25, 1}}}))
local torch = require "torch"
local options = require "torch.utils.options"
require "torchvision.transforms.v2.functional" -- the operations
local dispatch = require "torchvision.transforms.v2.functional.dispatch"
local sample = require "torchvision.transforms.v2.sample"

local Transform = torch.class("torchvision.transforms.v2.Transform")

--- The name in messages: that of the class.
local function name_of(self) return (torch.typename(self):match "[^.]*$") end

--- transform:check_inputs(parts: table): Raises where the transform is not for the sample; for classes to define.
function Transform:check_inputs() end
--- transform:make_params(parts: table) -> table: What is drawn for a sample, once; for classes to define.
function Transform:make_params() return {} end
--- transform:transform(inpt: Tensor, params: table) -> Tensor: One part, changed; for classes to define.
function Transform:transform()
  options.raise(name_of(self) .. ": the class must define transform(x, params)")
end

-- Whether it happens this time: the random ones of a probability p say so.
function Transform:_happens() return true end

--- transform:forward(...: any) -> any: The sample, changed; transform(sample) calls it.
function Transform:forward(...)
  if select("#", ...) == 0 then options.raise(name_of(self) .. ": expected an image or a sample, got nothing") end
  local leaves = sample.leaves(...)
  self:check_inputs(leaves)
  if not self:_happens() then return ... end
  local chosen, parts = sample.chosen(leaves, self._kinds), {}
  for i = 1, leaves.n do
    if chosen[i] then parts[#parts + 1] = leaves[i] end
  end
  if #parts == 0 then return ... end
  local params = self:make_params(parts)
  for i = 1, leaves.n do
    if chosen[i] then leaves[i] = self:transform(leaves[i], params) end
  end
  return sample.rebuilt(leaves, ...)
end

function Transform:__call(...) return self:forward(...) end

--- The operation of torchvision.transforms.v2.functional; parts that it is not for stay.
function Transform:_apply(name, x, given) return dispatch.pass(name, x, given) end

-- Random numbers ---------------------------------------------------------------------------------------

-- From the object's generator, else from the default one, which a loader seeds for every batch.
local function draw_options(self) return self.generator and {generator = self.generator} or {} end

--- A number from low to high.
function Transform:_uniform(low, high)
  return low + (high - low) * torch.rand({1}, draw_options(self)):item()
end

--- An integer from low to high - 1.
function Transform:_integer(low, high)
  return torch.randint(low, high, {1}, draw_options(self)):item()
end

--- The numbers 1 to n in a random order.
function Transform:_order(n) return torch.randperm(n, draw_options(self)):tolist() end

-- Printing -----------------------------------------------------------------------------------------------------

local function shown(value, tuple)
  if type(value) == "boolean" then return value and "True" or "False" end
  if math.type(value) == "float" then
    local text
    for digits = 15, 17 do
      text = ("%%.%dg"):format(digits):format(value)
      if tonumber(text) == value then break end
    end
    return text:find "[%.eni]" and text or text .. ".0"
  end
  if type(value) ~= "table" then return tostring(value) end
  local items = {}
  for i, item in ipairs(value) do items[i] = shown(item, tuple) end
  local text = table.concat(items, ", ")
  return tuple and ("(%s%s)"):format(text, #items == 1 and "," or "") or "[" .. text .. "]"
end

--- transform:extra_repr() -> string: What stands between the parentheses when it is printed.
function Transform:extra_repr()
  local parts = {}
  for _, parameter in ipairs(self._shown or {}) do
    local value = self[parameter[1]]
    local kind = type(value)
    local plain = kind == "table" and getmetatable(value) == nil and #value > 0
    if plain or kind == "number" or kind == "boolean" or kind == "string" then
      parts[#parts + 1] = parameter[1] .. "=" .. shown(value, parameter.tuple)
    end
  end
  return table.concat(parts, ", ")
end

function Transform:__tostring()
  local extra = self:extra_repr()
  if extra:find "\n" then extra = "\n  " .. extra:gsub("\n", "\n  ") .. "\n" end
  return ("%s(%s)"):format(name_of(self), extra)
end

return Transform
