-- What distributions with covariance matrices compute with their Cholesky factors.
local values = require "torch.distributions.values"
local matrices = {}

--- One matrix for each vector: M v.
function matrices.times(m, v) return m:matmul(v:unsqueeze(-1)):squeeze(-1) end

--- L⁻¹ b for lower triangular matrices L, batches broadcast.
function matrices.solve(l, b)
  local shape = torch.broadcast_shapes(values.part(l.shape, 1, -3), values.part(b.shape, 1, -3))
  l = l:expand(values.join(shape, values.part(l.shape, -2)))
  b = b:expand(values.join(shape, values.part(b.shape, -2)))
  return torch.linalg.solve_triangular(l, b, {upper = false})
end

--- |L⁻¹ v|².
function matrices.mahalanobis(l, v) return matrices.solve(l, v:unsqueeze(-1)):squeeze(-1):pow(2):sum(-1) end

--- log det L.
function matrices.log_det(l) return l:diagonal(0, -2, -1):log():sum(-1) end

--- The Cholesky factor of the inverse of p. Turned round, p = U Uᵀ with an upper factor U, so L = U⁻ᵀ.
function matrices.factor_of_inverse(p)
  local turned = torch.linalg.cholesky(p:flip {-2, -1}):flip {-2, -1}
  local lower = turned.mT
  local eye = torch.eye(p.shape[-1], {dtype = p.dtype, device = p.device})
  return matrices.solve(lower, eye)
end

--- L Lᵀ and its inverse.
function matrices.square(l) return l:matmul(l.mT) end
function matrices.inverse(l)
  local eye = torch.eye(l.shape[-1], {dtype = l.dtype, device = l.device})
  local inverse = matrices.solve(l, eye)
  return inverse.mT:matmul(inverse)
end

--- The one of the named matrices that was given, as name and tensor.
function matrices.only(name, given, names)
  local found
  for _, n in ipairs(names) do
    if given[n] ~= nil then
      if found then torch._C.raise(("%s: expected one of %s, got %s and %s"):format(name, table.concat(names, ", "),
        found, n)) end
      found = n
    end
  end
  if not found then torch._C.raise(("%s: expected one of %s"):format(name, table.concat(names, ", "))) end
  local m = given[found]
  if not torch.is_tensor(m) or m.ndim < 2 then
    require "torch.utils.options".wrong(name, found, nil, "a matrix or a batch of matrices", m)
  end
  return found, m
end

return matrices
