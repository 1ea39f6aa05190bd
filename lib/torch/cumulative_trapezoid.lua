local options = require "torch.utils.options"

local rule = require "torch.utils.trapezoids"

--- torch.cumulative_trapezoid(y: Tensor, x: Tensor = nil, {dx: number = 1, dim: int = -1}) -> Tensor: The running
-- integrals of y along dim by the trapezoidal rule, at the places x or in steps of dx.
-- Example: torch.cumulative_trapezoid(torch.tensor({1.0, 5, 10}))
return function(...)
  local given = options.read("cumulative_trapezoid", rule.PARAMETERS, ...)
  return rule.parts("cumulative_trapezoid", given):cumsum(given.dim)
end
