local options = require "torch.utils.options"

--- torch.vdot(input: Tensor, other: Tensor) -> Tensor: The inner product of two vectors, of the conjugate of the
-- first.
-- Example: torch.vdot(torch.ones(3), torch.ones(3))
return function(...)
  local given = options.read("vdot", {{"input", kind = "tensor", required = true},
    {"other", kind = "tensor", required = true}}, ...)
  return given.input:conj():dot(given.other)
end
