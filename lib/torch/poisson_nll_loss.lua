local options = require "torch.utils.options"
local reduction = require "torch.utils.reduction"

--- torch.poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int) ->
-- Tensor: nn.functional.poisson_nll_loss with the reduction as PyTorch numbers it: 0 is "none", 1 "mean", 2 "sum".
-- Example: torch.poisson_nll_loss(torch.zeros(2), torch.ones(2), true, false, 1e-8, 1)
return function(...)
  local given = options.read("poisson_nll_loss", {{"input", kind = "tensor", required = true},
    {"target", kind = "tensor", required = true}, {"log_input", kind = "boolean", required = true},
    {"full", kind = "boolean", required = true}, {"eps", kind = "number", required = true},
    {"reduction", kind = "integer", required = true}}, ...)
  given.reduction = reduction("poisson_nll_loss", 6, given.reduction)
  return torch.nn.functional.poisson_nll_loss(given.input, given.target, given.log_input, given.full,
    {eps = given.eps, reduction = given.reduction})
end
