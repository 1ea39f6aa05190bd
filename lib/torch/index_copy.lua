local options = require "torch.utils.options"

--- torch.index_copy(input: Tensor, dim: int, index: Positions, source: Tensor) -> Tensor: A copy of input with the
-- slices of source along dimension dim at the positions `index`.
-- Example: torch.index_copy(torch.zeros(3, 2), 1, torch.tensor({3, 1}), torch.tensor({{1.0, 2}, {3, 4}}))
return function(...)
  local given = options.read("index_copy", {{"input", kind = "tensor", required = true},
    {"dim", kind = "integer", required = true}, {"index", kind = "tensor", required = true},
    {"source", kind = "tensor", required = true}}, ...)
  return given.input:clone():index_copy_(given.dim, given.index, given.source)
end
