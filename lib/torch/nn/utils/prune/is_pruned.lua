local options = require "torch.utils.options"

--- nn.utils.prune.is_pruned(module: Module) -> bool: Whether a parameter of the module, or of one inside, is pruned.
-- Example: nn.utils.prune.is_pruned(nn.Linear(3, 2))
return function(module)
  if not torch.isinstance(module, torch.nn.Module) then options.wrong("is_pruned", "module", 1, "a module", module) end
  for name in module:named_buffers() do
    if name:find "_mask$" and module:state_dict()[name:gsub("_mask$", "_orig")] then return true end
  end
  return false
end
