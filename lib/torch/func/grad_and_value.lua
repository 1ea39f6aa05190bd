local gradient = require "torch.func.gradient"

--- torch.func.grad_and_value(func: function, argnums: int = 1, has_aux: bool = false) -> function: As func.grad, with
-- the value of func behind the gradients; with has_aux the second value of func comes last.
-- Example: torch.func.grad_and_value(function(x) return (x ^ 2):sum() end)(torch.tensor({3.0}))
return function(...)
  local both = gradient("grad_and_value", ...)
  return function(...)
    local gradients, value, aux = both(...)
    local n = gradients.n + 1
    gradients[n] = value
    if aux then gradients[n + 1], n = aux[1], n + 1 end
    return table.unpack(gradients, 1, n)
  end
end
