local lazy = require "torch.nn.lazy"

--- nn.LazyBatchNorm3d(eps: float = 1e-5, momentum: float = 0.1, affine: bool = true, …): nn.BatchNorm3d whose
-- number of features is that of the first input; then it is one. Its parameters have no elements until then, but may
-- be given to an optimiser.
return lazy("LazyBatchNorm3d", "BatchNorm3d", {least = 5, most = 5, infer = function(x) return x:size(2) end,
  from_weight = function(w) return w:size(1) end, from = "running_mean"})
