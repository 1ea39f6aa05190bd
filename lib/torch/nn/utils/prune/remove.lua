local options = require "torch.utils.options"
local recomputed = require "torch.nn.utils.recomputed"

--- nn.utils.prune.remove(module: Module, name: string) -> Module: Makes the pruning permanent: the parameter is plain
-- again, with its zeros.
-- Example: nn.utils.prune.remove(nn.utils.prune.l1_unstructured(nn.Linear(3, 2), "weight", 2), "weight").weight.shape
return function(module, name)
  if not torch.isinstance(module, torch.nn.Module) then options.wrong("remove", "module", 1, "a module", module) end
  local record = recomputed.find(module, name)
  if record == nil or record.kind ~= "prune" then
    options.raise(("remove: 'name' (argument 2): '%s' of %s is not pruned"):format(tostring(name),
      torch.typename(module)))
  end
  local original = module[name .. "_orig"]
  torch.no_grad(function() original.data = record.compute(module):detach() end)
  recomputed.finish(module, name)
  module:unregister(name .. "_orig")
  module:unregister(name .. "_mask")
  module:register_parameter(name, original)
  return module
end
