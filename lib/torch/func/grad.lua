local gradient = require "torch.func.gradient"

--- torch.func.grad(func: function, argnums: int = 1, has_aux: bool = false) -> function: A function of the same
-- arguments that gives the gradient of func, a scalar, by argument number argnums (an array: a result for each). An
-- argument may be a table of tensors, and the gradient is one then. With has_aux func returns a second value, which
-- comes behind the gradients. It may be applied again: func.grad(func.grad(f)) is the second derivative.
-- Example: torch.func.grad(function(x) return (x ^ 3):sum() end)(torch.tensor({1.0, 2.0}))
return function(...)
  local both = gradient("grad", ...)
  return function(...)
    local gradients, _, aux = both(...)
    local n = gradients.n
    if aux then gradients[n + 1], n = aux[1], n + 1 end
    return table.unpack(gradients, 1, n)
  end
end
