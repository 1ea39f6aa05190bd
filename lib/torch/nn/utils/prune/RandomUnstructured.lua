local method = require "torch.nn.utils.prune.method"

--- nn.utils.prune.RandomUnstructured: The method of nn.utils.prune.random_unstructured as an object:
-- RandomUnstructured.apply(module, name, amount).
return method("RandomUnstructured", "random_unstructured")
