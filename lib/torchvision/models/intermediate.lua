-- A network up to the last of some of its children, which gives what these give by new names.
local nn = require "torch.nn"
local build = require "torchvision.models.build"

local Getter = build.class("IntermediateLayerGetter", function(self, net, wanted)
  local left = 0
  for _ in pairs(wanted) do left = left + 1 end
  self.return_layers = wanted
  for name, child in net:named_children() do
    self:add_module(name, child)
    if wanted[name] then left = left - 1 end
    if left == 0 then break end
  end
end, function(self, x)
  local out = {}
  for name, child in self:named_children() do
    x = child(x)
    if self.return_layers[name] then out[self.return_layers[name]] = x end
  end
  return out
end, nn.Module)

return Getter
