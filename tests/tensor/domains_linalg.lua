-- Sampled arguments of factorisations, for domains.lua.
return function(_, by_domain, make)
  local pack, x, constant, leaf, F64 = make.pack, make.x, make.constant, make.leaf, make.F64
  -- Factorisations: their vectors are determined but for a sign, and the samples stay clear of equal eigenvalues.
  function by_domain.lapack_definite()
    local function definite(a) return leaf(a:matmul(a:adjoint()) + torch.eye(3, F64)) end
    local samples = {pack(definite(constant(2, 3, 3))), pack(definite(torch.complex(constant(3, 3), constant(3, 3))))}
    for _, sample in ipairs(samples) do sample.hermitian = true end
    return samples
  end
  local function conditioned(...) return leaf(constant(...) + 3 * torch.eye(3, F64)) end
  function by_domain.lapack_triangular()
    return {pack(conditioned(2, 3, 3), x(2, 3, 2), true, false), pack(conditioned(3, 3), x(3, 1), false, true)}
  end
  function by_domain.lapack_solve()
    return {pack(conditioned(2, 3, 3), x(2, 3, 2)), pack(conditioned(3, 3), x(3, 1))}
  end
  local function of_forms(...)
    return {pack(conditioned(3, 3), "square", ...), pack(leaf(torch.cat({constant(2, 3), 3 * torch.eye(3, F64)}, 1)),
      "tall", ...), pack(leaf(torch.cat({constant(3, 2), 3 * torch.eye(3, F64)}, 2)), "wide", ...)}
  end
  function by_domain.lapack_lu() return of_forms() end
  function by_domain.lapack_qr() return {pack(conditioned(3, 3)), pack(conditioned(2, 3, 3)), pack(x(4, 3))} end
  function by_domain.lapack_eigh()
    local samples = {pack(x(3, 3), false, true), pack(x(2, 3, 3), true, true)}
    for _, sample in ipairs(samples) do sample.hermitian = true end
    return samples
  end
  function by_domain.lapack_svd() return of_forms(false, true) end
  function by_domain.lapack_eig()
    local a = constant(3, 3)
    return {pack(leaf(a + a:t() + torch.diag(torch.tensor({1.0, 4, 9}, F64))), true)}
  end
  function by_domain.lapack_pinv() return {pack(x(4, 3), torch.zeros({}, F64)), pack(x(2, 3), torch.zeros({}, F64))} end
end
