local options = require "torch.utils.options"

--- torch.index_fill(input: Tensor, dim: int, index: Positions, value: any) -> Tensor: A copy of input with a number,
-- or a tensor of no dimensions, at the positions `index` of dimension dim.
-- Example: torch.index_fill(torch.zeros(2, 2), 1, torch.tensor({1}), 5)
return function(...)
  local given = options.read("index_fill", {{"input", kind = "tensor", required = true},
    {"dim", kind = "integer", required = true}, {"index", kind = "tensor", required = true},
    {"value", required = true}}, ...)
  return given.input:clone():index_fill_(given.dim, given.index, given.value)
end
