local options = require "torch.utils.options"
local reduction = require "torch.utils.reduction"

--- torch.kl_div(input: Tensor, target: Tensor, reduction: int = 1, {log_target: bool = false}) ->
-- Tensor: nn.functional.kl_div with the reduction as PyTorch numbers it: 0 is "none", 1 "mean", 2 "sum".
-- Example: torch.kl_div(torch.zeros(2), torch.ones(2), 2)
return function(...)
  local given = options.read("kl_div", {{"input", kind = "tensor", required = true},
    {"target", kind = "tensor", required = true}, {"reduction", default = 1},
    {"log_target", kind = "boolean", default = false}}, ...)
  given.reduction = reduction("kl_div", 3, given.reduction)
  return torch.nn.functional.kl_div(given.input, given.target,
    {reduction = given.reduction, log_target = given.log_target})
end
