local options = require "torch.utils.options"
local masking = require "torch.masked.masking"

--- torch.masked.median(input: Tensor, dim: int = -1, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil})
-- -> Tensor: The median along dim of the elements where mask holds: of an even number the lower one in the middle.
-- Example: torch.masked.median(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 1
return function(...)
  local given = options.read("masked.median", {masking.INPUT, {"dim", kind = "integer", default = -1}, masking.KEEPDIM,
    masking.DTYPE, masking.MASK}, ...)
  local x = given.input
  if torch.is_complex(x) then options.wrong("masked.median", "input", 1, "real numbers", x) end
  local integral = not torch.is_floating_point(x)
  local dim = options.dim("masked.median", "dim", 2, given.dim, x.ndim)
  local out = torch.nanmedian(masking.fill("masked.median", integral and x:double() or x, given.mask, 0 / 0), dim,
    given.keepdim)
  if integral and options.has_data(out) and out:isnan():any():item() then
    options.raise "masked.median: 'mask': holds nowhere in a line of integers, which has no median"
  end
  return masking.cast(out, given.dtype or x.dtype)
end
