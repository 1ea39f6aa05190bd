-- torch.linalg by LAPACK: what the recorded cases (tests/tensor/parity_spec.lua) do not say: errors, and identities
-- on batches of real and complex matrices.
local linalg = torch.linalg
local close = function(a, b, tolerance) assert.is_true(torch.allclose(a, b, {rtol = 0, atol = tolerance or 1e-10})) end

local function real(...) return torch.randn({...}, {dtype = "float64"}) end
local KINDS = {real = real, complex = function(...) return torch.complex(real(...), real(...)) end}

describe("factorisations", function()
  for kind, make in pairs(KINDS) do
    it("give the matrix back, " .. kind, function()
      torch.manual_seed(1)
      for _, shape in ipairs {{4, 4}, {2, 5, 3}, {2, 3, 5}} do
        local a = make(table.unpack(shape))
        local p, l, u = linalg.lu(a)
        close(p:matmul(l):matmul(u), a)
        local q, r = linalg.qr(a)
        close(q:matmul(r), a)
        local left, s, right = linalg.svd(a, false)
        close((left * s:unsqueeze(-2)):matmul(right), a)
        close(linalg.svdvals(a), s)
        local whole, _, other = linalg.svd(a)
        assert.are.equal(a:size(-2), whole:size(-1))
        assert.are.equal(a:size(-1), other:size(-2))
        close(a:matmul(linalg.pinv(a)):matmul(a), a)
      end
      local a = make(2, 4, 4)
      local values, vectors = linalg.eig(a)
      close(a:to(torch.complex128):matmul(vectors), vectors * values:unsqueeze(-2))
      local h = a + a:adjoint()
      local w, v = linalg.eigh(h)
      close(h:matmul(v), v * w:unsqueeze(-2))
      close(linalg.eigvalsh(h, "U"), w)
      local lower = linalg.cholesky(a:matmul(a:adjoint()))
      close(lower:matmul(lower:adjoint()), a:matmul(a:adjoint()))
      close(linalg.inv(a):matmul(a), torch.eye(4, {dtype = a.dtype}):expand(2, 4, 4))
      local b = make(4, 3)
      close(a:matmul(linalg.solve(a, b)), b:expand(2, 4, 3))
      local lu, pivots = linalg.lu_factor(a)
      local b2 = make(2, 4, 3)
      close(a:adjoint():matmul(linalg.lu_solve(lu, pivots, b2, {adjoint = true})), b2)
      close(linalg.lu_solve(lu, pivots, b2:transpose(-2, -1), {left = false}):matmul(a), b2:transpose(-2, -1))
      local sign, log = linalg.slogdet(a)
      close(sign * log:exp(), linalg.det(a), 1e-9)
    end)
  end
end)

describe("errors", function()
  local function message(f, ...)
    local ok, text = pcall(f, ...)
    assert.is_false(ok)
    return text
  end
  it("name the matrix of the batch", function()
    local a = torch.stack({torch.eye(2), torch.zeros(2, 2), torch.eye(2)}, 1)
    for _, name in ipairs {"inv", "lu_factor"} do
      assert.matches("linalg%." .. name .. ": matrix 2 of the batch is singular", message(linalg[name], a))
    end
    assert.matches("linalg%.solve: matrix 2 of the batch is singular", message(linalg.solve, a, torch.ones(3, 2, 1)))
    assert.matches("linalg%.cholesky: matrix 2 of the batch is not positive definite",
      message(linalg.cholesky, a))
    assert.matches("linalg%.inv: the matrix is singular", message(linalg.inv, torch.zeros(2, 2)))
  end)
  it("say what is expected", function()
    assert.matches("linalg%.inv: 'A' %(argument 1%): expected square matrices, got float32 %(2×3%)",
      message(linalg.inv, torch.ones(2, 3)))
    assert.matches("linalg%.det: 'A' %(argument 1%): expected float32, float64",
      message(linalg.det, torch.eye(2):long()))
    assert.matches("linalg%.matrix_norm: 'ord' %(argument 2%): expected 'fro'", message(linalg.matrix_norm,
      torch.eye(2), 3))
    assert.matches("linalg%.eigh: 'UPLO' %(argument 2%): expected 'L' or 'U'", message(linalg.eigh, torch.eye(2), "X"))
  end)

  it("name the matrix whose numbers are not finite", function()
    for _, number in ipairs {0 / 0, math.huge} do
      local a = torch.eye(2):expand(3, 2, 2):clone()
      a[2][1][1] = number
      for _, name in ipairs {"eigh", "eig", "svd", "pinv", "eigvals"} do
        for _, x in ipairs {a, torch.complex(a, a), a:double()} do
          assert.matches("matrix 2 of the batch has infinities or NaN", message(linalg[name], x))
        end
      end
    end
  end)

  it("refuse pivots that no factorisation has", function()
    for _, pivots in ipairs {{100000, 2, 3}, {1, 0, 3}, {-100000, -1, 3}, {-1, 2, 3}, {1, 2, -3},
      {1 << 31, 1 << 31, 1}} do
      local p = torch.tensor(pivots):int()
      assert.matches("'pivots' %(argument 2%): expected rows from 1 to 3, negative ones in pairs",
        message(linalg.ldl_solve, torch.eye(3), p, torch.ones(3, 1)))
    end
    local a = torch.tensor({{0.0, 1.0}, {1.0, 0.0}})
    local ldl, pair = linalg.ldl_factor(a)
    assert.is_true(pair[1]:item() < 0)
    close(a, linalg.ldl_solve(ldl, pair, torch.eye(2)))
  end)
end)

describe("functions made of factorisations", function()
  it("hold their identities", function()
    torch.manual_seed(3)
    local a = real(2, 4, 4)
    local h = a + a:adjoint()
    local ldl, pivots = linalg.ldl_factor(h)
    local b = real(2, 4, 2)
    close(h:matmul(linalg.ldl_solve(ldl, pivots, b)), b)
    local one = torch.eye(4, {dtype = a.dtype}):expand(2, 4, 4)
    close(linalg.matrix_power(a, -3):matmul(linalg.matrix_power(a, 3)), one, 1e-7)
    close(linalg.matrix_exp(h), (function()
      local w, v = linalg.eigh(h)
      return (v * w:exp():unsqueeze(-2)):matmul(v:adjoint())
    end)(), 1e-8)
    local tall = real(5, 3)
    local x = linalg.lstsq(tall, real(5, 2))
    assert.are.same({3, 2}, x.shape)
    local packed, tau = torch.geqrf(tall)
    local q = linalg.householder_product(packed, tau)
    close(torch.ormqr(packed, tau, tall, {transpose = true}):narrow(1, 4, 2), torch.zeros(2, 3, {dtype = "float64"}))
    close(linalg.householder_product(packed:clone():requires_grad_(true), tau):detach(), q)
    local t, y = real(6, 2, 3), real(2, 3)
    close(linalg.tensorinv(t, 1):reshape(6, 6):matmul(t:reshape(6, 6):matmul(y:reshape(6))), y:reshape(6), 1e-8)
  end)

  it("have gradients of what is left over, and Hermitian ones of Hermitian matrices", function()
    torch.manual_seed(4)
    for _, complex in ipairs {false, true} do
      local h = torch.randn(3, 3, {dtype = complex and "complex128" or "float64", requires_grad = true})
      local values, vectors = linalg.eigh(h)
      local whole = (vectors * values:unsqueeze(-2)):matmul(vectors:adjoint())
      local g = torch.autograd.grad(torch.real(whole * whole:conj()):sum() + values:sum(), {h})
      close(g, g:adjoint())
    end
    local a = torch.randn(4, 2, {dtype = "float64", requires_grad = true})
    local b = torch.randn(4, 2, {dtype = "float64", requires_grad = true})
    assert.is_true(torch.autograd.gradcheck(function(x, y) return (select(2, linalg.lstsq(x, y))) end, {a, b}))
  end)
end)
