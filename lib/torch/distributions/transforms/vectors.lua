-- Transforms of vectors and matrices.
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.transforms.Transform".define
local F = torch.nn.functional
local vectors = {}

--- A shape whose last size is `change` more.
local function longer(change)
  return function(_, shape) return values.join(values.part(shape, 1, -2), {shape[#shape] + change}) end
end

--- torch.distributions.transforms.SoftmaxTransform(): softmax of the last dimension. It is not bijective; the inverse
-- takes logarithms.
-- Example: torch.distributions.transforms.SoftmaxTransform()(torch.zeros(2))
local Softmax = define("SoftmaxTransform", {}, {domain = constraints.real_vector, codomain = constraints.simplex})
function Softmax:_call(x) return x:softmax(-1) end
function Softmax:_inverse(y) return y:log() end
vectors.SoftmaxTransform = Softmax

--- torch.distributions.transforms.StickBreakingTransform(): Vectors of n numbers to n + 1 probabilities: each number
-- says which part of what is left of a stick is broken off.
-- Example: torch.distributions.transforms.StickBreakingTransform()(torch.zeros(2))
local Stick = define("StickBreakingTransform", {}, {domain = constraints.real_vector, codomain = constraints.simplex,
  bijective = true, _forward_shape = longer(1), _inverse_shape = longer(-1)})
vectors.StickBreakingTransform = Stick
local function sizes_left(x) -- of n numbers: n, n - 1, …, 1
  local n = x.shape[-1]
  return torch.arange(n, 0, -1, {dtype = x.dtype, device = x.device})
end
function Stick:_call(x)
  local limits = torch.finfo(x.dtype)
  local z = (x - sizes_left(x):log()):sigmoid():clamp(limits.tiny, 1 - limits.eps)
  local rest = (1 - z):cumprod(-1)
  return F.pad(z, {0, 1}, {value = 1}) * F.pad(rest, {1, 0}, {value = 1})
end
function Stick:_inverse(y)
  local head = y:narrow(-1, 1, y.shape[-1] - 1)
  local rest = (1 - head:cumsum(-1)):clamp(torch.finfo(y.dtype).tiny)
  return head:log() - rest:log() + sizes_left(head):log()
end
function Stick:_log_abs_det_jacobian(x, y)
  local z = x - sizes_left(x):log()
  return (F.logsigmoid(z) - z + y:narrow(-1, 1, x.shape[-1]):log()):sum(-1)
end

--- torch.distributions.transforms.LowerCholeskyTransform(): Square matrices to lower triangular ones with a positive
-- diagonal: the exponential of the diagonal.
-- Example: torch.distributions.transforms.LowerCholeskyTransform()(torch.zeros(2, 2))
local Lower = define("LowerCholeskyTransform", {}, {domain = constraints.independent(constraints.real, 2),
  codomain = constraints.lower_cholesky})
local function diagonal(x) return x:diagonal(0, -2, -1) end
function Lower:_call(x) return x:tril(-1) + diagonal(x):exp():diag_embed() end
function Lower:_inverse(y) return y:tril(-1) + diagonal(y):log():diag_embed() end
vectors.LowerCholeskyTransform = Lower

--- torch.distributions.transforms.PositiveDefiniteTransform(): Square matrices to positive definite ones: L Lᵀ of
-- what LowerCholeskyTransform gives.
-- Example: torch.distributions.transforms.PositiveDefiniteTransform()(torch.zeros(2, 2))
local Definite = define("PositiveDefiniteTransform", {}, {domain = constraints.independent(constraints.real, 2),
  codomain = constraints.positive_definite})
function Definite:_call(x)
  local l = Lower._call(self, x)
  return l:matmul(l.mT)
end
function Definite:_inverse(y) return Lower._inverse(self, torch.linalg.cholesky(y)) end
vectors.PositiveDefiniteTransform = Definite

--- torch.distributions.transforms.CorrCholeskyTransform(): Vectors of n (n - 1) / 2 numbers to Cholesky factors of n
-- × n matrices of correlations: their tanh are partial correlations, row by row.
-- Example: torch.distributions.transforms.CorrCholeskyTransform()(torch.zeros(3))
local Corr = define("CorrCholeskyTransform", {}, {domain = constraints.real_vector,
  codomain = constraints.corr_cholesky, bijective = true})
vectors.CorrCholeskyTransform = Corr

--- The strictly lower triangle row by row, as a vector, and back.
local function order_of(n) -- positions in the flat matrix
  local rows, columns = torch.meshgrid(torch.arange(n), torch.arange(n), {indexing = "ij"})
  local below = columns:lt(rows):flatten()
  return below:nonzero():flatten()
end
local function vector_of(matrix)
  local n = matrix.shape[-1]
  return matrix:flatten(-2):index_select(-1, order_of(n))
end
local function matrix_of(vector, n)
  local flat = torch.zeros(values.join(values.part(vector.shape, 1, -2), {n * n}), {dtype = vector.dtype})
  return flat:scatter(-1, order_of(n):expand(vector.shape), vector):unflatten(-1, {n, n})
end
local function side_of(length)
  local n = math.tointeger((1 + math.sqrt(1 + 8 * length)) // 2)
  if n * (n - 1) // 2 ~= length then
    torch._C.raise(("CorrCholeskyTransform: expected n (n - 1) / 2 numbers, got %d"):format(length))
  end
  return n
end

function Corr:_call(x)
  local eps = torch.finfo(x.dtype).eps
  local r = x:tanh():clamp(-1 + eps, 1 - eps)
  local n = side_of(x.shape[-1])
  r = matrix_of(r, n)
  local rest = (1 - r:pow(2)):sqrt():cumprod(-1) -- of the length of a row that is left after each column
  r = r + torch.eye(n, {dtype = r.dtype})
  return r * F.pad(rest:narrow(-1, 1, n - 1), {1, 0}, {value = 1})
end
function Corr:_inverse(y)
  local n = y.shape[-1]
  local rest = 1 - (y * y):cumsum(-1)
  rest = F.pad(rest:narrow(-1, 1, n - 1), {1, 0}, {value = 1})
  local t = vector_of(y) / vector_of(rest):sqrt()
  return (t:log1p() - (-t):log1p()) / 2
end
function Corr:_log_abs_det_jacobian(x, y)
  local rest = 1 - (y * y):cumsum(-1)
  local n = y.shape[-1]
  -- Of row i the columns before i - 1 count, with the place one to the right.
  local inner = n > 2 and rest:narrow(-2, 2, n - 1):narrow(-1, 1, n - 1) or nil
  local tail = inner and vector_of(inner):log():sum(-1) * 0.5 or 0
  return tail - ((x + F.softplus(x * -2) - math.log(2)) * 2):sum(-1)
end
function Corr:_forward_shape(shape)
  local n = side_of(shape[#shape])
  return values.join(values.part(shape, 1, -2), {n, n})
end
function Corr:_inverse_shape(shape)
  local n = shape[#shape]
  return values.join(values.part(shape, 1, -3), {n * (n - 1) // 2})
end

return vectors
