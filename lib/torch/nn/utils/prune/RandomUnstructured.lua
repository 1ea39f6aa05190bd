local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.RandomUnstructured: The method of nn.utils.prune.random_unstructured as an object:
-- RandomUnstructured.apply(module, name, amount).
--- nn.utils.prune.RandomUnstructured.apply(module: Module, name: string, amount: float|int) -> Module:
-- As nn.utils.prune.random_unstructured.
return method("RandomUnstructured", "random_unstructured")
