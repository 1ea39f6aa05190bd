local options = require "torch.utils.options"
local lapack = require "torch.utils.lapack"
local solving = require "torch.utils.solving"

-- The roots of the eigenvalues, and the eigenvectors.
local function roots(a)
  local values, vectors = lapack.eigh(a, false, true)
  return values:clamp(0):sqrt(), vectors
end

-- V x Vᴴ, and Vᴴ x V.
local function outside(vectors, x) return vectors:matmul(x):matmul(lapack.adjoint(vectors)) end
local function inside(vectors, x) return lapack.adjoint(vectors):matmul(x):matmul(vectors) end

-- The gradient solves X Z + Z X = G (Higham 2008): the eigenvectors of X are those of A.
local root = torch.autograd.Function("MatrixSqrth", {
  forward = function(ctx, a)
    ctx:save_for_backward(a)
    local s, vectors = roots(a)
    return outside(vectors, torch.diag_embed(s):to(a.dtype))
  end,
  backward = function(ctx, g)
    local s, vectors = roots(ctx.saved_tensors[1])
    local sums = s:unsqueeze(-1) + s:unsqueeze(-2)
    return outside(vectors, inside(vectors, (g + lapack.adjoint(g)) * 0.5) / sums)
  end})

--- torch.linalg.matrix_sqrth(A: Tensor) -> Tensor: The roots of positive semidefinite matrices, symmetric or Hermitian:
-- the positive semidefinite X with X X = A. The lower triangle is read.
-- Example: torch.linalg.matrix_sqrth(torch.eye(2) * 4)
-- {{2, 0}, {0, 2}}
return function(...)
  local given = options.read("linalg.matrix_sqrth", {solving.A}, ...)
  lapack.check("linalg.matrix_sqrth", "A", 1, given.A, true)
  if given.A:numel() == 0 then return given.A:clone() end
  return root:apply(given.A)
end
