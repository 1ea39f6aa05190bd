local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.pinverse(input: Tensor, rcond: number = 1e-15) -> Tensor: The pseudo-inverses of matrices. Singular values
-- up to rcond · the largest count as 0.
-- Example: torch.pinverse(torch.eye(2) * 2)
-- {{0.5, 0}, {0, 0.5}}
return function(...)
  local given = options.read("pinverse", {lapack.INPUT, {"rcond", default = 1e-15}}, ...)
  lapack.check("pinverse", "input", 1, given.input)
  return lapack.pseudo_inverse("pinverse", given.input, 0, given.rcond, false)
end
