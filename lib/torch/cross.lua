local options = require "torch.utils.options"

--- torch.cross(input: Tensor, other: Tensor, dim: int = nil) -> Tensor: linalg.cross; without dim along the first
-- dimension of 3 elements.
-- Example: torch.cross(torch.tensor({1, 0, 0}), torch.tensor({0, 1, 0}))
return function(...)
  local given = options.read("cross", {{"input", kind = "tensor", required = true},
    {"other", kind = "tensor", required = true}, {"dim", kind = "integer"}}, ...)
  local dim = given.dim
  for d = 1, given.input.ndim do
    if not dim and given.input:size(d) == 3 then dim = d end
  end
  return (torch.linalg.cross(given.input, given.other, {dim = dim or -1}))
end
