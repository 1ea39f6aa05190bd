-- The element in the middle of sorted ones, for median and nanmedian. Which one is the n of nth_smallest: 0 where NaN
-- counts, -1 where it does not.
local options = require "torch.utils.options"

local middle = {}

middle.PARAMETERS = {{"input", kind = "tensor", required = true}, {"dim", kind = "integer"},
  {"keepdim", kind = "boolean", default = false}}

--- Values, and along a dimension positions.
function middle.find(name, given, which)
  local x = given.input
  if torch.is_complex(x) then options.wrong(name, "input", 1, "real numbers, which have an order", x) end
  if given.dim == nil then
    if x:numel() == 0 then -- what PyTorch gives: of integers the least int64, of which smaller ones keep the last bits
      local none = torch.is_floating_point(x) and 0 / 0 or x.dtype == torch.int64 and math.mininteger or 0
      return x:new_full({}, none)
    end
    return torch._C.call("nth_smallest", x:reshape(-1), which, 1):reshape({})
  end
  local dim = options.dim(name, "dim", 2, given.dim, x.ndim)
  if x.ndim == 0 then return x:clone(), torch.ones({}, {dtype = torch.int64, device = x.device}) end
  if x:size(dim) == 0 then options.raise(("%s: dimension %d has no elements"):format(name, dim)) end
  local values, found = torch._C.call("nth_smallest", x, which, dim)
  if given.keepdim then return values, found end
  return values:squeeze(dim), found:squeeze(dim)
end

return middle
