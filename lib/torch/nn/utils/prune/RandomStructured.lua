local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.RandomStructured: The method of nn.utils.prune.random_structured as an object:
-- RandomStructured.apply(module, name, amount, dim).
--- nn.utils.prune.RandomStructured.apply(module: Module, name: string, amount: float|int, dim: int) -> Module:
-- As nn.utils.prune.random_structured.
return method("RandomStructured", "random_structured")
