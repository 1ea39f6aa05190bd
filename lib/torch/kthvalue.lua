local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"k", kind = "positive", required = true},
  {"dim", kind = "integer", default = -1}, {"keepdim", kind = "boolean", default = false}}

--- torch.kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = false) -> Tensor, Positions: The k-th smallest
-- elements along dim, and where they are. NaN counts as larger than all numbers.
-- Example: torch.kthvalue(torch.tensor({3, 1, 2}), 2)
return function(...)
  local given = options.read("kthvalue", PARAMETERS, ...)
  local x = given.input
  if torch.is_complex(x) then options.wrong("kthvalue", "input", 1, "real numbers, which have an order", x) end
  local dim = options.dim("kthvalue", "dim", 3, given.dim, x.ndim)
  local n = x.ndim > 0 and x:size(dim) or 1
  if given.k > n then
    options.raise(("kthvalue: 'k' (argument 2): expected 1 to %d, got %d"):format(n, given.k))
  end
  if x.ndim == 0 then return x:clone(), torch.ones({}, {dtype = torch.int64, device = x.device}) end
  local values, places = torch._C.call("nth_smallest", x, given.k, dim)
  if given.keepdim then return values, places end
  return values:squeeze(dim), places:squeeze(dim)
end
