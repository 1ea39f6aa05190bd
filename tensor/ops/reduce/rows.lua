-- Reductions. dim is one dimension or several, all when it is not given; keepdim leaves
-- them in the result with size 1. Kernels and gradients do not depend on the number of
-- threads: the work is cut by the shape alone.
local function unreduce(o, x) return (x or o.grad):helper("unreduce", o.dim, o.keepdim) end

-- The gradient of an extreme, shared evenly by the elements equal to it; where it is NaN, by those that are NaN.
local function share_extreme(o)
  local chosen = o.input:eq(unreduce(o, o.out)):logical_or(o.input:isnan())
  return {input = unreduce(o) / chosen:sum(o.dim, true) * chosen}
end
local function share_extreme_of_all(o)
  local chosen = o.input:eq(o.out):logical_or(o.input:isnan())
  return {input = o.grad / chosen:sum() * chosen}
end

-- The gradient goes to the element that was chosen.
local function to_chosen(o)
  if o.input.ndim == 0 then return {input = o.grad:reshape(o.shape_of.input)} end
  local zeros = o.grad:new_zeros(o.shape_of.input)
  local function unreduced(x) return x:helper("unreduce", {o.dim}, o.keepdim) end
  return {input = zeros:scatter_add(o.dim, unreduced(o.outs[2]), unreduced(o.grad))}
end

op {"sum", "(input: Tensor, dim: dims = nil, keepdim: bool = false, *, dtype: dtype = nil) -> Tensor", complex = true,
  amp = {cuda = "float"}, infer = "reduce",
  backward = function(o) return {input = unreduce(o):expand(o.shape_of.input)} end,
  doc = [[The sum of the elements, over all dimensions or those of dim. Integers and bool give int64 unless dtype says
otherwise. No elements: 0.]],
  example = "torch.sum(torch.ones(2, 3), 1)", gives = "{2, 2, 2}"}
op {"mean", "(input: Tensor, dim: dims = nil, keepdim: bool = false, *, dtype: dtype = nil) -> Tensor",
  complex = true, infer = "reduce",
  backward = function(o)
    local count = o.shape_of.input:product() / o.grad.numel
    return {input = (unreduce(o) * (1 / count)):expand(o.shape_of.input)}
  end,
  doc = [[The mean. float32 and float64 only (give dtype for others). No elements: NaN.]],
  example = "torch.mean(torch.tensor({1.0, 2.0, 6.0}))", gives = "3"}
op {"prod", "(input: Tensor, dim: dims = nil, keepdim: bool = false, *, dtype: dtype = nil) -> Tensor", complex = true,
  amp = {cpu = "float", cuda = "float"}, infer = "reduce",
  backward = "prod", grad_inputs = {"input"}, save = {"input"}, domain = "nonzero",
  doc = [[The product of the elements; integers and bool give int64. No elements: 1.]],
  example = "torch.prod(torch.tensor({2, 3, 4}))", gives = "24"}

for _, name in ipairs {"max", "min"} do
  local word = name == "max" and "largest" or "smallest"
  op {"a" .. name, "(input: Tensor, dim: dims = nil, keepdim: bool = false) -> Tensor", infer = "extreme",
    domain = "distinct",
    backward = share_extreme,
    doc = "The " .. word .. " element over all dimensions or those of dim; NaN wins. Equal ones share the gradient. "
      .. "Fails on no elements.",
    example = "torch.a" .. name .. "(torch.eye(3), 1)", gives = name == "max" and "{1, 1, 1}" or "{0, 0, 0}"}
  op {name, "(input: Tensor) -> Tensor", infer = "extreme", kernel = "a" .. name, domain = "distinct",
    backward = share_extreme_of_all,
    doc = "The " .. word .. " element; NaN wins. Equal ones share the gradient. Fails on no elements.",
    example = "torch." .. name .. "(torch.arange(5))", gives = name == "max" and "4" or "0"}
  op {name .. "_dim", "(input: Tensor, dim: dim, keepdim: bool = false) -> Tensor, Positions", lua = name,
    infer = "extreme_dim",
    contiguous = true, domain = "distinct", specialize = {["input.ndim"] = {0}}, backward = to_chosen,
    doc = "The " .. word .. " element along dim and its position, the first among equals; NaN wins.",
    example = "torch." .. name .. "(torch.eye(3), 1)",
    gives = name == "max" and "{1, 1, 1}, {1, 2, 3}" or "{0, 0, 0}, {2, 1, 1}"}
  op {"arg" .. name, "(input: Tensor, dim: dim = nil, keepdim: bool = false) -> Positions", infer = "arg_extreme",
    contiguous = true,
    doc = "The position of the " .. word
      .. " element along dim, the first among equals; without dim, in the flattened tensor.",
    example = "torch.arg" .. name .. "(torch.tensor({3, 9, 4}))", gives = name == "max" and "2" or "1"}
end

op {"any", "(input: Tensor, dim: dims = nil, keepdim: bool = false) -> Tensor", complex = true, infer = "logic",
  doc = [[Whether some element is not 0. bool (uint8 for uint8). No elements: false.]],
  example = "torch.any(torch.tensor({false, true}))", gives = "true"}
op {"all", "(input: Tensor, dim: dims = nil, keepdim: bool = false) -> Tensor", complex = true, infer = "logic",
  doc = [[Whether no element is 0. bool (uint8 for uint8). No elements: true.]],
  example = "torch.all(torch.tensor({false, true}))", gives = "false"}

-- n - correction, what var divides by, of n elements that make one result.
local function degrees(o, n)
  if not o.unbiased then return n end
  return n - o.correction
end
-- The variance of complex numbers is that of their real parts and that of their imaginary parts together.
local function moments(o, deviation)
  local x, correction = o.input, o.unbiased and o.correction or 0
  if not x.is_complex then return x:native_var(deviation, o.dim, correction, o.keepdim) end
  local variance = x:real():native_var(false, o.dim, correction, o.keepdim)
    + x:imag():native_var(false, o.dim, correction, o.keepdim)
  return deviation and variance:sqrt() or variance
end
-- grad · (x - mean) · factor: what the gradients of var and std are made of; the mean's own part sums to 0.
local function times_distance(o, grad, factor)
  local count = o.shape_of.input:product() / o.grad.numel
  return (o.input - o.input:mean(o.dim, true)) * (grad * (factor / degrees(o, count)))
end

op {"var", "(input: Tensor, dim: dims = nil, correction: float = 1, keepdim: bool = false, *, "
    .. "unbiased: bool = true) -> Tensor", computes = true,
  complex = true, holomorphic = false, types = "float", domain = "distinct",
  specialize = {"unbiased", "input.is_complex"}, composite = function(o) return moments(o, false) end,
  backward = function(o) return {input = times_distance(o, unreduce(o), 2)} end,
  doc = [[The variance: squared distances from the mean, summed and divided by n - correction, which may be a
fraction. unbiased = false is correction = 0.]],
  example = "torch.var(torch.tensor({1.0, 2.0, 6.0}))", gives = "7"}
op {"std", "(input: Tensor, dim: dims = nil, correction: float = 1, keepdim: bool = false, *, "
    .. "unbiased: bool = true) -> Tensor", computes = true,
  complex = true, holomorphic = false, types = "float", domain = "distinct",
  specialize = {"unbiased", "input.is_complex"}, composite = function(o) return moments(o, true) end,
  backward = function(o) -- 0 where std is 0
    -- Distances are divided by std first: grad / std overflows where std is tiny, and grad large.
    local count = o.shape_of.input:product() / o.grad.numel
    local none = o.out:logical_not()
    local std, grad = unreduce(o, o.out:masked_fill(none, 1)), unreduce(o, o.grad:masked_fill(none, 0))
    grad = grad * (1 / degrees(o, count))
    return {input = (o.input - o.input:mean(o.dim, true)) / std * grad}
  end,
  doc = [[The standard deviation, the square root of var.]], example = "torch.std(torch.tensor({1.0, 2.0, 6.0}))",
  gives = "2.6458"}
for _, name in ipairs {"var", "std"} do -- PyTorch's other two ways to say it
  op {name .. "_unbiased", "(input: Tensor, dim: dims, unbiased: bool, keepdim: bool = false) -> Tensor", lua = name,
    complex = true, types = "float",
    composite = function(o) return torch[name](o.input, o.dim, {unbiased = o.unbiased, keepdim = o.keepdim}) end,
    doc = name .. " along dim; unbiased = true divides by n - 1, false by n.",
    example = ("torch.%s(torch.eye(3), 1, false)"):format(name),
    gives = name == "var" and "{0.2222, 0.2222, 0.2222}" or "{0.4714, 0.4714, 0.4714}"}
  op {name .. "_of_all", "(input: Tensor, unbiased: bool) -> Tensor", lua = name, types = "float",
    complex = true,
    composite = function(o) return torch[name](o.input, {unbiased = o.unbiased}) end,
    doc = name .. " of all elements; unbiased = true divides by n - 1, false by n.",
    example = ("torch.%s(torch.eye(3), false)"):format(name), gives = name == "var" and "0.2222" or "0.4714"}
end
op {"native_var", "(input: Tensor, deviation: bool, dim: dims = nil, correction: float, keepdim: bool = false) "
    .. "-> Tensor", private = true, types = "float", infer = "native_var", doc = [[var, or std with deviation.]]}
op {"logsumexp", "(input: Tensor, dim: dims = nil, keepdim: bool = false) -> Tensor",
  amp = {cuda = "float"},
  module = {"torch", "torch.special"}, computes = true,
  specialize = {"input.is_float", "input.is_complex", ["input.numel"] = {0}},
  composite = function(o) -- m + log Σ exp(x - m), m the largest (real part of an) element, or 0 where that is infinite
    local x = (o.input.is_float or o.input.is_complex) and o.input or o.input:cast(o.default_dtype)
    local size = o.input.is_complex and x:real() or x
    local m = o.input.numel == 0 and size:sum(o.dim, true) or size:amax(o.dim, true) -- no elements have no largest one
    m = m:masked_fill(m:isinf(), 0)
    local total = (x - m):exp():sum(o.dim, o.keepdim)
    return total:log() + m:reshape(total.shape)
  end,
  backward = function(o) -- grad · exp(x - logsumexp), 0 where all x are -inf
    local total = unreduce(o, o.out)
    return {input = unreduce(o) * (o.input - total:masked_fill(total:eq(-math.huge), 0)):exp()}
  end,
  doc = [[log Σ exp(input), without overflow.]], example = "torch.logsumexp(torch.zeros(2, 3), 2)",
  gives = "{1.0986, 1.0986}"}
op {"unit_excess", "(input: Tensor) -> Tensor", private = true, types = "float", infer = "extreme",
  doc = [[The largest x (x - 1) of all elements: above 0, or NaN, where one does not lie between 0 and 1.]]}
-- The folds of native_norm by p.
local FOLDS = {[0] = 0, [1] = 1, [2] = 2, [math.huge] = 3, [-math.huge] = 4}
op {"norm", "(input: Tensor, p: number = 2, dim: dims = nil, keepdim: bool = false) -> Tensor", computes = true,
  amp = {cuda = "float"},
  complex = true, holomorphic = false, types = "float", domain = "distinct",
  specialize = {"input.is_complex", p = {2, 1, 0, math.huge, -math.huge}},
  composite = function(o)
    if o.input.is_complex then return o.input:abs():norm(o.as_given.p, o.dim, o.keepdim) end
    if FOLDS[o.p] then return o.input:native_norm(FOLDS[o.p], o.dim, o.keepdim) end
    return o.input:power_norm(o.p, o.dim, o.keepdim)
  end,
  backward = function(o)
    local p, x, g, norm = o.p, o.input, unreduce(o), unreduce(o, o.out)
    if p == 0 then return {input = o.grad:new_zeros(o.shape_of.input)} end
    if p == 1 then return {input = g * x:sgn()} end
    if p == math.huge or p == -math.huge then -- shared by the elements whose |x| is the norm
      local chosen = x:abs():eq(norm)
      return {input = g / chosen:sum(o.dim, true) * (x:sgn() * chosen)}
    end
    local zero = norm:eq(0) -- g · sign(x) |x|^(p-1) / norm^(p-1), 0 where the norm is 0
    local ratio = x / norm:masked_fill(zero, 1)
    if p == 2 then return {input = (g * ratio):masked_fill(zero, 0)} end
    ratio = ratio:abs():pow(p - 1) * x:sgn() -- infinite where x is 0 and p below 1; PyTorch's gradient is 0 there
    return {input = (g * ratio):masked_fill(zero:logical_or(x:eq(0)), 0)}
  end,
  doc = [[The p-norm (Σ|x|^p)^(1/p); p = math.huge is the largest |x|, -math.huge the smallest, 0 the number of
elements that are not 0. p = nil: 2. Of complex numbers |x| is the size.]],
  example = "torch.norm(torch.tensor({3.0, 4.0}))", gives = "5"}
op {"power_norm", "(input: Tensor, p: float, dim: dims = nil, keepdim: bool = false) -> Tensor", private = true,
  types = "float", specialize = {["input.numel"] = {0}, {"negative", "p < 0"}},
  composite = function(o) -- of |x| / m, where m is the |x| that counts most: no power leaves the range of the dtype
    if o.input.numel == 0 then return o.input:abs():pow(o.p):sum(o.dim, o.keepdim):pow(1 / o.p) end
    local m = o.input:native_norm(o.negative and 6 or 5, o.dim, true)
    local total = (o.input / m):abs_():pow_(o.p):sum(o.dim, o.keepdim)
    return total:pow(1 / o.p) * m:reshape(total.shape)
  end,
  doc = [[norm for other p than those of native_norm.]]}
op {"matrix_norm", "(input: Tensor, p: fro|nuc, dim: dims = nil, keepdim: bool = false) -> Tensor",
  amp = {cuda = "float"}, lua = "norm", complex = true, types = "float", domain = "matrix_norm",
  specialize = {"p", "dim", "keepdim"},
  check = {{"dim", "dim.n <= 2", "at most 2 dimensions"},
    {'p == "fro" or given(dim) or input.ndim == 2', "\"nuc\" is of a matrix, or of two dimensions"},
    {"dim", 'p == "fro" or dim.n == 2', "2 dimensions for \"nuc\""}},
  composite = function(o)
    if o.p == "fro" then return o.input:norm(2, o.as_given.dim, o.keepdim) end
    local x = o.dim and o.input:movedim(o.dim, {-2, -1}) or o.input
    local norm = x:nuclear_norm()
    return o.keepdim and norm:reshape(o.input:sum(o.as_given.dim, true).shape) or norm
  end,
  doc = [["fro": the 2-norm, named after Frobenius, over two dimensions or all. "nuc": the sum of the singular values of
a matrix, or of the matrices in two dimensions.]],
  example = "torch.norm(torch.ones(2, 2), \"fro\")", gives = "2"}
op {"nuclear_norm", "(input: Tensor) -> Tensor", private = true, complex = true, types = "float",
  check = {{"input", "input.ndim >= 2", "at least 2 dimensions"}},
  domain = "lapack_nuclear", specialize = {{"tall", "input.shape[-2] > input.shape[-1]"},
    {"wide", "input.shape[-2] < input.shape[-1]"}},
  composite = function(o)
    local form = o.tall and "tall" or o.wide and "wide" or "square"
    local _, s = o.input:lapack_svd(form, false, true)
    return s:sum(-1)
  end,
  doc = [[The sums of the singular values of matrices.]]}
op {"native_hash_tensor", "(input: Tensor) -> Tensor", private = true, infer = "hash_tensor", contiguous = true,
  types = "number",
  doc = [[The bits of the numbers (float64 or int64) of each row of a matrix, joined by exclusive or: uint64.]]}
-- The folds of norm: which is 0 count, 1 Σ|x|, 2 √Σx², 3 max |x|, 4 min |x|, 5 and 6 the same two, but 1 for 0 and
-- for infinity.
op {"native_norm", "(input: Tensor, which: int, dim: dims = nil, keepdim: bool = false) -> Tensor", private = true,
  types = "float",
  infer = "native_norm", doc = [[One of the folds of norm.]]}

op {"cumsum", "(input: Tensor, dim: dim, *, dtype: dtype = nil) -> Tensor", complex = true,
  amp = {cuda = "float"}, infer = "cumulate", contiguous = true, inplace = true,
  backward = function(o) return {input = o.grad:cumsum_reverse(o.dim)} end,
  doc = [[Running sums along dim; integers and bool give int64.]], example = "torch.cumsum(torch.arange(5), 1)",
  gives = "{0, 1, 3, 6, 10}"}
op {"cumsum_reverse", "(input: Tensor, dim: dim, *, dtype: dtype = nil) -> Tensor", complex = true,
  infer = "cumulate", contiguous = true, private = true,
  backward = function(o) return {input = o.grad:cumsum(o.dim)} end,
  doc = [[Running sums along dim from its end.]]}
