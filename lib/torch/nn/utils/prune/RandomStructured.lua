local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.RandomStructured: The method of nn.utils.prune.random_structured as an object:
-- RandomStructured.apply(module, name, amount, dim).
return method("RandomStructured", "random_structured")
