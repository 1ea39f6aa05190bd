local options = require "torch.utils.options"
local masking = require "torch.masked.masking"

--- torch.masked.logaddexp(input: Tensor, other: Tensor, {dtype: dtype = nil, input_mask: Tensor = nil, other_mask:
-- Tensor = nil}) -> Tensor: logaddexp of the elements where the masks hold: where one does not its element counts as
-- -inf.
-- Example: torch.masked.logaddexp(torch.zeros(2), torch.zeros(2), {other_mask = torch.tensor({true, false})})
-- {0.6931, 0}
return function(...)
  local given = options.read("masked.logaddexp", {masking.INPUT, {"other", kind = "tensor", required = true},
    masking.DTYPE, {"input_mask", kind = "tensor"}, {"other_mask", kind = "tensor"}}, ...)
  local a, b = masking.cast(given.input, given.dtype), masking.cast(given.other, given.dtype)
  return torch.logaddexp(masking.fill("masked.logaddexp", a, given.input_mask, -math.huge, "input_mask"),
    masking.fill("masked.logaddexp", b, given.other_mask, -math.huge, "other_mask"))
end
