-- Approximations of matrices by random projections (N. Halko, P. Martinsson and J. Tropp, "Finding structure with
-- randomness", 2009, algorithms 4.4 and 5.1): for torch.svd_lowrank and torch.pca_lowrank.
local low_rank = {}

--- An orthonormal base (m × q) of a space near that of the columns of a (m × n), after `rounds` multiplications.
local function base(a, q, rounds, centre)
  local function forward(x) return centre and a:matmul(x) - centre:matmul(x) or a:matmul(x) end
  local function backward(x)
    local product = a.mH:matmul(x)
    return centre and product - centre.mH:matmul(x:sum(-2, true)) or product
  end
  local start = torch.randn(a:size(-1), q, {dtype = a.dtype, device = a.device})
  local found = torch.linalg.qr(forward(start))
  for _ = 1, rounds do
    found = torch.linalg.qr(backward(found))
    found = torch.linalg.qr(forward(found))
  end
  return found
end

--- U, S and V of q singular values; `centre` (… × 1 × n), where given, is taken from each row.
function low_rank.svd(a, q, rounds, centre)
  local wide = a:size(-2) < a:size(-1)
  if wide then
    if centre then a, centre = a - centre, nil end
    a = a.mH
  end
  local found = base(a, q, rounds, centre)
  local small = found.mH:matmul(a)
  if centre then small = small - found.mH:sum(-1, true):matmul(centre) end
  local u, s, vh = torch.linalg.svd(small, {full_matrices = false})
  u = found:matmul(u)
  if wide then return vh.mH, s, u end
  return u, s, vh.mH
end

return low_rank
