local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

--- torch.linalg.tensorinv(A: Tensor, ind: int = 2) -> Tensor: The inverse of torch.tensordot(A, ·, ind): the first
-- ind dimensions of A count as rows, the others as columns.
-- Example: torch.linalg.tensorinv(torch.eye(4):reshape(2, 2, 4))
return function(...)
  local name = "linalg.tensorinv"
  local given = options.read(name, {{"A", kind = "tensor", required = true},
    {"ind", kind = "positive", default = 2}}, ...)
  local a, ind = given.A, given.ind
  local rows, columns, m, n = {}, {}, 1, 1
  for d = 1, a.ndim do
    if d <= ind then rows[#rows + 1], m = a:size(d), m * a:size(d)
    else columns[#columns + 1], n = a:size(d), n * a:size(d) end
  end
  if m ~= n then
    options.wrong(name, "A", 1, ("as many elements in the first %d dimensions as in the others"):format(ind), a)
  end
  return torch.linalg.inv(a:reshape(m, n)):reshape(table.move(rows, 1, #rows, #columns + 1, columns))
end
