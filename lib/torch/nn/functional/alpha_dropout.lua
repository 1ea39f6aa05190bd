local dropouts = require "torch.nn.functional.dropouts"

--- nn.functional.alpha_dropout(input: Tensor, p: float = 0.5, training: bool = false, inplace: bool = false) -> Tensor:
-- Dropout for selu: dropped elements get its lowest value, and mean and variance stay.
-- Example: F.alpha_dropout(torch.ones(3), 0.5, true).shape
return function(...) return dropouts.alpha("alpha_dropout", false, ...) end
