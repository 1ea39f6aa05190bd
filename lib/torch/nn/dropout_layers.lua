-- The classes of dropouts that are composed in Lua.
local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

--- dropout_layers(NAME, func): the class nn.NAME, which calls the function `func` of nn.functional.
return function(name, func)
  return composed(name, {{"p", kind = "number", default = 0.5}, {"inplace", kind = "boolean", default = false}}, {
    repr = "p inplace",
    init = function(_, given)
      if not (given.p >= 0 and given.p <= 1) then
        options.wrong("nn." .. name, "p", 1, "a probability from 0 to 1", given.p)
      end
    end,
    forward = function(self, x) return torch.nn.functional[func](x, self.p, self.training, self.inplace) end})
end
