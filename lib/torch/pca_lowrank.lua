local options = require "torch.utils.options"
local low_rank = require "torch.utils.low_rank"

--- torch.pca_lowrank(A: Tensor, q: int = nil, center: bool = true, niter: int = 2) -> Tensor, Tensor, Tensor: The q
-- main components of the rows of A (m × n, or a batch): U, S and V, of which the columns of V are the directions. q:
-- 6, or fewer where A is smaller. center: the mean of the rows is taken away first.
-- Example: select(3, torch.pca_lowrank(torch.randn(10, 4), 2)).shape
return function(...)
  local given = options.read("pca_lowrank", {{"A", kind = "tensor", required = true}, {"q", kind = "count"},
    {"center", kind = "boolean", default = true}, {"niter", kind = "count", default = 2}}, ...)
  local a = given.A
  if a.ndim < 2 or not torch.is_floating_point(a) then options.wrong("pca_lowrank", "A", 1, "matrices of floats", a) end
  local most = math.min(a:size(-1), a:size(-2))
  local q = given.q or math.min(6, most)
  if q < 1 or q > most then options.wrong("pca_lowrank", "q", 2, ("1 to %d"):format(most), q) end
  return low_rank.svd(a, q, given.niter, given.center and a:mean(-2, true) or nil)
end
