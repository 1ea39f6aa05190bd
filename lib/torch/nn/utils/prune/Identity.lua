local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.Identity: The method of nn.utils.prune.identity as an object: Identity.apply(module, name).
--- nn.utils.prune.Identity.apply(module: Module, name: string) -> Module: As nn.utils.prune.identity.
return method("Identity", "identity")
