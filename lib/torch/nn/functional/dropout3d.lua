local dropouts = require "torch.nn.functional.dropouts"

--- nn.functional.dropout3d(input: Tensor, p: float = 0.5, training: bool = true, inplace: bool = false) -> Tensor: Sets
-- whole channels to 0 with probability p and divides the others by 1 - p, in training.
-- Example: F.dropout3d(torch.ones(2, 2, 2, 2, 2), 0.5).shape
return function(...) return dropouts.channels("dropout3d", 3, ...) end
