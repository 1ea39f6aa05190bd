local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.L1Unstructured: The method of nn.utils.prune.l1_unstructured as an object:
-- L1Unstructured.apply(module, name, amount).
--- nn.utils.prune.L1Unstructured.apply(module: Module, name: string, amount: float|int) -> Module:
-- As nn.utils.prune.l1_unstructured.
return method("L1Unstructured", "l1_unstructured")
