--- What the functions of linear algebra share: the factorisations that are rows (tensor/ops/linalg/rows.lua), with
-- batches broadcast, and the errors that name a matrix of a batch.
local options = require "torch.utils.options"
local lapack = {}

for _, name in ipairs {"cholesky", "triangular", "solve", "lu", "permutation", "geqrf", "reflections", "qr", "eigh",
  "svd", "eig", "ldl", "ldl_solve", "pinv"} do
  lapack[name] = torch._C.op("lapack_" .. name)
end

--- The parameter `input` that is a tensor, as most have it first.
lapack.INPUT = {"input", kind = "tensor", required = true}

--- Fails unless `x` has matrices of floats or complex numbers in its last two dimensions.
function lapack.check(name, parameter, position, x, square)
  if x.ndim < 2 or (square and x:size(-1) ~= x:size(-2)) then
    options.wrong(name, parameter, position, square and "square matrices" or "matrices (at least 2 dimensions)", x)
  end
  local dtype = x.dtype
  if dtype ~= torch.float32 and dtype ~= torch.float64 and not torch.is_complex(x) then
    options.wrong(name, parameter, position, "float32, float64, complex64 or complex128", x)
  end
end

--- "square", "tall" or "wide": what the matrices of x are.
function lapack.form(x)
  local m, n = x:size(-2), x:size(-1)
  return m == n and "square" or m > n and "tall" or "wide"
end

--- The sizes before the last n dimensions.
function lapack.batch(x, n) return table.move(x.shape, 1, x.ndim - n, 1, {}) end

--- a and b with the dimensions before their last two expanded to each other's.
function lapack.broadcast(name, a, b)
  local left, right = lapack.batch(a, 2), lapack.batch(b, 2)
  local ok, shape = pcall(torch.broadcast_shapes, left, right)
  if not ok then
    options.raise(("%s: the batches of %s and %s do not broadcast"):format(name, options.describe(a),
      options.describe(b)))
  end
  local function expanded(x)
    local whole = table.move(shape, 1, #shape, 1, {})
    whole[#whole + 1], whole[#whole + 2] = x:size(-2), x:size(-1)
    return x:expand(whole)
  end
  return expanded(a), expanded(b)
end

--- Raises "NAME: … matrix I of the batch …" where info is not 0. `what` is a format for the number in info.
function lapack.require_good(name, info, what)
  if info:numel() == 0 or not options.has_data(info) or info:eq(0):all():item() then return end
  local list = info:reshape(-1):tolist()
  for i, code in ipairs(list) do
    if code ~= 0 then
      local which = info.ndim == 0 and "the matrix" or ("matrix %d of the batch"):format(i)
      options.raise(("%s: %s %s"):format(name, which, what:format(code)))
    end
  end
end

--- The adjoint of matrices.
function lapack.adjoint(x) return x:transpose(-2, -1):conj() end

--- Identity matrices of n rows in the batch, dtype and device of x.
function lapack.identity(x, n)
  local shape = lapack.batch(x, 2)
  shape[#shape + 1], shape[#shape + 2] = n, n
  return torch.eye(n, {dtype = x.dtype, device = x.device}):expand(shape)
end

--- The shape of x with its last two sizes replaced.
function lapack.sized(x, ...)
  local shape = lapack.batch(x, 2)
  for _, n in ipairs {...} do shape[#shape + 1] = n end
  return shape
end

--- The dtype of the parts of x: float32 of complex64.
function lapack.real_dtype(dtype)
  return dtype == torch.complex64 and torch.float32 or dtype == torch.complex128 and torch.float64 or dtype
end

--- The distance from 1 to the next number of the dtype.
function lapack.epsilon(x) return torch.finfo(lapack.real_dtype(x.dtype)).eps end

--- A zero that belongs to the history of x: the sum of none of its elements.
function lapack.nothing(x) return x:narrow(-1, 1, 0):sum() end

--- The first columns of the product of the reflections in x. The steps of the kernel have no gradient, so where one is
-- wanted the product is made of ops.
function lapack.reflect(x, tau)
  if not lapack.wants_gradient(x) and not lapack.wants_gradient(tau) then return lapack.reflections(x, tau) end
  local m, n, k = x:size(-2), x:size(-1), tau:size(-1)
  local vectors = x:tril(-1) + torch.eye(m, n, {dtype = x.dtype, device = x.device})
  local q = torch.eye(m, n, {dtype = x.dtype, device = x.device}):expand(x.shape) + lapack.nothing(x)
  for i = k, 1, -1 do
    local v = vectors:narrow(-1, i, 1)
    q = q - tau:narrow(-1, i, 1):unsqueeze(-1) * v:matmul(lapack.adjoint(v):matmul(q))
  end
  return q
end

--- Whether "U" was given for UPLO, and not "L".
function lapack.is_upper(name, uplo)
  local letter = uplo:upper()
  if letter ~= "L" and letter ~= "U" then options.wrong(name, "UPLO", 2, "'L' or 'U'", uplo) end
  return letter == "U"
end

--- Whether what is computed from x now is to be differentiated.
function lapack.wants_gradient(x) return x.requires_grad and torch.is_grad_enabled() end

--- U, S and Vᴴ of x; without elements U and V are identities.
function lapack.decompose(x, full)
  local m, n = x:size(-2), x:size(-1)
  if full and math.min(m, n) == 0 then
    local zero = x:sum() -- of no elements: the results belong to the history of x
    local none = torch.zeros(lapack.sized(x, 0), {dtype = lapack.real_dtype(x.dtype), device = x.device})
    local s = none + torch.real(zero)
    return lapack.identity(x, m) + zero, s, lapack.identity(x, n) + zero
  end
  return lapack.svd(x, lapack.form(x), full, true)
end

--- S of x; the vectors are computed only where the gradient needs them.
function lapack.singular_values(x)
  return (select(2, lapack.svd(x, lapack.form(x), false, lapack.wants_gradient(x))))
end

--- One bound for each matrix of a, below which its singular values s count as 0.
function lapack.cutoff(name, a, s, atol, rtol)
  local function bound(key, value)
    if torch.is_tensor(value) then return value:to(s.dtype) end
    if type(value) ~= "number" then options.wrong(name, key, nil, "a number or a tensor", value) end
    return torch.full(lapack.batch(a, 2), value, {dtype = s.dtype, device = s.device})
  end
  local default = 0
  if atol == nil then default = math.max(a:size(-2), a:size(-1)) * lapack.epsilon(a) end
  if torch.is_tensor(atol) and rtol == nil then -- the default for matrices whose atol is 0
    local least = math.max(a:size(-2), a:size(-1)) * lapack.epsilon(a)
    rtol = torch.where(atol:gt(0), torch.zeros_like(atol:to(s.dtype)), torch.full_like(atol:to(s.dtype), least))
  end
  local least, share = bound("atol", atol or 0), bound("rtol", rtol or default)
  if s:size(-1) == 0 then return least end
  return torch.maximum(least, share * s:amax(-1))
end

--- The pseudo-inverse of a.
function lapack.pseudo_inverse(name, a, atol, rtol, hermitian)
  if a:numel() == 0 then return lapack.adjoint(a) end
  if hermitian then a = a:tril() + lapack.adjoint(a:tril(-1)) end
  local u, s, vh = lapack.decompose(a:detach(), false)
  local cutoff = lapack.cutoff(name, a, s, atol, rtol):expand(lapack.batch(a, 2))
  if lapack.wants_gradient(a) then return lapack.pinv(a, cutoff) end -- one step, whose gradient needs no vectors
  local inverse = s:reciprocal():masked_fill(s:le(cutoff:unsqueeze(-1)), 0)
  return lapack.adjoint(vh):matmul(inverse:unsqueeze(-1) * lapack.adjoint(u))
end

return lapack
