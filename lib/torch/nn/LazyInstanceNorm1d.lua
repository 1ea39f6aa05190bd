local lazy = require "torch.nn.lazy"

--- nn.LazyInstanceNorm1d(eps: float = 1e-5, momentum: float = 0.1, affine: bool = false, …): nn.InstanceNorm1d
-- whose number of features is that of the first input; then it is one. Its parameters have no elements until then,
-- but may be given to an optimiser.
return lazy("LazyInstanceNorm1d", "InstanceNorm1d", {least = 2, most = 3, infer = function(x) return x:size(-2) end,
  from_weight = function(w) return w:size(1) end})
