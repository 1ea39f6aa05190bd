local lazy = require "torch.nn.lazy"

--- nn.LazyConvTranspose3d(out_channels: int, kernel_size: int|int[], …): nn.ConvTranspose3d whose number of input
-- channels is that of the first input; then it is one. Its parameters have no elements until then, but may be given
-- to an optimiser.
return lazy("LazyConvTranspose3d", "ConvTranspose3d", {least = 4, most = 5, infer = function(x) return x:size(-4) end,
  from_weight = function(w) return w:size(1) end, groups_at = 6})
