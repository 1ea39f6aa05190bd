local lazy = require "torch.nn.lazy"

--- nn.LazyConv3d(out_channels: int, kernel_size: int|int[], …): nn.Conv3d whose number of input channels is that of
-- the first input; then it is one. Its parameters have no elements until then, but may be given to an optimiser.
return lazy("LazyConv3d", "Conv3d", {least = 4, most = 5, infer = function(x) return x:size(-4) end,
  from_weight = function(w, groups) return w:size(2) * groups end, groups_at = 6})
