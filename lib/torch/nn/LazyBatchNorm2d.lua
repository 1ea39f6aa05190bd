local lazy = require "torch.nn.lazy"

--- nn.LazyBatchNorm2d(eps: float = 1e-5, momentum: float = 0.1, affine: bool = true, …): nn.BatchNorm2d whose
-- number of features is that of the first input; then it is one. Its parameters have no elements until then, but may
-- be given to an optimiser.
return lazy("LazyBatchNorm2d", "BatchNorm2d", {least = 4, most = 4, infer = function(x) return x:size(2) end,
  from_weight = function(w) return w:size(1) end, from = "running_mean"})
