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
