local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.LnStructured: The method of nn.utils.prune.ln_structured as an object: LnStructured.apply(module,
-- name, amount, n, dim).
return method("LnStructured", "ln_structured")
