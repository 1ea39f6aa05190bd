local options = require "torch.utils.options"

--- torch.exponential_(input: Tensor, lambd: float = 1, *, generator: generator = nil) -> Tensor: Filled with numbers
-- above 0 of the exponential distribution of rate lambd.
-- Example: torch.empty(2):exponential_(0.5)
return function(...)
  local given = options.read("exponential_", {{"input", kind = "tensor", required = true},
    {"lambd", kind = "number", default = 1}, {"generator"}}, ...)
  local x, rate = given.input, given.lambd
  if not (rate > 0) then options.wrong("exponential_", "lambd", 2, "a number above 0", rate) end
  x:uniform_(0, 1, {generator = given.generator})
  x:clamp_(torch.finfo(x.dtype).eps / 2)
  return x:neg_():log1p_():div_(-rate)
end
