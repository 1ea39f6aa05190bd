local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.lu(input: Tensor, pivot: bool = true, get_infos: bool = false) -> Tensor, Tensor, Tensor: What
-- torch.linalg.lu_factor gives, with get_infos info as a third result; a singular matrix is no error.
-- Example: torch.lu(torch.eye(2))
return function(...)
  local given = options.read("lu", {lapack.INPUT, {"pivot", kind = "boolean", default = true},
    {"get_infos", kind = "boolean", default = false}}, ...)
  lapack.check("lu", "input", 1, given.input)
  local lu, pivots, info = torch.linalg.lu_factor_ex(given.input, {pivot = given.pivot})
  if given.get_infos then return lu, pivots, info end
  return lu, pivots
end
