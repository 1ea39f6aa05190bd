local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local norms = require "torch.utils.norms"

--- The result for matrices without elements.
local function zeros(a)
  return torch.zeros(lapack.batch(a, 2), {dtype = lapack.real_dtype(a.dtype), device = a.device})
end

--- torch.linalg.cond(A: Tensor, p: any = nil) -> Tensor: The condition of matrices: the norm of A times that of its
-- inverse, by default the largest singular value over the smallest. p is an ord of torch.linalg.matrix_norm; for others
-- than 2 and -2 the condition of a singular matrix is inf.
-- Example: torch.linalg.cond(torch.eye(2))
-- 1
return function(...)
  local name = "linalg.cond"
  local given = options.read(name, {{"A", kind = "tensor", required = true}, {"p"}}, ...)
  local a, p = given.A, given.p or 2
  lapack.check(name, "A", 1, a, p ~= 2 and p ~= -2)
  if p == 2 or p == -2 then
    if a:numel() == 0 then return zeros(a) end
    local s = lapack.singular_values(a)
    local most, least = s:select(-1, 1), s:select(-1, -1)
    return p == 2 and most / least or least / most
  end
  if a:numel() == 0 then return zeros(a) end
  local inverse, info = lapack.solve(a, lapack.identity(a, a:size(-1)))
  local size = norms.matrix(name, a, p, {-2, -1}, false) * norms.matrix(name, inverse, p, {-2, -1}, false)
  return size:masked_fill(info:ne(0), math.huge)
end
