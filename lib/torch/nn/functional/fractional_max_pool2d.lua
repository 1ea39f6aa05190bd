local run = require "torch.nn.functional.fractional".pool

--- nn.functional.fractional_max_pool2d(input: Tensor, kernel_size: ints, output_size: ints = nil, output_ratio: any =
-- nil, return_indices: bool = false, _random_samples: Tensor = nil) -> Tensor, Positions: The largest elements of
-- windows of planes (N×C×…, or without N) at places that random numbers move, output_size windows or output_ratio
-- (below 1) times the size (Graham 2015); with return_indices their positions in the flattened planes. _random_samples
-- (N×C×2): the numbers from 0 to 1.
-- Example: F.fractional_max_pool2d(torch.rand(1, 1, 6, 6), 2, 3).shape
return function(...) return run("fractional_max_pool2d", 2, ...) end
