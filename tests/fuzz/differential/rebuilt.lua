--- For tests/fuzz/differential.lua: what of a factorisation's results is compared where the factors are one choice of
-- many: what they are made of, and what is unique about them. reference.py has the same functions.
local rebuilt = {}

local function hermitian(x)
  x = x:transpose(-1, -2)
  return x:is_complex() and x:conj() or x
end
-- The first n columns.
local function columns(x, n) return x:narrow(-1, 1, n) end
-- Qᴴ Q: the columns are orthonormal. Their slopes are not looked at, for a full matrix has columns without one.
local function gram(q) return hermitian(q:detach()):matmul(q:detach()) end
local function scaled(x, s) return x * s:unsqueeze(-2):to(x.dtype) end

rebuilt["linalg.svd"] = function(u, s, vh)
  local n = s:size(-1)
  return s, scaled(columns(u, n), s):matmul(vh:narrow(-2, 1, n)), gram(u), gram(hermitian(vh))
end
function rebuilt.svd(u, s, v)
  local n = s:size(-1)
  return s, scaled(columns(u, n), s):matmul(hermitian(columns(v, n))), gram(u), gram(v)
end
rebuilt["linalg.eigh"] = function(values, vectors)
  return values, scaled(vectors, values):matmul(hermitian(vectors)), gram(vectors)
end
rebuilt["linalg.eig"] = function(values, vectors)
  return values:sum(-1), scaled(vectors, values):matmul(vectors:inverse()), vectors:abs():square():sum(-2)
end
rebuilt["linalg.eigvals"] = function(values) return values:sum(-1), (values * values):sum(-1), values:prod(-1) end

--- The results that are compared: those of the function itself where there is no choice.
function rebuilt.results(name, outs)
  local f = rebuilt[name]
  if not f or name == "results" then return outs end
  return table.pack(f(table.unpack(outs, 1, outs.n)))
end

return rebuilt
