local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

-- Coefficients of Padé's approximation of degree 13 (Higham, 2005).
local PADE <const> = {64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
  10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1}
local RADIUS <const> = 5.371920351148152 -- where it is exact in float64

-- A of a norm that the approximation takes.
local function approximate(a, one)
  local a2 = a:matmul(a)
  local a4 = a2:matmul(a2)
  local a6 = a4:matmul(a2)
  local function sum(first)
    local high = a6 * PADE[first + 12] + a4 * PADE[first + 10] + a2 * PADE[first + 8]
    return a6:matmul(high) + a6 * PADE[first + 6] + a4 * PADE[first + 4] + a2 * PADE[first + 2] + one * PADE[first]
  end
  local odd, even = a:matmul(sum(2)), sum(1)
  return (lapack.solve(even - odd, even + odd))
end

--- torch.linalg.matrix_exp(A: Tensor) -> Tensor: The exponentials of square matrices: Σ Aᵏ / k!, by scaling and
-- squaring.
-- Example: torch.linalg.matrix_exp(torch.zeros(2, 2))
-- {{1, 0}, {0, 1}}
return function(...)
  local given = options.read("linalg.matrix_exp", {{"A", kind = "tensor", required = true}}, ...)
  local a = given.A
  lapack.check("linalg.matrix_exp", "A", 1, a, true)
  if a:numel() == 0 then return a * 1 end
  local norm = a:detach():abs():sum(-2):max():item()
  local squarings = 0
  if norm > RADIUS and norm < math.huge then squarings = math.ceil(math.log(norm / RADIUS, 2)) end
  local x = approximate(a * 2.0 ^ -squarings, lapack.identity(a, a:size(-1)))
  for _ = 1, squarings do x = x:matmul(x) end
  return x
end
