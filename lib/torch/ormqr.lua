local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.ormqr(input: Tensor, tau: Tensor, other: Tensor, left: bool = true, transpose: bool = false) -> Tensor: Q
-- other, or other Q where not left, with Qᴴ for Q where transpose: Q is square, given by its reflections.
-- Example: torch.ormqr(torch.eye(2), torch.zeros(2), torch.ones(2, 1))
return function(...)
  local given = options.read("ormqr", {lapack.INPUT, {"tau", kind = "tensor", required = true},
    {"other", kind = "tensor", required = true}, {"left", kind = "boolean", default = true},
    {"transpose", kind = "boolean", default = false}}, ...)
  local x = given.input
  lapack.check("ormqr", "input", 1, x)
  lapack.check("ormqr", "other", 3, given.other)
  local m, n = x:size(-2), math.min(x:size(-2), x:size(-1))
  x = x:narrow(-1, 1, n)
  if given.tau.ndim ~= x.ndim - 1 or given.tau:size(-1) > n then
    options.wrong("ormqr", "tau", 2, ("at most %d factors for each matrix"):format(n), given.tau)
  end
  if given.other:size(given.left and -2 or -1) ~= m then
    options.wrong("ormqr", "other", 3, ("%d %s"):format(m, given.left and "rows" or "columns"), given.other)
  end
  local square = m > n and torch.cat({x, x:new_zeros(lapack.sized(x, m, m - n))}, -1) or x
  local q = lapack.reflect(square, given.tau)
  if given.transpose then q = lapack.adjoint(q) end
  return given.left and q:matmul(given.other) or given.other:matmul(q)
end
