local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.geqrf(input: Tensor) -> Tensor, Tensor: R of A = Q R with the reflections of Q below it, and their factors
-- tau. For torch.linalg.householder_product and torch.ormqr. No gradient.
-- Example: torch.geqrf(torch.eye(2))
return function(...)
  local given = options.read("geqrf", {lapack.INPUT}, ...)
  lapack.check("geqrf", "input", 1, given.input)
  if lapack.wants_gradient(given.input) then options.raise "geqrf: has no gradient; torch.linalg.qr has one" end
  return lapack.geqrf(given.input)
end
