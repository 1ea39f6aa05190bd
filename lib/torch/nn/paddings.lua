-- The classes of paddings.
local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

local MODES <const> = {Constant = "constant", Zero = "constant", Reflection = "reflect", Replication = "replicate",
  Circular = "circular"}

--- paddings(kind, n): the class nn.<kind>Pad<n>d.
return function(kind, n)
  local name = ("%sPad%dd"):format(kind, n)
  local list = {{"padding", required = true}}
  if kind == "Constant" then list[2] = {"value", kind = "number", required = true} end
  local function init(_, given)
    local value, whole = given.padding, {}
    for i = 1, 2 * n do
      local item = value
      if type(value) ~= "number" then item = options.length(value) == 2 * n and value[i] or nil end
      whole[i] = options.integer(item)
      if not whole[i] then
        options.wrong("nn." .. name, "padding", 1, ("an integer or an array of %d of them"):format(2 * n), value)
      end
    end
    given.padding = whole
  end
  local function forward(self, x)
    if x.ndim ~= n + 1 and x.ndim ~= n + 2 then
      options.wrong("nn." .. name, "input", 1, ("%d or %d dimensions"):format(n + 1, n + 2), x)
    end
    local padding = self.padding
    if kind == "Circular" then -- what is taken away goes first: the copies are of the rest
      local less = {}
      padding = table.move(padding, 1, 2 * n, 1, {})
      for i = 1, 2 * n do less[i], padding[i] = math.min(padding[i], 0), math.max(padding[i], 0) end
      x = torch.nn.functional.pad(x, less)
    end
    return torch.nn.functional.pad(x, padding, MODES[kind], kind == "Constant" and self.value or nil)
  end
  return composed(name, list, {init = init, forward = forward,
    repr = kind == "Constant" and "padding value" or "padding:value"})
end
