local options = require "torch.utils.options"
local masking = require "torch.masked.masking"

--- torch.masked.mean(input: Tensor, dim: any = nil, {keepdim: bool = false, dtype: dtype = nil, mask: Tensor = nil}) ->
-- Tensor: The mean of the elements where mask holds, along dim (a dimension, an array of them, or all); nan where it
-- holds nowhere.
-- Example: torch.masked.mean(torch.tensor({1.0, 5, 3}), {mask = torch.tensor({true, false, true})})
-- 2
return function(...)
  local given = options.read("masked.mean", {masking.INPUT, {"dim"}, masking.KEEPDIM, masking.DTYPE, masking.MASK}, ...)
  local x = masking.cast(given.input, given.dtype)
  if not torch.is_floating_point(x) and not torch.is_complex(x) then
    options.wrong("masked.mean", "input", 1, "floats or complex numbers (or another dtype)", x)
  end
  local dims = masking.dims("masked.mean", given.dim, x)
  local ones = masking.fill("masked.mean", torch.ones_like(x:detach()), given.mask, 0)
  local filled = masking.fill("masked.mean", x, given.mask, 0)
  if #dims == 0 then return filled / ones end
  return filled:sum(dims, given.keepdim) / ones:sum(dims, given.keepdim)
end
