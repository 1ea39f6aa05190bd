local options = require "torch.utils.options"

--- torch.fft.rfftfreq(n: int, d: number = 1, {dtype: any = nil, device: any = nil, requires_grad: bool = false}) ->
-- Tensor: The frequencies of the results of rfft of n numbers that are d apart: 0, 1, … n / 2, divided by n d.
-- Example: torch.fft.rfftfreq(5)
return function(...)
  local given = options.read("rfftfreq", {{"n", kind = "positive", required = true},
    {"d", kind = "number", default = 1.0}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  local n = given.n
  local list = torch.arange(n // 2 + 1, {dtype = torch.float64})
  local out = (list / (n * given.d)):to(given.dtype or torch.get_default_dtype())
  if given.device then out = out:to(given.device) end
  return given.requires_grad and out:requires_grad_(true) or out
end
