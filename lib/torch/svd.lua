local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.svd(input: Tensor, some: bool = true, compute_uv: bool = true) -> Tensor, Tensor, Tensor: U, S and V (not
-- its adjoint) of A = U diag(S) Vᴴ; without some U and V are square, without compute_uv they are zeros.
-- Example: torch.svd(torch.eye(2))
return function(...)
  local given = options.read("svd", {lapack.INPUT, {"some", kind = "boolean", default = true},
    {"compute_uv", kind = "boolean", default = true}}, ...)
  local x = given.input
  lapack.check("svd", "input", 1, x)
  if given.compute_uv then
    local u, s, vh = lapack.decompose(x, not given.some)
    return u, s, lapack.adjoint(vh)
  end
  local m, n = x:size(-2), x:size(-1)
  return x:new_zeros(lapack.sized(x, m, m)), lapack.singular_values(x), x:new_zeros(lapack.sized(x, n, n))
end
