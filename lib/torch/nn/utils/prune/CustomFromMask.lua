local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.CustomFromMask: The method of nn.utils.prune.custom_from_mask as an object:
-- CustomFromMask.apply(module, name, mask).
--- nn.utils.prune.CustomFromMask.apply(module: Module, name: string, mask: Tensor) -> Module:
-- As nn.utils.prune.custom_from_mask.
return method("CustomFromMask", "custom_from_mask")
