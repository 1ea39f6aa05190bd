local unpool = require "torch.nn.functional.unpool"

--- nn.functional.max_unpool2d(input: Tensor, indices: Positions, kernel_size: ints, stride: ints = nil, padding: ints =
-- 0, output_size: ints = nil) -> Tensor: The way back from max_pool2d: its results at the positions that it gave, zeros
-- elsewhere. output_size chooses where several sizes give the same pooling.
-- Example: F.max_unpool2d(torch.ones(1, 1, 1, 1), torch.ones(1, 1, 1, 1):long(), 2)
return function(...) return unpool("max_unpool2d", 2, ...) end
