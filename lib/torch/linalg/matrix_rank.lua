local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.matrix_rank(A: Tensor, tol: any = nil, hermitian: bool = false, {atol: any = nil, rtol: any = nil}) ->
-- Tensor: How many singular values are above max(atol, rtol · the largest); rtol is max(n, m) · eps unless atol is
-- given. tol is atol without rtol.
-- Example: torch.linalg.matrix_rank(torch.eye(2))
-- 2
return function(...)
  local name = "linalg.matrix_rank"
  local given = options.read(name, {{"A", kind = "tensor", required = true}, {"tol"},
    {"hermitian", kind = "boolean", default = false}, {"atol"}, {"rtol"}}, ...)
  local a = given.A:detach()
  lapack.check(name, "A", 1, a, given.hermitian)
  local atol, rtol = given.atol, given.rtol
  if given.tol ~= nil then atol, rtol = given.tol, 0 end
  local s = given.hermitian and lapack.eigh(a, false, false):abs() or lapack.singular_values(a)
  local cutoff = lapack.cutoff(name, a, s, atol, rtol)
  if s:size(-1) == 0 then return torch.zeros(lapack.batch(a, 2), {dtype = torch.int64, device = a.device}) end
  return s:gt(cutoff:unsqueeze(-1)):sum(-1)
end
