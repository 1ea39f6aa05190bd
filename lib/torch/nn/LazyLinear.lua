local lazy = require "torch.nn.lazy"

--- nn.LazyLinear(out_features: int, bias: bool = true, device: device = nil, dtype: dtype = nil): nn.Linear whose
-- number of inputs is that of the first input; then it is one. Its parameters have no elements until then, but may be
-- given to an optimiser.
return lazy("LazyLinear", "Linear", {least = 1, most = math.huge, infer = function(x) return x:size(-1) end,
  from_weight = function(w) return w:size(2) end})
