local options = require "torch.utils.options"

--- torch.vander(input: Tensor, N: int = nil, increasing: bool = false) -> Tensor: Vandermonde's matrix: the powers 0
-- to N - 1 of the elements of a vector, one row each, the highest first unless increasing; of integers in int64. N: the
-- length of input.
-- Example: torch.vander(torch.tensor({1, 2, 3}))
return function(...)
  local given = options.read("vander", {{"input", kind = "tensor", required = true}, {"N", kind = "count"},
    {"increasing", kind = "boolean", default = false}}, ...)
  local x, n = given.input, given.N or given.input:numel()
  if x.ndim ~= 1 then options.wrong("vander", "input", 1, "1 dimension", x) end
  if not (torch.is_floating_point(x) or torch.is_complex(x)) then x = x:long() end
  options.room("vander", {x:numel(), n})
  if x:numel() == 0 then return x:new_empty({0, n}) end -- however many columns: there is nothing to work out
  local columns = {}
  for i = 1, n do columns[given.increasing and i or n - i + 1] = i == 1 and torch.ones_like(x) or false end
  local power
  for i = 2, n do
    power = power and power * x or x
    columns[given.increasing and i or n - i + 1] = power
  end
  return n > 0 and torch.stack(columns, 2) or x:new_empty({x:numel(), 0})
end
