local options = require "torch.utils.options"
local masking = require "torch.masked.masking"

--- torch.masked.normalize(input: Tensor, ord: number, dim: int, {eps: number = 1e-12, dtype: dtype = nil, mask: Tensor
-- = nil}) -> Tensor: The elements where mask holds, 0 for the others, divided by their ord-norm along dim, at least
-- eps.
-- Example: torch.masked.normalize(torch.tensor({3.0, 5, 4}), 2, 1, {mask = torch.tensor({true, false, true})})
-- {0.6, 0, 0.8}
return function(...)
  local given = options.read("masked.normalize", {masking.INPUT, {"ord", kind = "number", required = true},
    {"dim", kind = "integer", required = true}, {"eps", kind = "number", default = 1e-12}, masking.DTYPE,
    masking.MASK}, ...)
  local x = masking.cast(given.input, given.dtype)
  local dim = options.dim("masked.normalize", "dim", 3, given.dim, x.ndim)
  local norm = torch.masked.norm(x, given.ord, dim, {keepdim = true, mask = given.mask})
  return masking.fill("masked.normalize", x, given.mask, 0) / torch.maximum(norm, torch.full_like(norm, given.eps))
end
