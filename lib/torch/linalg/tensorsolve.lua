local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.tensorsolve(A: Tensor, B: Tensor, dims: any = nil) -> Tensor: X of torch.tensordot(A, X, X.ndim) = B.
-- dims: dimensions of A that are moved to its end before.
-- Example: torch.linalg.tensorsolve(torch.eye(4):reshape(2, 2, 4), torch.ones(2, 2))
-- {1, 1, 1, 1}
return function(...)
  local name = "linalg.tensorsolve"
  local given = options.read(name, {{"A", kind = "tensor", required = true},
    {"B", kind = "tensor", required = true}, {"dims"}}, ...)
  local a, b, order = given.A, given.B, {}
  if given.dims then
    local last, moved = {}, {}
    for i, d in ipairs(type(given.dims) == "table" and given.dims or {given.dims}) do
      last[i] = options.dim(name, "dims", 3, d, a.ndim)
      moved[last[i]] = true
    end
    for d = 1, a.ndim do if not moved[d] then order[#order + 1] = d end end
    a = a:permute(table.move(last, 1, #last, #order + 1, order))
  end
  local n, shape = b:numel(), {}
  for d = b.ndim + 1, a.ndim do shape[#shape + 1] = a:size(d) end
  if a:numel() ~= n * n then
    options.wrong(name, "A", 1, ("%d × %d elements, B has %d"):format(n, n, n), a)
  end
  return torch.linalg.solve(a:reshape(n, n), b:reshape(n)):reshape(shape)
end
