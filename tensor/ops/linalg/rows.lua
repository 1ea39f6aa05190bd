-- Matrix products. float32 and float64 by BLAS, integers by plain loops. Operands have
-- one dtype. Transposed operands are read as they are.
op {"mm", "(input: Tensor, mat2: Tensor) -> Tensor", infer = "mm", types = "number", domain = "mm",
  backward = function(o) return {input = o.grad:mm(o.mat2:t()), mat2 = o.input:t():mm(o.grad)} end,
  doc = [[The matrix product of (n × k) and (k × m). k = 0 gives zeros.]], example = "torch.mm(torch.ones(2, 3), torch.ones(3, 2))", gives = "{{3, 3}, {3, 3}}"}
op {"bmm", "(input: Tensor, mat2: Tensor) -> Tensor", infer = "bmm", types = "number", domain = "bmm",
  backward = function(o)
    return {input = o.grad:bmm(o.mat2:transpose(2, 3)), mat2 = o.input:transpose(2, 3):bmm(o.grad)}
  end,
  doc = [[The matrix products of (b × n × k) and (b × k × m), one for each of the b.]], example = "torch.bmm(torch.ones(4, 2, 3), torch.ones(4, 3, 2))"}
op {"addmm", "(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: number = 1, alpha: number = 1) -> Tensor", infer = "addmm", types = "number", inplace = true,
  domain = "addmm", backward = function(o)
    return {input = o.grad:helper("scale", o.beta), mat1 = o.grad:mm(o.mat2:t()):helper("scale", o.alpha),
      mat2 = o.mat1:t():mm(o.grad):helper("scale", o.alpha)}
  end,
  doc = [[beta · input + alpha · mat1 mat2; input broadcasts. With beta = 0 input is not read.]],
  example = "torch.addmm(torch.zeros(2), torch.ones(2, 3), torch.ones(3, 2))", gives = "{{3, 3}, {3, 3}}"}
op {"mv", "(input: Tensor, vec: Tensor) -> Tensor", composite = true, domain = "mv",
  doc = [[The product of a matrix (n × k) and a vector (k).]], example = "torch.mv(torch.ones(2, 3), torch.ones(3))", gives = "{3, 3}"}
op {"dot", "(input: Tensor, other: Tensor) -> Tensor", composite = true, domain = "dot",
  doc = [[The inner product of two vectors.]], example = "torch.dot(torch.ones(3), torch.ones(3))", gives = "3"}
op {"outer", "(input: Tensor, vec2: Tensor) -> Tensor", composite = true, domain = "outer",
  doc = [[The outer product of two vectors: (n) and (m) give (n × m).]], example = "torch.outer(torch.arange(3), torch.arange(2))", gives = "{{0, 0}, {0, 1}, {0, 2}}"}
op {"matmul", "(input: Tensor, other: Tensor) -> Tensor", composite = true, domain = "matmul",
  doc = [[The product by rank: vectors: inner product; matrices: matrix product; matrix and vector: the vector counts as a column (or row) that
disappears again; more dimensions: those before the last two broadcast, one matrix product each.]],
  example = "torch.matmul(torch.ones(4, 2, 3), torch.ones(3))", gives = "{{3, 3}, {3, 3}, {3, 3}, {3, 3}}"}
op {"linear", "(input: Tensor, weight: Tensor, bias: Tensor = nil) -> Tensor", module = "nn.functional", method = false, infer = "linear",
  types = "number", domain = "linear", backward = "linear", grad_inputs = {"input", "weight", "bias"}, save = {"input", "weight"},
  doc = [[input · weightᵀ + bias: input (… × in), weight (out × in) or (in), bias (out); the result is (… × out).]],
  example = "nn.functional.linear(torch.ones(2, 3), torch.ones(4, 3), torch.zeros(4))", gives = "{{3, 3, 3, 3}, {3, 3, 3, 3}}"}
