local options = require "torch.utils.options"

--- torch.linalg.vander(x: Tensor, {N: int = nil}) -> Tensor: Vandermonde's matrices of the vectors in the last
-- dimension: rising powers 0 to N - 1 in a new last dimension. Those of integers are int64.
-- Example: torch.linalg.vander(torch.tensor({1, 2, 3}))
return function(...)
  local given = options.read("vander", {{"x", kind = "tensor", required = true}, {"N", kind = "positive"}}, ...)
  local x = torch.atleast_1d(given.x)
  if not (torch.is_floating_point(x) or torch.is_complex(x)) then x = x:long() end
  local power, list, n = torch.ones_like(x), {}, given.N or x:size(-1)
  options.room("vander", {x:numel(), n})
  if x:numel() == 0 then
    local shape = table.move(x.shape, 1, x.ndim, 1, {})
    shape[#shape + 1] = n
    return x:new_empty(shape)
  end
  for i = 1, n do
    list[i] = power
    power = power * x
  end
  return torch.stack(list, -1)
end
