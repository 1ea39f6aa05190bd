local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.logdet(input: Tensor) -> Tensor: The logarithms of the determinants of square matrices: -inf where one is 0,
-- NaN where one is negative.
-- Example: torch.logdet(torch.eye(2))
-- 0
return function(...)
  local given = options.read("logdet", {lapack.INPUT}, ...)
  local x = given.input
  lapack.check("logdet", "input", 1, x, true)
  local sign, size = torch.linalg.slogdet(x)
  if x:is_complex() then return sign:log() + size end
  return size:masked_fill(sign:lt(0), 0 / 0)
end
