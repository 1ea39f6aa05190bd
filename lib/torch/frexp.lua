local options = require "torch.utils.options"

--- torch.frexp(input: Tensor) -> Tensor, Tensor: The mantissa, from 0.5 to 1 in magnitude, and the exponent (int32) of
-- each element: input = mantissa · 2^exponent. Of 0, infinity and NaN the exponent is 0.
-- Example: torch.frexp(torch.tensor({3.0, 0.25}))
-- {0.75, 0.5}
return function(...)
  local given = options.read("frexp", {{"input", kind = "tensor", required = true}}, ...)
  local x = given.input
  if not torch.is_floating_point(x) then options.wrong("frexp", "input", 1, "a tensor of floats", x) end
  local known = x:detach():to(torch.float64)
  local plain = known:isfinite():logical_and(known:ne(0))
  local exponent = torch.where(plain, known:abs():log2():floor():add(1), 0)
  -- The logarithm is rounded: the exponent may be one beside the right one. Two powers, for one may be infinite.
  local half = exponent:div(2, {rounding_mode = "floor"})
  local mantissa = known / 2 ^ half / 2 ^ (exponent - half)
  local size = mantissa:abs()
  exponent = exponent + (size:ge(1):to(torch.float64) - size:lt(0.5):to(torch.float64)) * plain
  half = exponent:div(2, {rounding_mode = "floor"})
  local low, high = (2 ^ -half):to(x.dtype), (2 ^ -(exponent - half)):to(x.dtype)
  return x * low * high, exponent:to(torch.int32)
end
