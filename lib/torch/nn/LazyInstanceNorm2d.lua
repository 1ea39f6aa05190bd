local lazy = require "torch.nn.lazy"

--- nn.LazyInstanceNorm2d(eps: float = 1e-5, momentum: float = 0.1, affine: bool = false, …): nn.InstanceNorm2d
-- whose number of features is that of the first input; then it is one. Its parameters have no elements until then,
-- but may be given to an optimiser.
return lazy("LazyInstanceNorm2d", "InstanceNorm2d", {least = 3, most = 4, infer = function(x) return x:size(-3) end,
  from_weight = function(w) return w:size(1) end})
