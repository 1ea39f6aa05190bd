local methods = require "torch.nn.utils.prune.methods"

--- nn.utils.prune.identity(module: Module, name: string) -> Module: Prunes nothing, but gives the parameter the form
-- of a pruned one.
-- Example: nn.utils.prune.identity(nn.Linear(3, 2), "weight").weight_mask:sum()
return function(module, name) return methods.apply("identity", module, name, methods.kinds.Identity) end
