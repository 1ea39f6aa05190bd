local options = require "torch.utils.options"
local low_rank = require "torch.utils.low_rank"

--- torch.svd_lowrank(A: Tensor, q: int = 6, niter: int = 2, M: Tensor = nil) -> Tensor, Tensor, Tensor: U (m × q), S
-- (q) and V (n × q) with A - M near U diag(S) Vᵀ, by random projections with niter rounds (Halko and others 2009). A
-- may be a batch.
-- Example: select(2, torch.svd_lowrank(torch.eye(8), 3)).shape
return function(...)
  local given = options.read("svd_lowrank", {{"A", kind = "tensor", required = true},
    {"q", kind = "count", default = 6}, {"niter", kind = "count", default = 2}, {"M", kind = "tensor"}}, ...)
  local a = given.A
  if a.ndim < 2 or not (torch.is_floating_point(a) or torch.is_complex(a)) then
    options.wrong("svd_lowrank", "A", 1, "matrices of floats", a)
  end
  local most = math.min(a:size(-1), a:size(-2))
  if given.q < 1 or given.q > most then options.wrong("svd_lowrank", "q", 2, ("1 to %d"):format(most), given.q) end
  return low_rank.svd(given.M and a - given.M or a, given.q, given.niter)
end
