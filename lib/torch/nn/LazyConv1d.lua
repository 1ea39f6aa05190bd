local lazy = require "torch.nn.lazy"

--- nn.LazyConv1d(out_channels: int, kernel_size: int|int[], …): nn.Conv1d whose number of input channels is that of
-- the first input; then it is one. Its parameters have no elements until then, but may be given to an optimiser.
return lazy("LazyConv1d", "Conv1d", {least = 2, most = 3, infer = function(x) return x:size(-2) end,
  from_weight = function(w, groups) return w:size(2) * groups end, groups_at = 6})
