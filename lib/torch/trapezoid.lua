local options = require "torch.utils.options"

local rule = require "torch.utils.trapezoids"

--- torch.trapezoid(y: Tensor, x: Tensor = nil, {dx: number = 1, dim: int = -1}) -> Tensor: The integral of y along dim
-- by the trapezoidal rule, at the places x or in steps of dx.
-- Example: torch.trapezoid(torch.tensor({1.0, 5, 10}))
return function(...)
  local given = options.read("trapezoid", rule.PARAMETERS, ...)
  return rule.parts("trapezoid", given):sum(given.dim)
end
