local options = require "torch.utils.options"

--- torch.autograd.Variable(data: Tensor, requires_grad: bool = false) -> Tensor: A name from before tensors had
-- gradients themselves: the tensor, or one over its elements that requires a gradient.
-- Example: torch.autograd.Variable(torch.ones(1), true).requires_grad
return function(...)
  local given = options.read("autograd.Variable", {{"data", kind = "tensor", required = true},
    {"requires_grad", kind = "boolean", default = false}}, ...)
  if not given.requires_grad then return given.data end
  return given.data:detach():requires_grad_()
end
