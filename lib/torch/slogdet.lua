local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.slogdet(input: Tensor) -> Tensor, Tensor: torch.linalg.slogdet: the sign and the logarithm of the size of
-- determinants.
-- Example: torch.slogdet(torch.eye(2))
return function(...)
  local given = options.read("slogdet", {lapack.INPUT}, ...)
  lapack.check("slogdet", "input", 1, given.input, true)
  return torch.linalg.slogdet(given.input)
end
