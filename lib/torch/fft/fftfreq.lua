local options = require "torch.utils.options"

--- torch.fft.fftfreq(n: int, d: number = 1, {dtype: any = nil, device: any = nil, requires_grad: bool = false}) ->
-- Tensor: The frequencies of the results of fft of n numbers that are d apart: 0, 1, … then the negative ones,
-- divided by n d.
-- Example: torch.fft.fftfreq(5)
return function(...)
  local given = options.read("fftfreq", {{"n", kind = "positive", required = true},
    {"d", kind = "number", default = 1.0}, {"dtype"}, {"device"},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  local n = given.n
  local positive = torch.arange((n + 1) // 2, {dtype = torch.float64})
  local list = n > 1 and torch.cat({positive, torch.arange(-(n // 2), 0, {dtype = torch.float64})}, 1) or positive
  local out = (list / (n * given.d)):to(given.dtype or torch.get_default_dtype())
  if given.device then out = out:to(given.device) end
  return given.requires_grad and out:requires_grad_(true) or out
end
