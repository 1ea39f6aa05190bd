local options = require "torch.utils.options"

--- torch.linalg.cross(input: Tensor, other: Tensor, {dim: int = -1}) -> Tensor: The cross products of the vectors of
-- three elements along dim; the other dimensions broadcast.
-- Example: torch.linalg.cross(torch.tensor({1, 0, 0}), torch.tensor({0, 1, 0}))
return function(...)
  local given = options.read("cross", {{"input", kind = "tensor", required = true},
    {"other", kind = "tensor", required = true}, {"dim", kind = "integer", default = -1}}, ...)
  local a, b = given.input, given.other
  if a.ndim ~= b.ndim then
    options.raise(("cross: 'other' (argument 2): expected %d dimensions as input, got %d"):format(a.ndim, b.ndim))
  end
  local dim = options.dim("cross", "dim", 3, given.dim, a.ndim)
  for i, x in ipairs {a, b} do
    if x.ndim == 0 or x:size(dim) ~= 3 then
      options.wrong("cross", i == 1 and "input" or "other", i, ("3 elements along dimension %d"):format(dim), x)
    end
  end
  a, b = torch.broadcast_tensors(a, b)
  return a:roll(-1, dim) * b:roll(1, dim) - a:roll(1, dim) * b:roll(-1, dim)
end
