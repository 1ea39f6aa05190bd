local lazy = require "torch.nn.lazy"

--- nn.LazyConvTranspose1d(out_channels: int, kernel_size: int|int[], …): nn.ConvTranspose1d whose number of input
-- channels is that of the first input; then it is one. Its parameters have no elements until then, but may be given
-- to an optimiser.
return lazy("LazyConvTranspose1d", "ConvTranspose1d", {least = 2, most = 3, infer = function(x) return x:size(-2) end,
  from_weight = function(w) return w:size(1) end, groups_at = 6})
