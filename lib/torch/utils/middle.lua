-- The element in the middle of sorted ones, for median and nanmedian.
local options = require "torch.utils.options"

local middle = {}

middle.PARAMETERS = {{"input", kind = "tensor", required = true}, {"dim", kind = "integer"},
  {"keepdim", kind = "boolean", default = false}}

--- Values and positions; `place(sorted, dim, n)` tells which of the sorted elements is wanted.
function middle.find(name, given, place)
  local x = given.input
  if given.dim == nil then
    if x:numel() == 0 then -- what PyTorch gives: of integers the least int64, of which smaller ones keep the last bits
      local none = torch.is_floating_point(x) and 0 / 0 or x.dtype == torch.int64 and math.mininteger or 0
      return x:new_full({}, none)
    end
    local flat = x:reshape(-1)
    local sorted = flat:sort(1)
    return sorted:gather(1, place(flat, 1, flat:numel())):reshape({})
  end
  local dim = options.dim(name, "dim", 2, given.dim, x.ndim)
  if x.ndim == 0 then return x:clone(), torch.ones({}, {dtype = torch.int64, device = x.device}) end
  if x:size(dim) == 0 then options.raise(("%s: dimension %d has no elements"):format(name, dim)) end
  local sorted, places = x:sort(dim)
  local at = place(x, dim, x:size(dim))
  local values, found = sorted:gather(dim, at), places:gather(dim, at)
  if given.keepdim then return values, found end
  return values:squeeze(dim), found:squeeze(dim)
end

return middle
