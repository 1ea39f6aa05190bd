local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.householder_product(input: Tensor, tau: Tensor) -> Tensor: The first columns of H₁ H₂ … Hₖ,
-- where Hᵢ is the reflection I - tauᵢ v vᴴ and v column i of input below the diagonal, on which it is 1.
-- Example: torch.linalg.householder_product(torch.eye(2), torch.zeros(2))
-- {{1, 0}, {0, 1}}
return function(...)
  local name = "linalg.householder_product"
  local given = options.read(name, {lapack.INPUT, {"tau", kind = "tensor", required = true}}, ...)
  local x, tau = given.input, given.tau
  lapack.check(name, "input", 1, x)
  if x:size(-1) > x:size(-2) then options.wrong(name, "input", 1, "no more columns than rows", x) end
  if tau.ndim ~= x.ndim - 1 or tau:size(-1) > x:size(-1) then
    options.wrong(name, "tau", 2, ("at most %d factors for each matrix"):format(x:size(-1)), tau)
  end
  return lapack.reflect(x, tau)
end
