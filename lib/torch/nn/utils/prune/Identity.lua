local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.Identity: The method of nn.utils.prune.identity as an object: Identity.apply(module, name).
return method("Identity", "identity")
