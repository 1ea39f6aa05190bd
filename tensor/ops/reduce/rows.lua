-- Reductions. dim is one dimension or several, all when it is not given; keepdim leaves
-- them in the result with size 1. Kernels and gradients do not depend on the number of
-- threads: the work is cut by the shape alone.
local function unreduce(o) return o.grad:helper("unreduce", o.dim, o.keepdim) end

op {"sum", "(input: Tensor, dim: dims = nil, keepdim: bool = false, *, dtype: dtype = nil) -> Tensor", infer = "reduce",
  backward = function(o) return {input = unreduce(o):expand(o.shape_of.input)} end,
  doc = [[The sum of the elements, over all dimensions or those of dim. Integers and bool give int64 unless dtype says otherwise. No elements: 0.]],
  example = "torch.sum(torch.ones(2, 3), 1)", gives = "{2, 2, 2}"}
op {"mean", "(input: Tensor, dim: dims = nil, keepdim: bool = false, *, dtype: dtype = nil) -> Tensor", infer = "reduce",
  backward = "mean", grad_inputs = {"input"},
  doc = [[The mean. float32 and float64 only (give dtype for others). No elements: NaN.]],
  example = "torch.mean(torch.tensor({1.0, 2.0, 6.0}))", gives = "3"}
op {"prod", "(input: Tensor, dim: dims = nil, keepdim: bool = false, *, dtype: dtype = nil) -> Tensor", infer = "reduce",
  backward = "prod", grad_inputs = {"input"}, save = {"input"}, domain = "nonzero",
  doc = [[The product of the elements; integers and bool give int64. No elements: 1.]],
  example = "torch.prod(torch.tensor({2, 3, 4}))", gives = "24"}

for _, name in ipairs {"max", "min"} do
  local word = name == "max" and "largest" or "smallest"
  op {"a" .. name, "(input: Tensor, dim: dims = nil, keepdim: bool = false) -> Tensor", infer = "extreme", domain = "distinct",
    backward = "extreme", grad_inputs = {"input"}, save = {"input", "out1"},
    doc = "The " .. word .. " element over all dimensions or those of dim; NaN wins. Equal ones share the gradient. Fails on no elements.",
    example = "torch.a" .. name .. "(torch.eye(3), 1)", gives = name == "max" and "{1, 1, 1}" or "{0, 0, 0}"}
  op {name, "(input: Tensor) -> Tensor", infer = "extreme", kernel = "a" .. name, domain = "distinct",
    backward = "extreme_all", grad_inputs = {"input"}, save = {"input", "out1"},
    doc = "The " .. word .. " element; NaN wins. Equal ones share the gradient. Fails on no elements.",
    example = "torch." .. name .. "(torch.arange(5))", gives = name == "max" and "4" or "0"}
  op {name .. "_dim", "(input: Tensor, dim: dim, keepdim: bool = false) -> Tensor, Positions", lua = name, infer = "extreme_dim",
    contiguous = true, domain = "distinct", backward = name .. "_dim", grad_inputs = {"input"}, save = {"out2"},
    doc = "The " .. word .. " element along dim and its position, the first among equals; NaN wins.",
    example = "torch." .. name .. "(torch.eye(3), 1)",
    gives = name == "max" and "{1, 1, 1}, {1, 2, 3}" or "{0, 0, 0}, {2, 1, 1}"}
  op {"arg" .. name, "(input: Tensor, dim: dim = nil, keepdim: bool = false) -> Positions", infer = "arg_extreme", contiguous = true,
    doc = "The position of the " .. word .. " element along dim, the first among equals; without dim, in the flattened tensor.",
    example = "torch.arg" .. name .. "(torch.tensor({3, 9, 4}))", gives = name == "max" and "2" or "1"}
end

op {"any", "(input: Tensor, dim: dims = nil, keepdim: bool = false) -> Tensor", infer = "logic",
  doc = [[Whether some element is not 0. bool (uint8 for uint8). No elements: false.]],
  example = "torch.any(torch.tensor({false, true}))", gives = "true"}
op {"all", "(input: Tensor, dim: dims = nil, keepdim: bool = false) -> Tensor", infer = "logic",
  doc = [[Whether no element is 0. bool (uint8 for uint8). No elements: true.]],
  example = "torch.all(torch.tensor({false, true}))", gives = "false"}

op {"var", "(input: Tensor, dim: dims = nil, correction: int = 1, keepdim: bool = false, *, unbiased: bool = true) -> Tensor",
  composite = true, types = "float", backward = "var", grad_inputs = {"input"}, save = {"input"}, domain = "distinct",
  doc = [[The variance: squared distances from the mean, summed and divided by n - correction. unbiased = false is correction = 0.]],
  example = "torch.var(torch.tensor({1.0, 2.0, 6.0}))", gives = "7"}
op {"std", "(input: Tensor, dim: dims = nil, correction: int = 1, keepdim: bool = false, *, unbiased: bool = true) -> Tensor",
  composite = true, types = "float", backward = "std", grad_inputs = {"input"}, save = {"input", "out1"}, domain = "distinct",
  doc = [[The standard deviation, the square root of var.]], example = "torch.std(torch.tensor({1.0, 2.0, 6.0}))", gives = "2.6458"}
for _, name in ipairs {"var", "std"} do -- PyTorch's other two ways to say it
  op {name .. "_unbiased", "(input: Tensor, dim: dims, unbiased: bool, keepdim: bool = false) -> Tensor", lua = name, composite = true,
    doc = name .. " along dim; unbiased = true divides by n - 1, false by n.", example = ("torch.%s(torch.eye(3), 1, false)"):format(name),
    gives = name == "var" and "{0.2222, 0.2222, 0.2222}" or "{0.4714, 0.4714, 0.4714}"}
  op {name .. "_of_all", "(input: Tensor, unbiased: bool) -> Tensor", lua = name, composite = true,
    doc = name .. " of all elements; unbiased = true divides by n - 1, false by n.", example = ("torch.%s(torch.eye(3), false)"):format(name), gives = name == "var" and "0.2222" or "0.4714"}
end
op {"logsumexp", "(input: Tensor, dim: dims = nil, keepdim: bool = false) -> Tensor",
  composite = true, types = "float", backward = "logsumexp", grad_inputs = {"input"}, save = {"input", "out1"},
  doc = [[log Σ exp(input), without overflow.]], example = "torch.logsumexp(torch.zeros(2, 3), 2)", gives = "{1.0986, 1.0986}"}
op {"norm", "(input: Tensor, p: number = 2, dim: dims = nil, keepdim: bool = false) -> Tensor",
  composite = true, types = "float", backward = "norm", grad_inputs = {"input"}, save = {"input", "out1"}, domain = "distinct",
  doc = [[The p-norm (Σ|x|^p)^(1/p); p = math.huge is the largest |x|, -math.huge the smallest, 0 the number of elements that are not 0. p = nil: 2.]],
  example = "torch.norm(torch.tensor({3.0, 4.0}))", gives = "5"}
op {"matrix_norm", "(input: Tensor, p: \"fro\", dim: dims = nil, keepdim: bool = false) -> Tensor", lua = "norm", composite = true, types = "float",
  doc = [["fro": the 2-norm, named after Frobenius, over two dimensions or all.]], example = "torch.norm(torch.ones(2, 2), \"fro\")", gives = "2"}
-- The folds of norm: which is 0 count, 1 Σ|x|, 2 √Σx², 3 max |x|, 4 min |x|.
op {"norm_of", "(input: Tensor, which: int, dim: dims = nil, keepdim: bool = false) -> Tensor", private = true, types = "float",
  infer = "norm_of", doc = [[One of the folds of norm.]]}

op {"cumsum", "(input: Tensor, dim: dim, *, dtype: dtype = nil) -> Tensor", infer = "cumulate", contiguous = true, inplace = true,
  backward = function(o) return {input = o.grad:cumsum_reverse(o.dim)} end,
  doc = [[Running sums along dim; integers and bool give int64.]], example = "torch.cumsum(torch.arange(5), 1)", gives = "{0, 1, 3, 6, 10}"}
op {"cumsum_reverse", "(input: Tensor, dim: dim, *, dtype: dtype = nil) -> Tensor", infer = "cumulate", contiguous = true, private = true,
  backward = function(o) return {input = o.grad:cumsum(o.dim)} end,
  doc = [[Running sums along dim from its end.]]}
