local adaptive = require "torch.nn.functional.adaptive"

--- nn.functional.adaptive_max_pool1d(input: Tensor, output_size: ints, return_indices: bool = false) -> Tensor,
-- Positions: The largest elements of windows that are chosen so that the last dimensions get the sizes output_size; nil
-- in an array keeps the size. With return_indices their positions in the flattened dimensions come too.
-- Example: F.adaptive_max_pool1d(torch.ones(1, 4), 2)
return function(...) return adaptive.max("adaptive_max_pool1d", 1, ...) end
