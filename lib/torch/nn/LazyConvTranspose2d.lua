local lazy = require "torch.nn.lazy"

--- nn.LazyConvTranspose2d(out_channels: int, kernel_size: int|int[], …): nn.ConvTranspose2d whose number of input
-- channels is that of the first input; then it is one. Its parameters have no elements until then, but may be given
-- to an optimiser.
return lazy("LazyConvTranspose2d", "ConvTranspose2d", {least = 3, most = 4, infer = function(x) return x:size(-3) end,
  from_weight = function(w) return w:size(1) end, groups_at = 6})
