local options = require "torch.utils.options"

--- torch.dim_order(input: Tensor) -> int[]: The dimensions (from 1) from the one with the largest steps in memory to
-- the one with the smallest.
-- Example: torch.dim_order(torch.ones(2, 3):t())
return function(...)
  local x = options.read("dim_order", {{"input", kind = "tensor", required = true}}, ...).input
  local order, steps = {}, x:stride()
  for d = 1, x.ndim do order[d] = d end
  table.sort(order, function(a, b) return steps[a] > steps[b] or (steps[a] == steps[b] and a < b) end)
  return order
end
