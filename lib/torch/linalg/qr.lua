local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.qr(A: Tensor, mode: string = "reduced") -> Tensor, Tensor: A = Q R, Q with orthonormal columns, R an
-- upper triangle. mode = "complete": Q is square; "r": R alone, Q is empty.
-- Example: torch.linalg.qr(torch.eye(2))
return function(...)
  local given = options.read("linalg.qr", {{"A", kind = "tensor", required = true},
    {"mode", kind = "string", default = "reduced"}}, ...)
  local a, mode = given.A, given.mode
  lapack.check("linalg.qr", "A", 1, a)
  if mode ~= "reduced" and mode ~= "complete" and mode ~= "r" then
    options.wrong("linalg.qr", "mode", 2, "'reduced', 'complete' or 'r'", mode)
  end
  local m, n = a:size(-2), a:size(-1)
  if mode == "complete" and m > n then
    if a.requires_grad and torch.is_grad_enabled() then
      options.raise "linalg.qr: 'mode': \"complete\" has no gradient where there are more rows than columns"
    end
    local packed, tau = lapack.geqrf(torch.cat({a, a:new_zeros(lapack.sized(a, m, m - n))}, -1))
    return lapack.reflections(packed, tau), packed:narrow(-1, 1, n):triu()
  end
  local q, r
  if m >= n then q, r = lapack.qr(a)
  else
    q, r = lapack.qr(a:narrow(-1, 1, m))
    r = torch.cat({r, lapack.adjoint(q):matmul(a:narrow(-1, m + 1, n - m))}, -1)
  end
  if mode == "r" then return a:new_zeros({0}), r end
  return q, r
end
