local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"

local DRIVERS <const> = {gels = true, gelsy = true, gelsd = true, gelss = true}

-- The squared lengths of the columns of what is left over, where matrices have more rows than columns and full rank.
local function left_over(a, b, x, rank)
  local m, n = a:size(-2), a:size(-1)
  if m <= n or (rank and rank:lt(n):any():item()) then
    return torch.zeros({0}, {dtype = lapack.real_dtype(a.dtype), device = a.device})
  end
  return (a:matmul(x) - b):abs():square():sum(-2)
end

--- torch.linalg.lstsq(A: Tensor, B: Tensor, rcond: number = nil, {driver: string = "gelsy"}) -> Tensor, Tensor,
-- Tensor, Tensor: X with the least ‖A X - B‖ (of these the least ‖X‖), the squared sums of what is left over
-- (empty unless all matrices have full rank and more rows than columns), both with gradients, the ranks (empty for
-- "gels"), and the singular values (empty for "gels" and "gelsy"). Singular values up to rcond · the largest count as
-- 0, by default max(n, m) · eps; "gels" takes the rank as full. All drivers use the singular values.
-- Example: torch.linalg.lstsq(torch.eye(2), torch.ones(2, 1))
return function(...)
  local name = "linalg.lstsq"
  local given = options.read(name, {{"A", kind = "tensor", required = true}, {"B", kind = "tensor", required = true},
    {"rcond", kind = "number"}, {"driver", kind = "string", default = "gelsy"}}, ...)
  local a, b, driver = given.A, given.B, given.driver
  lapack.check(name, "A", 1, a)
  if not DRIVERS[driver] then options.wrong(name, "driver", nil, "'gels', 'gelsy', 'gelsd' or 'gelss'", driver) end
  local vectors = b.ndim == a.ndim - 1
  if vectors then b = b:unsqueeze(-1) end
  lapack.check(name, "B", 2, b)
  if b.dtype ~= a.dtype or b:size(-2) ~= a:size(-2) then
    options.wrong(name, "B", 2, ("%s with %d rows, as A has"):format((tostring(a.dtype):gsub("^torch%.", "")),
      a:size(-2)), given.B)
  end
  a, b = lapack.broadcast(name, a, b)
  local least = given.rcond or math.max(a:size(-2), a:size(-1)) * lapack.epsilon(a)
  local x = lapack.pseudo_inverse(name, a, 0, driver == "gels" and 0 or least, false):matmul(b)
  local none = torch.zeros({0}, {dtype = torch.int64, device = a.device})
  local s = lapack.singular_values(a:detach())
  local rank = driver ~= "gels" and s:gt(s:narrow(-1, 1, math.min(1, s:size(-1))) * least):sum(-1) or nil
  local rest = left_over(a, b, x, rank)
  if driver == "gels" or driver == "gelsy" then s = s:new_zeros({0}) end
  return vectors and x:squeeze(-1) or x, rest, rank or none, s
end
