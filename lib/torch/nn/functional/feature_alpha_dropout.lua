local dropouts = require "torch.nn.functional.dropouts"

--- nn.functional.feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = false, inplace: bool = false) ->
-- Tensor: alpha_dropout of whole channels.
-- Example: F.feature_alpha_dropout(torch.ones(2, 3, 4), 0.5, true).shape
return function(...) return dropouts.alpha("feature_alpha_dropout", true, ...) end
