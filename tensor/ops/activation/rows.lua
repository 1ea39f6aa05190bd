-- Activations with an argument.

op {"leaky_relu", "(input: Tensor, negative_slope: float = 0.01) -> Tensor",
  onnx = "LeakyRelu", module = "nn.functional", method = false, inplace = true, types = "float",
  expr = "a > 0 ? a : (T)(a * negative_slope)", domain = "nonzero",
  backward = function(o) return {input = o.grad:leaky_relu_backward(o.input, o.negative_slope)} end,
  doc = "x where it is positive, else negative_slope x (Maas et al. 2013).",
  example = "nn.functional.leaky_relu(torch.tensor({-1.0, 2.0}), 0.2)"}
op {"leaky_relu_backward", "(g: Tensor, input: Tensor, negative_slope: float) -> Tensor", private = true,
  types = "float", domain = "nonzero",
  expr = "b > 0 ? a : (T)(a * negative_slope)", doc = "The gradient of leaky_relu.",
  backward = function(o) return {g = o.grad:leaky_relu_backward(o.input, o.negative_slope)} end}

op {"elu", "(input: Tensor, alpha: float = 1) -> Tensor",
  onnx = "Elu", module = "nn.functional", method = false, inplace = true, types = "float", cost = true,
  expr = "choose(a > 0, a, (T)(alpha * expm1(a)))", domain = "nonzero",
  backward = function(o) return {input = o.grad:elu_backward(o.input, o.alpha)} end,
  doc = "x where it is positive, else alpha (eˣ - 1) (Clevert et al. 2016).",
  example = "nn.functional.elu(torch.tensor({-1.0, 2.0}))"}
op {"elu_backward", "(g: Tensor, input: Tensor, alpha: float) -> Tensor", private = true, types = "float",
  cost = true, domain = "nonzero",
  expr = "choose(b > 0, a, (T)(a * alpha * exp(b)))", doc = "The gradient of elu.",
  backward = function(o)
    return {g = o.grad:elu_backward(o.input, o.alpha), input = (o.grad * o.out):masked_fill(o.input:gt(0), 0)}
  end}

op {"hardtanh", "(input: Tensor, min_val: number = -1, max_val: number = 1) -> Tensor", module = "nn.functional",
  method = false, inplace = true,
  types = "number", bounds = true, expr = "a < min_val ? min_val : a > max_val ? max_val : a", domain = "nonzero",
  backward = function(o) return {input = o.grad:hardtanh_backward(o.input, o.min_val, o.max_val)} end,
  doc = "x between min_val and max_val, and the nearer of the two elsewhere.",
  example = "nn.functional.hardtanh(torch.tensor({-2.0, 0.5, 2.0}))", gives = "{-1, 0.5, 1}"}
op {"hardtanh_backward", "(g: Tensor, input: Tensor, min_val: number, max_val: number) -> Tensor", private = true,
  types = "number", domain = "nonzero",
  expr = "b <= min_val || b >= max_val ? K(0) : a", doc = "The gradient of hardtanh.",
  backward = function(o) return {g = o.grad:hardtanh_backward(o.input, o.min_val, o.max_val)} end}
op {"relu6", "(input: Tensor) -> Tensor", module = "nn.functional", method = false, inplace = true, types = "number",
  expr = "a < 0 ? K(0) : a > 6 ? K(6) : a", domain = "nonzero",
  backward = function(o) return {input = o.grad:hardtanh_backward(o.input, 0, 6)} end,
  doc = "min(max(0, x), 6).", example = "nn.functional.relu6(torch.tensor({-1.0, 2.0, 8.0}))", gives = "{0, 2, 6}"}

-- ---- of one piece and another ------------------------------------------------------

-- A function of nn.functional that PyTorch has in torch too, without a method, is in both tables.
local BOTH, FUNCTIONAL = {"torch", "nn.functional"}, "nn.functional"

op {"elu_scaled", "(input: Tensor, alpha: float, scale: float, input_scale: float) -> Tensor", private = true,
  types = "float", cost = true, domain = "nonzero",
  expr = "scale * choose(a > 0, a, alpha * expm1(a * input_scale))",
  backward = function(o)
    return {input = o.grad:elu_scaled_backward(o.input, o.alpha, o.scale, o.input_scale)}
  end,
  doc = "scale x where it is positive, else scale alpha (exp(input_scale x) - 1)."}
op {"elu_scaled_backward", "(g: Tensor, input: Tensor, alpha: float, scale: float, input_scale: float) -> Tensor",
  private = true, types = "float", cost = true, domain = "nonzero",
  expr = "a * scale * choose(b > 0, K(1), alpha * input_scale * exp(b * input_scale))", doc = "Its gradient.",
  backward = function(o)
    return {g = o.grad:elu_scaled_backward(o.input, o.alpha, o.scale, o.input_scale),
      input = (o.grad * o.out * o.input_scale):masked_fill(o.input:gt(0), 0)}
  end}
op {"selu", "(input: Tensor) -> Tensor", onnx = "Selu", module = BOTH, method = false, inplace = true, types = "float",
  composite = function(o) return o.input:elu_scaled(1.6732632423543772848, 1.0507009873554804934, 1) end,
  doc = "elu with the scales that keep mean 0 and variance 1 (Klambauer et al. 2017).",
  example = "torch.selu(torch.tensor({-1.0, 2.0}))", gives = "{-1.1113, 2.1014}"}
op {"celu", "(input: Tensor, alpha: float = 1) -> Tensor", module = BOTH, method = false, inplace = true,
  types = "float", check = {{"alpha", "alpha ~= 0", "a number other than 0"}},
  composite = function(o) return o.input:elu_scaled(o.alpha, 1, 1 / o.alpha) end,
  doc = "x where it is positive, else alpha (exp(x / alpha) - 1) (Barron 2017).",
  example = "torch.celu(torch.tensor({-1.0, 2.0}), 2)", gives = "{-0.7869, 2}"}

op {"hardshrink", "(input: Tensor, lambd: float = 0.5) -> Tensor", module = BOTH, types = "float",
  domain = "nonzero", expr = "choose((a >= -lambd) & (a <= lambd), K(0), a)",
  backward = function(o) return {input = o.grad:hardshrink_backward(o.input, o.lambd)} end,
  doc = "x where |x| > lambd, else 0.", example = "torch.hardshrink(torch.tensor({-1.0, 0.25}))", gives = "{-1, 0}"}
op {"hardshrink_backward", "(g: Tensor, input: Tensor, lambd: float) -> Tensor", private = true, types = "float",
  expr = "choose((b >= -lambd) & (b <= lambd), K(0), a)", doc = "The gradient of hardshrink and softshrink.",
  backward = function(o) return {g = o.grad:hardshrink_backward(o.input, o.lambd)} end}
op {"native_softshrink", "(input: Tensor, lambd: float) -> Tensor", private = true, types = "float", domain = "nonzero",
  expr = "choose(a > lambd, a - lambd, choose(a < -lambd, a + lambd, a * 0))",
  backward = function(o) return {input = o.grad:hardshrink_backward(o.input, o.lambd)} end, doc = "softshrink."}
op {"softshrink", "(input: Tensor, lambd: float = 0.5) -> Tensor", onnx = "Shrink", module = FUNCTIONAL,
  method = false, types = "float", check = {{"lambd", "lambd >= 0", "a number of at least 0"}},
  composite = function(o) return o.input:native_softshrink(o.lambd) end,
  doc = "x moved toward 0 by lambd, and 0 what is nearer.",
  example = "nn.functional.softshrink(torch.tensor({-1.0, 0.25}))", gives = "{-0.5, 0}"}
op {"threshold", "(input: Tensor, threshold: number, value: number) -> Tensor", module = BOTH, method = false,
  inplace = true, types = "number", expr = "a <= threshold ? value : a", domain = "threshold",
  backward = function(o) return {input = o.grad:threshold_backward(o.input, o.threshold)} end,
  doc = "x where it is above threshold, else value.",
  example = "nn.functional.threshold(torch.tensor({-1.0, 2.0}), 0, 9)", gives = "{9, 2}"}
op {"threshold_backward", "(g: Tensor, input: Tensor, threshold: number) -> Tensor", private = true, types = "number",
  expr = "b <= threshold ? K(0) : a", doc = "The gradient of threshold.",
  backward = function(o) return {g = o.grad:threshold_backward(o.input, o.threshold)} end}
op {"hardsigmoid", "(input: Tensor) -> Tensor", module = FUNCTIONAL, method = false, inplace = true, types = "float",
  expr = "at_most(at_least(a + 3, K(0)), K(6)) / 6", domain = "nonzero",
  -- 1 / 6 as PyTorch has it, of float32 in every dtype
  backward = function(o) return {input = o.grad:hardtanh_backward(o.input, -3, 3) * 0.1666666716337204} end,
  doc = "A sigmoid of three lines: (x + 3) / 6 from -3 to 3.",
  example = "nn.functional.hardsigmoid(torch.tensor({-4.0, 0.0, 1.5}))", gives = "{0, 0.5, 0.75}"}
op {"hardswish", "(input: Tensor) -> Tensor", onnx = "HardSwish", module = FUNCTIONAL, method = false, inplace = true,
  types = "float", expr = "a * (at_most(at_least(a + 3, K(0)), K(6)) / 6)", domain = "nonzero",
  backward = function(o) return {input = o.grad:hardswish_backward(o.input)} end,
  doc = "x hardsigmoid(x) (Howard et al. 2019).",
  example = "nn.functional.hardswish(torch.tensor({-4.0, 1.5}))", gives = "{0, 1.125}"}
op {"hardswish_backward", "(g: Tensor, input: Tensor) -> Tensor", private = true, types = "float", domain = "nonzero",
  expr = "choose(b <= -3, K(0), choose(b < 3, a * (b / 3 + K(0.5)), a))", doc = "The gradient of hardswish.",
  backward = function(o)
    return {g = o.grad:hardswish_backward(o.input), input = (o.grad * o.g):hardtanh_backward(o.input, -3, 3) / 3}
  end}

-- ---- smooth ones -------------------------------------------------------------------

op {"logsigmoid", "(input: Tensor) -> Tensor", module = FUNCTIONAL, method = false, types = "float", cost = true,
  expr = "choose(a < 0, a, K(0)) - log1p(exp(-fabs(a)))",
  backward = function(o) return {input = o.grad * (-o.input):sigmoid()} end,
  doc = "log(sigmoid(x)), without overflow.",
  example = "nn.functional.logsigmoid(torch.tensor({0.0, -100.0}))", gives = "{-0.6931, -100}"}
op {"softsign", "(input: Tensor) -> Tensor", onnx = "Softsign", module = FUNCTIONAL, method = false, types = "float",
  result = "float", expr = "a / (1 + fabs(a))", domain = "nonzero", complex = true, holomorphic = false,
  specialize = {"input.is_complex"},
  backward = function(o)
    local x, g, scale = o.input, o.grad, o.input:abs() + 1
    if not x.is_complex then return {input = g / scale:square()} end
    return {input = g / scale - x:sgn() * ((g * x:conj_physical()):real() / scale:square())}
  end,
  doc = "x / (1 + |x|).", example = "nn.functional.softsign(torch.tensor({1.0, -3.0}))", gives = "{0.5, -0.75}"}
op {"tanhshrink", "(input: Tensor) -> Tensor", module = FUNCTIONAL, method = false, types = "float", cost = true,
  result = "float", expr = "a - tanh(a)", complex = true,
  backward = function(o) return {input = o.grad * o.input:tanh():square()} end,
  doc = "x - tanh(x).", example = "nn.functional.tanhshrink(torch.tensor({1.0}))", gives = "{0.2384}"}
op {"mish", "(input: Tensor) -> Tensor", onnx = "Mish", module = FUNCTIONAL, method = false, inplace = true,
  types = "float", cost = true, expr = "a * tanh_softplus(a)",
  backward = function(o) return {input = o.grad:mish_backward(o.input)} end,
  doc = "x tanh(softplus(x)) (Misra 2019).", example = "nn.functional.mish(torch.tensor({1.0, -1.0}))",
  gives = "{0.8651, -0.3034}"}
op {"mish_backward", "(g: Tensor, input: Tensor) -> Tensor", private = true, types = "float", cost = true,
  expr = "a * mish_slope(b)", doc = "The gradient of mish.",
  backward = function(o) -- with s = sigmoid(x) and t = tanh(softplus(x)): (1 - t²) s (2 + x (1 - s - 2 t s))
    local x = o.input
    local s, t = x:sigmoid(), x:softplus():tanh()
    local second = (-(t * t) + 1) * s * (x * ((-x):sigmoid() - t * s * 2) + 2)
    return {g = o.grad:mish_backward(x), input = o.grad * o.g * second}
  end}
op {"glu", "(input: Tensor, dim: dim = -1) -> Tensor", module = FUNCTIONAL, method = false, types = "float",
  check = "glu",
  composite = function(o)
    local half = o.input.shape:only(o.dim):product() // 2
    return o.input:narrow(o.dim, 1, half) * o.input:narrow(o.dim, half, half):sigmoid()
  end,
  doc = "a sigmoid(b), where a and b are the two halves of input along dim (Dauphin et al. 2017).",
  example = "nn.functional.glu(torch.tensor({2.0, 0.0}))", gives = "{1}"}
op {"softmin", "(input: Tensor, dim: dim, *, dtype: dtype = nil) -> Tensor", module = FUNCTIONAL, method = false,
  composite = function(o) return (-o.input):softmax(o.dim, {dtype = o.dtype}) end, domain = "rows",
  doc = "softmax of -input.", example = "nn.functional.softmin(torch.zeros(2), 1)", gives = "{0.5, 0.5}"}

-- ---- leaky ones --------------------------------------------------------------------

op {"native_prelu", "(input: Tensor, weight: Tensor) -> Tensor", private = true, types = "float", domain = "nonzero",
  expr = "a > 0 ? a : b * a", doc = "prelu, broadcast.",
  backward = function(o)
    return {input = o.grad:prelu_backward(o.input, o.weight),
      weight = (o.grad * o.input):masked_fill(o.input:gt(0), 0)}
  end}
op {"prelu_backward", "(g: Tensor, input: Tensor, weight: Tensor) -> Tensor", private = true, types = "float",
  domain = "nonzero", expr = "b > 0 ? a : c * a", doc = "The gradient of prelu to input.",
  backward = function(o)
    return {g = o.grad:prelu_backward(o.input, o.weight), weight = (o.grad * o.g):masked_fill(o.input:gt(0), 0)}
  end}
op {"prelu", "(input: Tensor, weight: Tensor) -> Tensor", onnx = "PRelu", module = BOTH,
  amp = {cpu = "half", cuda = "half"}, types = "float",
  tensors = {"input", "weight"}, specialize = {["weight.numel"] = {1}},
  check = {{"weight", "weight.ndim <= 1", "one number, or one for each channel"},
    {"weight", "weight.numel == 1 or (input.ndim >= 2 and weight.numel == input.shape[2])",
      "one number, or one for each channel"}},
  composite = function(o)
    if o.weight.numel == 1 then return o.input:native_prelu(o.weight:reshape {shape = {}}) end
    return o.input:native_prelu(o.weight:reshape(o.input.shape:only(2)))
  end,
  doc = "x where it is positive, else weight x; weight is one number or one for each channel (dimension 2).",
  example = "torch.prelu(torch.tensor({-2.0, 3.0}), torch.tensor(0.5))", gives = "{-1, 3}"}
op {"rrelu", "(input: Tensor, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = false) -> "
    .. "Tensor", module = BOTH, method = false, inplace = true, random = true, types = "float",
  specialize = {"training"}, check = {{"upper", "lower <= upper", "a number of at least lower"}},
  composite = function(o)
    local x = o.input
    if not o.training then return x:leaky_relu((o.lower + o.upper) / 2) end
    return torch.where(x:gt(0), x, x * x:empty_like():uniform_(o.lower, o.upper))
  end,
  doc = [[leaky_relu with a slope that is drawn from [lower, upper] for each element in training, and their mean
otherwise (Xu et al. 2015).]],
  example = "torch.rrelu(torch.tensor({-1.0, 2.0}), 0.5, 0.5)", gives = "{-0.5, 2}"}
