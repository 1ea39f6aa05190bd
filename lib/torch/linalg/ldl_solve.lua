local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, {hermitian: bool = false}) -> Tensor: X of A X = B,
-- A factored by torch.linalg.ldl_factor.
-- Example: torch.linalg.ldl_solve(torch.eye(2), torch.tensor({1, 2}):int(), torch.ones(2, 1))
return function(...)
  local name = "linalg.ldl_solve"
  local given = options.read(name, {{"LD", kind = "tensor", required = true},
    {"pivots", kind = "tensor", required = true}, {"B", kind = "tensor", required = true},
    {"hermitian", kind = "boolean", default = false}}, ...)
  lapack.check(name, "LD", 1, given.LD, true)
  lapack.check(name, "B", 3, given.B)
  local ld, b = lapack.broadcast(name, given.LD, given.B)
  local shape = lapack.sized(ld, given.LD:size(-1))
  return lapack.ldl_solve(ld, given.pivots:expand(shape), b, given.hermitian)
end
