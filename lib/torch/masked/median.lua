local options = require "torch.utils.options"
local masking = require "torch.masked.masking"

--- torch.masked.median(input: Tensor, dim: int = -1, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil})
-- -> Tensor: The median along dim of the elements where mask holds: of an even number the lower one in the middle.
-- Example: torch.masked.median(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 1
return function(...)
  local given = options.read("masked.median", {masking.INPUT, {"dim", kind = "integer", default = -1}, masking.KEEPDIM,
    masking.DTYPE, masking.MASK}, ...)
  local x = masking.cast(given.input, given.dtype)
  if not torch.is_floating_point(x) then options.wrong("masked.median", "input", 1, "floats", x) end
  local dim = options.dim("masked.median", "dim", 2, given.dim, x.ndim)
  return (torch.nanmedian(masking.fill("masked.median", x, given.mask, 0 / 0), dim, given.keepdim))
end
