local options = require "torch.utils.options"
local masking = require "torch.masked.masking"
local norms = require "torch.utils.norms"

--- torch.masked.norm(input: Tensor, ord: number = 2, dim: any = nil, {keepdim: bool = false, dtype: dtype = nil, mask:
-- Tensor = nil}) -> Tensor: The ord-norm of the elements where mask holds, along dim (a dimension, an array of them, or
-- all).
-- Example: torch.masked.norm(torch.tensor({3.0, 5, 4}), 2, {mask = torch.tensor({true, false, true})})
-- 5
return function(...)
  local given = options.read("masked.norm", {masking.INPUT, {"ord", kind = "number", default = 2}, {"dim"},
    masking.KEEPDIM, masking.DTYPE, masking.MASK}, ...)
  local x = norms.floats("masked.norm", "input", given.input, given.dtype)
  local dims = masking.dims("masked.norm", given.dim, x)
  local filled = masking.fill("masked.norm", x, given.mask, given.ord == -math.huge and math.huge or 0)
  if #dims == 0 then return (norms.vector(filled:unsqueeze(1), given.ord, 1, false)) end
  return (norms.vector(filled, given.ord, dims, given.keepdim))
end
