local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.matrix_power(A: Tensor, n: int) -> Tensor: The n-th power of square matrices; of their inverses where
-- n is negative.
-- Example: torch.linalg.matrix_power(torch.eye(2) * 2, 3)
-- {{8, 0}, {0, 8}}
return function(...)
  local given = options.read("linalg.matrix_power", {{"A", kind = "tensor", required = true},
    {"n", kind = "integer", required = true}}, ...)
  local a, n = given.A, given.n
  if a.ndim < 2 or a:size(-1) ~= a:size(-2) then options.wrong("linalg.matrix_power", "A", 1, "square matrices", a) end
  if n == 0 then return lapack.identity(a, a:size(-1)) + lapack.nothing(a) end
  if n == math.mininteger then options.wrong("linalg.matrix_power", "n", 2, "a number whose negative there is", n) end
  if n < 0 then a, n = torch.linalg.inv(a), -n end
  local power
  while true do -- by the binary digits of n
    if n % 2 == 1 then power = power and power:matmul(a) or a end
    n = n // 2
    if n == 0 then return power end
    a = a:matmul(a)
  end
end
