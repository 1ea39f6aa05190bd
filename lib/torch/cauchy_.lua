local options = require "torch.utils.options"

--- torch.cauchy_(input: Tensor, median: float = 0, sigma: float = 1, *, generator: generator = nil) -> Tensor: Filled
-- with numbers of the Cauchy distribution.
-- Example: torch.empty(2):cauchy_(1, 2)
return function(...)
  local given = options.read("cauchy_", {{"input", kind = "tensor", required = true},
    {"median", kind = "number", default = 0}, {"sigma", kind = "number", default = 1}, {"generator"}}, ...)
  local x, sigma = given.input, given.sigma
  if not (sigma > 0) then options.wrong("cauchy_", "sigma", 3, "a number above 0", sigma) end
  x:uniform_(-0.5, 0.5, {generator = given.generator})
  return x:mul_(math.pi):tan_():mul_(sigma):add_(given.median)
end
