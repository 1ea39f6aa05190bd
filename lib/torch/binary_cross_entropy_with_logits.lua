local options = require "torch.utils.options"
local reduction = require "torch.utils.reduction"

--- torch.binary_cross_entropy_with_logits(input: Tensor, target: Tensor, weight: Tensor = nil, pos_weight: Tensor =
-- nil, reduction: int = 1) -> Tensor: nn.functional.binary_cross_entropy_with_logits with the reduction as PyTorch
-- numbers it: 0 is "none", 1 "mean", 2 "sum".
-- Example: torch.binary_cross_entropy_with_logits(torch.zeros(2), torch.ones(2))
return function(...)
  local given = options.read("binary_cross_entropy_with_logits", {{"input", kind = "tensor", required = true},
    {"target", kind = "tensor", required = true}, {"weight", kind = "tensor"}, {"pos_weight", kind = "tensor"},
    {"reduction", default = 1}}, ...)
  given.reduction = reduction("binary_cross_entropy_with_logits", 5, given.reduction)
  return torch.nn.functional.binary_cross_entropy_with_logits(given.input, given.target, given.weight,
    {pos_weight = given.pos_weight, reduction = given.reduction})
end
