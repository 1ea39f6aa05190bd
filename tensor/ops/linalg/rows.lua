-- Matrix products. float32 and float64 by BLAS, integers by plain loops. Operands have
-- one dtype. Transposed operands are read as they are.
op {"mm", "(input: Tensor, mat2: Tensor) -> Tensor", complex = true,
  amp = {cpu = "half", cuda = "half"}, onnx = "MatMul", infer = "mm", types = "number", domain = "mm",
  backward = function(o) return {input = o.grad:mm(o.mat2:t()), mat2 = o.input:t():mm(o.grad)} end,
  doc = [[The matrix product of (n × k) and (k × m). k = 0 gives zeros.]],
  example = "torch.mm(torch.ones(2, 3), torch.ones(3, 2))", gives = "{{3, 3}, {3, 3}}"}
op {"bmm", "(input: Tensor, mat2: Tensor) -> Tensor", complex = true,
  amp = {cpu = "half", cuda = "half"}, onnx = "MatMul", infer = "bmm", types = "number", domain = "bmm",
  backward = function(o)
    return {input = o.grad:bmm(o.mat2:transpose(2, 3)), mat2 = o.input:transpose(2, 3):bmm(o.grad)}
  end,
  doc = [[The matrix products of (b × n × k) and (b × k × m), one for each of the b.]],
  example = "torch.bmm(torch.ones(4, 2, 3), torch.ones(4, 3, 2))"}
op {"addmm", "(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: number = 1, alpha: number = 1) -> Tensor",
  complex = true,
  amp = {cpu = "half", cuda = "half"}, infer = "addmm", types = "number", inplace = true,
  domain = "addmm", backward = function(o)
    return {input = o.grad:helper("scale", o.beta), mat1 = o.grad:mm(o.mat2:t()):helper("scale", o.alpha),
      mat2 = o.mat1:t():mm(o.grad):helper("scale", o.alpha)}
  end,
  doc = [[beta · input + alpha · mat1 mat2; input broadcasts. With beta = 0 input is not read.]],
  example = "torch.addmm(torch.zeros(2), torch.ones(2, 3), torch.ones(3, 2))", gives = "{{3, 3}, {3, 3}}"}
local function rank(name, n)
  return {name, ("%s.ndim == %d"):format(name, n), n == 1 and "1 dimension" or n .. " dimensions"}
end
-- The message names an argument by its place, as others do.
local function inner(other, place, condition)
  return {condition, ("'%s' (argument %d): inner dimensions differ: {input.shape} × {%s.shape}"):format(other, place,
    other)}
end

op {"mv", "(input: Tensor, vec: Tensor) -> Tensor",
  amp = {cuda = "half"}, domain = "mv",
  check = {rank("input", 2), rank("vec", 1), inner("vec", 2, "input.shape[2] == vec.shape[1]")},
  composite = function(o) return o.input:mm(o.vec:unsqueeze(2)):squeeze(2) end,
  doc = [[The product of a matrix (n × k) and a vector (k).]], example = "torch.mv(torch.ones(2, 3), torch.ones(3))",
  gives = "{3, 3}"}
op {"dot", "(input: Tensor, other: Tensor) -> Tensor",
  amp = {cuda = "widest"}, domain = "dot",
  check = {rank("input", 1), rank("other", 1), inner("other", 2, "input.shape[1] == other.shape[1]")},
  composite = function(o) return o.input:unsqueeze(1):mm(o.other:unsqueeze(2)):squeeze() end,
  doc = [[The inner product of two vectors.]], example = "torch.dot(torch.ones(3), torch.ones(3))", gives = "3"}
op {"outer", "(input: Tensor, vec2: Tensor) -> Tensor", domain = "outer", check = {rank("input", 1), rank("vec2", 1)},
  composite = function(o) return o.input:unsqueeze(2) * o.vec2:unsqueeze(1) end,
  doc = [[The outer product of two vectors: (n) and (m) give (n × m).]],
  example = "torch.outer(torch.arange(3), torch.arange(2))", gives = "{{0, 0}, {0, 1}, {0, 2}}"}

-- Many matrices times one: the rows of all in one product.
local function matmul_folded(a, b)
  local rows = a.shape:before(-1)
  return a:reshape({rows:product(), a.shape[-1]}):mm(b):reshape(rows .. {b.shape[2]})
end
-- The dimensions before the last two are expanded to one batch and made one.
local function matmul_batched(a, b)
  local batch = a.shape:before(-2):broadcast(b.shape:before(-2))
  local function matrices(t)
    return t:expand(batch .. {t.shape[-2], t.shape[-1]}):reshape({batch:product(), t.shape[-2], t.shape[-1]})
  end
  return matrices(a):bmm(matrices(b)):reshape(batch .. {a.shape[-2], b.shape[-1]})
end
op {"matmul", "(input: Tensor, other: Tensor) -> Tensor",
  amp = {cpu = "half", cuda = "half"}, onnx = "MatMul", module = {"torch", "torch.linalg"}, domain = "matmul",
  specialize = {["input.ndim"] = {2, 1}, ["other.ndim"] = {2, 1},
    {"one_batch", "input.ndim == 3 and other.ndim == 3 and input.shape[1] == other.shape[1]"}},
  check = {{"input", "input.ndim >= 1", "at least 1 dimension"}, {"other", "other.ndim >= 1", "at least 1 dimension"},
    {"other", "other.dtype == input.dtype", "{input.dtype} as the first argument is"},
    inner("other", 2, "(other.ndim == 1 and input.shape[-1] == other.shape[1]) "
      .. "or (other.ndim > 1 and input.shape[-1] == other.shape[-2])"),
    {"broadcast(input, other, 2)", "the batches of {input.shape} and {other.shape} do not broadcast"}},
  composite = function(o)
    local a, b = o.input, o.other
    if a.ndim == 1 and b.ndim == 1 then return a:unsqueeze(1):mm(b:unsqueeze(2)):squeeze() end
    if a.ndim == 1 then return a:unsqueeze(1):matmul(b):squeeze(-2) end -- a row that goes again
    if b.ndim == 1 then return a:matmul(b:unsqueeze(2)):squeeze(-1) end -- a column
    if b.ndim == 2 then return a.ndim == 2 and a:mm(b) or matmul_folded(a, b) end
    return o.one_batch and a:bmm(b) or matmul_batched(a, b)
  end,
  doc = [[The product by rank: vectors: inner product; matrices: matrix product; matrix and vector: the vector counts
as a column (or row) that
disappears again; more dimensions: those before the last two broadcast, one matrix product each.]],
  example = "torch.matmul(torch.ones(4, 2, 3), torch.ones(3))", gives = "{{3, 3}, {3, 3}, {3, 3}, {3, 3}}"}
op {"linear", "(input: Tensor, weight: Tensor, bias: Tensor = nil) -> Tensor",
  amp = {cpu = "half", cuda = "half"}, module = "nn.functional", method = false, infer = "linear",
  complex = true, types = "number", domain = "linear", specialize = {["weight.ndim"] = {2}, ["input.ndim"] = {2}},
  backward = function(o) -- y = x Wᵀ + b: dx = dy W, dW = dyᵀ x; the engine sums dy to b
    local x, w, g = o.input, o.weight, o.grad
    if x.ndim == 2 and w.ndim == 2 then return {input = g:mm(w), weight = g:t():mm(x), bias = g} end
    local rows = x.shape:before(-1):product()
    local matrix = w.ndim == 2 and w or w:unsqueeze(1)
    local gradients = g:reshape({rows, w.ndim == 2 and w.shape[1] or 1})
    return {input = gradients:mm(matrix):reshape(x.shape),
      weight = gradients:t():mm(x:reshape({rows, w.shape[-1]})):reshape(w.shape), bias = g}
  end,
  doc = [[input · weightᵀ + bias: input (… × in), weight (out × in) or (in), bias (out); the result is (… ×
out).]],
  example = "nn.functional.linear(torch.ones(2, 3), torch.ones(4, 3), torch.zeros(4))",
  gives = "{{3, 3, 3, 3}, {3, 3, 3, 3}}"}

-- Factorisations by LAPACK, of the last two dimensions: private rows with gradients, of which lib/torch/linalg is made.
-- info is 0 for each matrix that went well. Formulas that are holomorphic take the transposed, the others the adjoint.
local function lapack(name, signature, doc, row)
  row.private, row.infer, row.contiguous, row.complex, row.doc = true, name, true, true, doc
  row.types = row.types or "float"
  row[1], row[2] = name, signature
  op(row)
end
local function diagonal(x) return x:diagonal(0, -2, -1) end
-- The gradient of result i, zeros where none came.
local function gradient(o, i) return o.grads[i]:helper("gradient_or_zeros", o.outs[i]) end
-- 1 / (difference of two numbers), 0 on the diagonal, where the difference becomes infinite.
local function gaps(x)
  return (x:unsqueeze(-2) - x:unsqueeze(-1) + x:new_full(x.shape, math.huge):diag_embed()):reciprocal()
end

lapack("lapack_cholesky", "(input: Tensor) -> Tensor, Tensor", "L of A = L Lᴴ, and info.", {
  holomorphic = false, domain = "lapack_definite",
  backward = function(o) -- the Hermitian part of L⁻ᴴ Φ(Lᴴ dL) L⁻¹, Φ: lower triangle, half diagonal
    local adjoint = o.out:adjoint()
    local phi = adjoint:matmul(o.grad):tril()
    phi = phi - (diagonal(phi) * 0.5):diag_embed()
    local left = adjoint:lapack_triangular(phi, true, false)
    local both = adjoint:lapack_triangular(left:adjoint(), true, false)
    return {input = (both + both:adjoint()) * 0.5}
  end})
lapack("lapack_triangular", "(input: Tensor, other: Tensor, upper: bool, unit: bool) -> Tensor",
  "X of A X = B, A a triangle, with ones on its diagonal where unit says so.", {
  domain = "lapack_triangular", specialize = {"upper", "unit"},
  backward = function(o)
    local other = o.input:transpose(-2, -1):lapack_triangular(o.grad, not o.upper, o.unit)
    local input = -other:matmul(o.out:transpose(-2, -1))
    return {input = o.upper and input:triu(o.unit and 1 or 0) or not o.upper and input:tril(o.unit and -1 or 0),
      other = other}
  end})
lapack("lapack_solve", "(input: Tensor, other: Tensor) -> Tensor, Tensor", "X of A X = B, and info.", {
  domain = "lapack_solve",
  backward = function(o)
    local other = (o.input:transpose(-2, -1):lapack_solve(o.grad))
    return {input = -other:matmul(o.out:transpose(-2, -1)), other = other}
  end})
-- The gradient of L U, packed as g is, without the permutation (PyTorch's lu_factor_ex_backward describes the three
-- cases; k counts from 0 here, as sizes in C do): L⁻ᵀ (tril(Lᵀ gL, -1) + triu(gU Uᵀ)) U⁻ᵀ
-- where the matrix is square.
local function lu_gradient(o)
  local k, lu, g = o.out.shape[-1], o.out, o.grad
  local wide, tall = o.form == "wide", o.form == "tall"
  if wide then k = o.out.shape[-2] end
  local square, inner = lu, g
  if wide then square, inner = lu:narrow(-1, 1, k), g:narrow(-1, 1, k) end
  if tall then square, inner = lu:narrow(-2, 1, k), g:narrow(-2, 1, k) end
  local lower, upper = square:tril(-1), square:triu()
  local left = lower:transpose(-2, -1):matmul(inner:tril(-1)) + inner:tril(-1)
  local right = inner:triu():matmul(upper:transpose(-2, -1))
  local lt, rest = square:transpose(-2, -1), nil
  if wide then
    rest = g:narrow(-1, k, o.out.shape[-1] - k)
    left = left - rest:matmul(lu:narrow(-1, k, o.out.shape[-1] - k):transpose(-2, -1))
  elseif tall then
    rest = g:narrow(-2, k, o.out.shape[-2] - k)
    right = right - lu:narrow(-2, k, o.out.shape[-2] - k):transpose(-2, -1):matmul(rest)
  end
  local function times_inverse(x) -- x U⁻ᵀ
    return square:lapack_triangular(x:transpose(-2, -1), true, false):transpose(-2, -1)
  end
  local first = times_inverse(lt:lapack_triangular(left:tril(-1) + right:triu(), true, true))
  if wide then return (torch.join({first, lt:lapack_triangular(rest, true, true)}, -1)) end
  return tall and (torch.join({first, times_inverse(rest)}, -2)) or first
end
lapack("lapack_lu", "(input: Tensor, form: square|tall|wide) -> Tensor, Tensor, Tensor",
  "L and U of A = P L U in one matrix, the pivots of P from 1, and info.", {
  domain = "lapack_lu", specialize = {"form"},
  backward = function(o) return {input = o.out:lapack_permutation(o.outs[2]):matmul(lu_gradient(o))} end})
-- Pivots are int32, so these take numbers of all kinds; the shape functions look at the dtypes.
lapack("lapack_permutation", "(input: Tensor, pivots: Tensor) -> Tensor", "P of A = P L U.", {types = "number"})
lapack("lapack_geqrf", "(input: Tensor) -> Tensor, Tensor", "R, below it the reflections of Q, and their factors.", {})
lapack("lapack_reflections", "(input: Tensor, tau: Tensor) -> Tensor", "The columns of the product of reflections.", {})
op {"lapack_qr", "(input: Tensor) -> Tensor, Tensor", private = true, types = "float", complex = true,
  holomorphic = false, domain = "lapack_qr",
  composite = function(o) -- at least as many rows as columns
    local packed, tau = o.input:lapack_geqrf()
    return packed:lapack_reflections(tau), packed:narrow(-2, 1, o.input.shape[-1]):triu()
  end,
  backward = function(o)
    local q, r, dq, dr = o.outs[1], o.outs[2], gradient(o, 1), gradient(o, 2)
    local m = (dr:matmul(r:adjoint()) - q:adjoint():matmul(dq)):triu()
    m = m + m:adjoint()
    local d = diagonal(m) * 0.5
    local x = dq + q:matmul(m - d:diag_embed())
    return {input = r:lapack_triangular(x:adjoint(), true, false):adjoint()}
  end, doc = "Q and R."}
lapack("lapack_eigh", "(input: Tensor, upper: bool, vectors: bool) -> Tensor, Tensor",
  "The eigenvalues in ascending order and the eigenvectors of Hermitian matrices.", {
  holomorphic = false, domain = "lapack_eigh",
  backward = function(o)
    local values, vectors = o.outs[1], o.outs[2]
    local turn = vectors:adjoint():matmul(gradient(o, 2)) * 0.5
    local inner = (turn - turn:adjoint()) * gaps(values) + gradient(o, 1):diag_embed() -- Hermitian, as the input
    return {input = vectors:matmul(inner):matmul(vectors:adjoint())}
  end})
lapack("lapack_svd", "(input: Tensor, form: square|tall|wide, full: bool, vectors: bool) -> Tensor, Tensor, Tensor",
  "U, S and Vᴴ.", {holomorphic = false, domain = "lapack_svd", specialize = {"form"},
  backward = function(o)
    local s, k = o.outs[2], o.outs[2].shape[-1]
    local wide, tall = o.form == "wide", o.form == "tall"
    local u, vh = o.outs[1]:narrow(-1, 1, k), o.outs[3]:narrow(-2, 1, k)
    local du, dvh = gradient(o, 1):narrow(-1, 1, k), gradient(o, 3):narrow(-2, 1, k)
    local function skew(x) return x - x:adjoint() end
    local left, right = skew(u:adjoint():matmul(du)), skew(vh:matmul(dvh:adjoint()))
    local column, row, gap = s:unsqueeze(-1), s:unsqueeze(-2), gaps(s)
    local both = column + row -- of squares the difference could overflow, or vanish
    both = both + both:eq(0)
    local inner = (left * gap) * (row / both) + (right * gap) * (column / both)
      + (diagonal(left) * 0.5 / s + gradient(o, 2)):diag_embed()
    if tall then
      local beside = du / row
      return {input = (u:matmul(inner) + beside - u:matmul(u:adjoint():matmul(beside))):matmul(vh)}
    end
    local product = inner:matmul(vh)
    if not wide then return {input = u:matmul(product)} end
    local beside = dvh / column
    return {input = u:matmul(product + beside - beside:matmul(vh:adjoint()):matmul(vh))}
  end})
lapack("lapack_eig", "(input: Tensor, vectors: bool) -> Tensor, Tensor",
  "The eigenvalues and the eigenvectors, of length 1, as complex numbers.", {
  holomorphic = false, domain = "lapack_eig", specialize = {"input.is_complex"},
  backward = function(o)
    local vectors, adjoint = o.outs[2], o.outs[2]:adjoint()
    local inner = adjoint:matmul(gradient(o, 2))
    inner = inner - adjoint:matmul(vectors) * diagonal(inner):real():unsqueeze(-2)
    local values = o.outs[1]:conj()
    local ones = diagonal(inner):ones_like()
    local gap = values:unsqueeze(-2) - values:unsqueeze(-1) + ones:diag_embed()
    inner = inner / gap
    inner = inner - diagonal(inner):diag_embed() + gradient(o, 1):diag_embed()
    local input = (adjoint:lapack_solve(inner:matmul(adjoint)))
    return {input = o.input.is_complex and input or input:real()}
  end})
lapack("lapack_ldl", "(input: Tensor, hermitian: bool) -> Tensor, Tensor, Tensor",
  "The factors L and D of A = L D Lᵀ in one matrix, the pivots, and info.", {})
lapack("lapack_ldl_solve", "(input: Tensor, pivots: Tensor, other: Tensor, hermitian: bool) -> Tensor",
  "X of A X = B, A factored by lapack_ldl.", {types = "number"})
op {"lapack_pinv", "(input: Tensor, cutoff: Tensor) -> Tensor", private = true, types = "float", complex = true,
  holomorphic = false, domain = "lapack_pinv",
  composite = function(o) -- singular values up to cutoff count as 0
    local u, s, vh = o.input:lapack_svd("square", false, true)
    local inverse = s:reciprocal():masked_fill(s:le(o.cutoff:unsqueeze(-1)), 0)
    return vh:adjoint():matmul(inverse:unsqueeze(-1) * u:adjoint())
  end,
  backward = function(o) -- Golub and Pereyra, 1973
    local p, a = o.out, o.input
    local ph, gh = p:adjoint(), o.grad:adjoint()
    local k = gh:matmul(p)
    local kp = k:matmul(ph)
    return {input = kp - p:matmul(k):adjoint() - a:matmul(p):matmul(kp)
      + ph:matmul(p):matmul(gh - k:matmul(a))}
  end, doc = "The pseudo-inverse."}
