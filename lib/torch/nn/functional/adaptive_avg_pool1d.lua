local adaptive = require "torch.nn.functional.adaptive"

--- nn.functional.adaptive_avg_pool1d(input: Tensor, output_size: ints) -> Tensor: The means of windows that are chosen
-- so that the last dimensions get the sizes output_size; nil in an array keeps the size.
-- Example: F.adaptive_avg_pool1d(torch.ones(1, 4), 2)
return function(...) return adaptive.average("adaptive_avg_pool1d", 1, ...) end
