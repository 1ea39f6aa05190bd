local options = require "torch.utils.options"

--- torch.resize_as_(input: Tensor, other: Tensor) -> Tensor: input with the shape of other: see x:resize_(…).
-- Example: torch.arange(6):resize_as_(torch.zeros(2, 2))
return function(...)
  local given = options.read("resize_as_", {{"input", kind = "tensor", required = true},
    {"other", kind = "tensor", required = true}}, ...)
  if given.input.requires_grad then
    options.raise "resize_as_: 'input' (argument 1): a tensor that requires a gradient has a fixed size"
  end
  return given.input:resize_(table.move(given.other.shape, 1, given.other.ndim, 1, {}))
end
