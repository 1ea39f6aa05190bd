local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.lu_unpack(LU_data: Tensor, LU_pivots: Tensor, {unpack_data: bool = true, unpack_pivots: bool = true}) ->
-- Tensor, Tensor, Tensor: P, L and U of what torch.linalg.lu_factor gives; what is not unpacked is empty.
-- Example: torch.lu_unpack(torch.linalg.lu_factor(torch.eye(2)))
return function(...)
  local given = options.read("lu_unpack", {{"LU_data", kind = "tensor", required = true},
    {"LU_pivots", kind = "tensor", required = true}, {"unpack_data", kind = "boolean", default = true},
    {"unpack_pivots", kind = "boolean", default = true}}, ...)
  local lu, empty = given.LU_data, given.LU_data:new_empty(0)
  lapack.check("lu_unpack", "LU_data", 1, lu)
  local m, n = lu:size(-2), lu:size(-1)
  local k = math.min(m, n)
  local p = given.unpack_pivots and lapack.permutation(lu:detach(), given.LU_pivots) or empty
  if not given.unpack_data then return p, empty, empty end
  local l = lu:narrow(-1, 1, k):tril(-1) + torch.eye(m, k, {dtype = lu.dtype, device = lu.device})
  return p, l, lu:narrow(-2, 1, k):triu()
end
