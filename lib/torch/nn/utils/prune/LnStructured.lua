local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.LnStructured: The method of nn.utils.prune.ln_structured as an object: LnStructured.apply(module,
-- name, amount, n, dim).
--- nn.utils.prune.LnStructured.apply(module: Module, name: string, amount: float|int, n: float, dim: int) -> Module:
-- As nn.utils.prune.ln_structured.
return method("LnStructured", "ln_structured")
