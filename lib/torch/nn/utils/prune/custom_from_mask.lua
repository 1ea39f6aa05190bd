local methods = require "torch.nn.utils.prune.methods"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"module", required = true}, {"name"}, {"mask", kind = "tensor", required = true}}

--- nn.utils.prune.custom_from_mask(module: Module, name: string, mask: Tensor) -> Module: Sets the elements where
-- mask is 0 to 0.
-- Example: nn.utils.prune.custom_from_mask(nn.Linear(3, 2), "bias", torch.tensor({0, 1})).bias
return function(...)
  local given = options.read("custom_from_mask", PARAMETERS, ...)
  return methods.apply("custom_from_mask", given.module, given.name, function(t, mask)
    if given.mask.shape ~= t.shape then
      options.wrong("custom_from_mask", "mask", 3, ("a tensor (%s)"):format(table.concat(t.shape, "×")), given.mask)
    end
    return methods.kinds.CustomFromMask(t, mask, given)
  end)
end
