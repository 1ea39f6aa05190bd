local options = require "torch.utils.options"
local recomputed = require "torch.nn.utils.recomputed"

local PARAMETERS <const> = {{"module", required = true}, {"name", kind = "string", default = "weight"}}

--- nn.utils.remove_spectral_norm(module: Module, name: string = "weight") -> Module: Ends nn.utils.spectral_norm: the
-- weight is a parameter with the normalised value.
-- Example: nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(3, 2))).weight.shape
return function(...)
  local given = options.read("remove_spectral_norm", PARAMETERS, ...)
  local module, name = given.module, given.name
  if not torch.isinstance(module, torch.nn.Module) then
    options.wrong("remove_spectral_norm", "module", 1, "a module", module)
  end
  local record = recomputed.find(module, name)
  if record == nil or record.kind ~= "spectral_norm" then
    options.raise(("remove_spectral_norm: '%s' of %s has no spectral_norm"):format(name, torch.typename(module)))
  end
  local weight = torch.no_grad(record.compute, module, true)
  recomputed.finish(module, name)
  module:unregister(name .. "_orig")
  module:unregister(name .. "_u")
  module:unregister(name .. "_v")
  module:register_parameter(name, torch.nn.Parameter(weight:detach():clone()))
  return module
end
