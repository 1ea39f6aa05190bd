-- Elementwise ops: `expr` is one C expression of a, b, c (the inputs in order) and the
-- attributes by name. T is the element type, K(x) a constant of it; choose(c, x, y)
-- evaluates both sides and keeps the loop free of branches. An optional number is NAME_or_lowest or
-- NAME_or_highest: where it is not given, a bound that changes nothing. `constant` lists shorter expressions for
-- floats where b is one number for all; `quick` is one for floats that makes vector code, and where it is not valid.
-- What the examples give that are made from a name: of {-1.5, 2.5}, of {0.25, 0.5} for float(), of
-- {7, 3} and {2, 3} for binary().
local GIVES = {
  neg = "{1.5, -2.5}", abs = "{1.5, 2.5}", sign = "{-1, 1}", square = "{2.25, 6.25}", relu = "{0, 2.5}",
  clone = "{-1.5, 2.5}", floor = "{-2, 2}", ceil = "{-1, 3}", trunc = "{-1, 2}", round = "{-2, 2}",
  isnan = "{false, false}", isinf = "{false, false}", isfinite = "{true, true}", logical_not = "{false, false}",
  exp = "{1.284, 1.6487}", exp2 = "{1.1892, 1.4142}", expm1 = "{0.284, 0.6487}", log = "{-1.3863, -0.6931}",
  log2 = "{-2, -1}",
  log10 = "{-0.6021, -0.301}", log1p = "{0.2231, 0.4055}", sqrt = "{0.5, 0.7071}", rsqrt = "{2, 1.4142}",
  reciprocal = "{4, 2}", sin = "{0.2474, 0.4794}", cos = "{0.9689, 0.8776}", tan = "{0.2553, 0.5463}",
  asin = "{0.2527, 0.5236}",
  acos = "{1.3181, 1.0472}", atan = "{0.245, 0.4636}", sinh = "{0.2526, 0.5211}", cosh = "{1.0314, 1.1276}",
  tanh = "{0.2449, 0.4621}", erf = "{0.2763, 0.5205}", sigmoid = "{0.5622, 0.6225}", mul = "{14, 9}", div = "{3.5, 1}",
  floor_divide = "{3, 1}", remainder = "{1, 0}", fmod = "{1, 0}", pow = "{49, 27}", maximum = "{7, 3}",
  minimum = "{2, 3}",
  atan2 = "{1.2925, 0.7854}", eq = "{false, true}", ne = "{true, false}", lt = "{false, false}", le = "{false, true}",
  gt = "{true, false}", ge = "{true, true}", logical_and = "{true, true}", logical_or = "{true, true}",
  logical_xor = "{false, false}", bitwise_and = "{2, 3}", bitwise_or = "{7, 3}", bitwise_xor = "{5, 0}"
}
-- The columns onnx and amp of the rows that are made by these functions.
local ONNX = {
  abs = "Abs", acos = "Acos", asin = "Asin", atan = "Atan", bitwise_and = "BitwiseAnd", bitwise_or = "BitwiseOr",
  bitwise_xor = "BitwiseXor", ceil = "Ceil", clone = "Identity", cos = "Cos", cosh = "Cosh", div = "Div",
  eq = "Equal", erf = "Erf", exp = "Exp", floor = "Floor", ge = "GreaterOrEqual", gt = "Greater", isinf = "IsInf",
  isnan = "IsNaN", le = "LessOrEqual", log = "Log", logical_and = "And", logical_not = "Not", logical_or = "Or",
  logical_xor = "Xor", lt = "Less", maximum = "Max", minimum = "Min", mul = "Mul", neg = "Neg", pow = "Pow",
  reciprocal = "Reciprocal", relu = "Relu", round = "Round", sigmoid = "Sigmoid", sign = "Sign", sin = "Sin",
  sinh = "Sinh", sqrt = "Sqrt", tan = "Tan", tanh = "Tanh"
}
local AMP = {
  acos = {cuda = "float"}, asin = {cuda = "float"}, cosh = {cuda = "float"}, exp = {cuda = "float"},
  expm1 = {cuda = "float"}, log = {cuda = "float"}, log10 = {cuda = "float"}, log1p = {cuda = "float"},
  log2 = {cuda = "float"}, pow = {cuda = "float"}, reciprocal = {cuda = "float"}, rsqrt = {cuda = "float"},
  sinh = {cuda = "float"}, tan = {cuda = "float"}, atan2 = {cuda = "widest"}
}
local function unary(name, expr, doc, rest)
  local row = {name, "(input: Tensor) -> Tensor", expr = expr, doc = doc, inplace = true, onnx = ONNX[name],
    amp = AMP[name]}
  for k, v in pairs(rest or {}) do row[k] = v end
  row.example = row.example or ("torch.%s(torch.tensor({-1.5, 2.5}))"):format(name)
  row.gives = row.gives or GIVES[name]
  op(row)
end
local function float(name, expr, doc, backward, domain, rest)
  local row = {types = "float", result = "float", backward = backward, domain = domain, cost = true,
    example = ("torch.%s(torch.tensor({0.25, 0.5}))"):format(name)}
  for k, v in pairs(rest or {}) do row[k] = v end
  row.complex = row.complex == nil and name ~= "erf" or row.complex
  unary(name, expr, doc, row)
end
local BOTH, FUNCTIONAL = {"torch", "nn.functional"}, "nn.functional"
local SPECIAL = {"torch", "torch.special"}
local function zero(o) return {input = o.grad:zeros_like()} end

unary("neg", "-a", "-input.", {complex = true, types = "number", backward = function(o) return {input = -o.grad} end})
unary("abs", "ABS(a)", "|input|.",
  {complex = true, complex_result = "real", holomorphic = false,
    backward = function(o) return {input = o.grad * o.input:sgn()} end, domain = "nonzero"})
unary("sign", "(a > 0) - (a < 0)", "-1, 0 or 1 by the sign.", {backward = zero, domain = "nonzero"})
unary("square", "a * a", "input²; bool gives int64.",
  {complex = true, types = "number", result = "number",
    backward = function(o) return {input = o.grad * (o.input * 2)} end})
unary("relu", "a < 0 ? K(0) : a", "max(input, 0); NaN stays.", {types = "number", module = BOTH,
  backward = function(o) return {input = o.grad:relu_backward(o.out)} end, domain = "nonzero"})
op {"relu_backward", "(g: Tensor, output: Tensor) -> Tensor", private = true, types = "number",
  expr = "b <= 0 ? K(0) : a", doc = "g where output > 0 or NaN, else 0.",
  backward = function(o) return {g = o.grad:relu_backward(o.output)} end}
unary("clone", "a", "A copy.", {complex = true, inplace = false, moves = true,
  backward = function(o) return {input = o.grad:helper("pass")} end})

float("exp", "exp(a)", "eˣ.", function(o) return {input = o.grad * o.out} end)
float("exp2", "exp2(a)", "2ˣ.", -- near the largest number the slope is smaller than 2ˣ
  function(o) return {input = o.grad * ((o.input - 1):exp2() * 1.3862943611198906)} end, nil, {module = SPECIAL})
float("expm1", "expm1(a)", "eˣ - 1, exact near 0.", function(o) return {input = o.grad * (o.out + 1)} end, nil,
  {module = SPECIAL})
float("log", "log(a)", "The natural logarithm.", function(o) return {input = o.grad / o.input} end, "positive")
float("log2", "log2(a)", "The logarithm to base 2.",
  function(o) return {input = o.grad / (o.input * 0.69314718055994531)} end, "positive")
float("log10", "log10(a)", "The logarithm to base 10.",
  function(o) return {input = o.grad / (o.input * 2.3025850929940457)} end, "positive")
float("log1p", "log1p(a)", "log(1 + x), exact near 0.", function(o) return {input = o.grad / (o.input + 1)} end,
  "positive", {module = SPECIAL})
float("sqrt", "sqrt(a)", "The square root.", function(o) return {input = o.grad / (o.out * 2)} end, "positive")
float("rsqrt", "1 / sqrt(a)", "1 / √x.", function(o) return {input = o.grad * (o.out * o.out * o.out) * -0.5} end,
  "positive")
float("reciprocal", "1 / a", "1 / x.", function(o) return {input = -(o.grad * o.out * o.out)} end, "positive")
float("sin", "sin(a)", "The sine.", function(o) return {input = o.grad * o.input:cos()} end)
float("cos", "cos(a)", "The cosine.", function(o) return {input = -(o.grad * o.input:sin())} end)
float("tan", "tan(a)", "The tangent.", function(o) return {input = o.grad * (o.out * o.out + 1)} end, "unit")
-- 1 / √(1 - x²), exact beside 1; the square of a complex number may overflow.
local function arc_slope(x)
  if x.is_complex then return (1 - x):rsqrt() * (1 + x):rsqrt() end
  return ((1 - x) * (1 + x)):rsqrt()
end
local APART = {specialize = {"input.is_complex"}}
float("asin", "asin(a)", "The arcsine.", function(o) return {input = o.grad * arc_slope(o.input)} end, "unit", APART)
float("acos", "acos(a)", "The arccosine.", function(o) return {input = -(o.grad * arc_slope(o.input))} end, "unit",
  APART)
float("atan", "atan(a)", "The arctangent.", function(o)
  if o.input.is_complex then return {input = o.grad * o.input:asinh_slope() * o.input:asinh_slope()} end
  return {input = o.grad / (o.input * o.input + 1)}
end, nil, APART)
float("sinh", "sinh(a)", "The hyperbolic sine.", function(o) return {input = o.grad * o.input:cosh()} end)
float("cosh", "cosh(a)", "The hyperbolic cosine.", function(o) return {input = o.grad * o.input:sinh()} end)
float("tanh", "tanh(a)", "The hyperbolic tangent.", function(o) return {input = o.grad * (-(o.out * o.out) + 1)} end,
  nil, {module = BOTH})
float("erf", "erf(a)", "The error function, 2/√π ∫₀ˣ exp(-t²) dt.",
  function(o) return {input = o.grad * ((-(o.input * o.input)):exp() * 1.1283791670955126)} end, nil,
  {module = SPECIAL})
float("sigmoid", "1 / (1 + exp(-a))", "1 / (1 + exp(-x)).",
  function(o) return {input = o.grad * (o.out * (-o.out + 1))} end, nil, {module = BOTH})
float("silu", "silu_of(a)", "x · sigmoid(x) (Elfwing et al. 2018).", function(o)
  if o.input.is_float then return {input = o.grad:silu_backward(o.input)} end
  local s = o.input:sigmoid()
  return {input = o.grad * (s * (o.input * (-s + 1) + 1))}
end, nil, {module = FUNCTIONAL, method = false, complex = "a / (1 + exp(-a))", specialize = {"input.is_float"},
  example = "nn.functional.silu(torch.tensor({0.25, 0.5}))", gives = "{0.1405, 0.3112}"})
op {"silu_backward", "(g: Tensor, input: Tensor) -> Tensor", private = true, types = "float", cost = true,
  expr = "a * silu_slope(b)", doc = "The gradient of silu.",
  backward = function(o) -- the derivative once more is s (1 - s) (2 + x (1 - 2 s))
    local x = o.input
    local s, rest = x:sigmoid(), (-x):sigmoid()
    return {g = o.grad:silu_backward(x), input = o.grad * o.g * (s * rest * (x * (rest - s) + 2))}
  end}
op {"softplus", "(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor",
  amp = {cuda = "float"}, onnx = "Softplus", module = FUNCTIONAL, method = false, types = "float", cost = true,
  result = "float",
  expr = "choose(a * beta > threshold, a, log1p(exp(a * beta)) / beta)",
  doc = "log(1 + exp(beta x)) / beta; x itself where beta x > threshold.",
  example = "nn.functional.softplus(torch.tensor({-1.0, 0.0, 1.0}))", gives = "{0.3133, 0.6931, 1.3133}",
  backward = function(o) return {input = o.grad:softplus_backward(o.input, o.beta, o.threshold)} end}
op {"softplus_backward", "(g: Tensor, input: Tensor, beta: float, threshold: float) -> Tensor", private = true,
  types = "float", cost = true,
  expr = "choose(b * beta > threshold, a, a / (1 + exp(-b * beta)))", doc = "The gradient of softplus.",
  backward = function(o)
    local x = o.input * o.beta
    local s = x:sigmoid()
    local second = (o.grad * o.g * (s * (-s + 1)) * o.beta):masked_fill(x:gt(o.threshold), 0)
    return {g = o.grad:softplus_backward(o.input, o.beta, o.threshold), input = second}
  end}

op {"gelu_exact", "(input: Tensor) -> Tensor", private = true, types = "float", cost = true,
  expr = "choose(a == K(-INFINITY), K(0), K(0.5) * a * (1 + erf(a * K(0.70710678118654752440))))", doc = "x Φ(x).",
  backward = function(o) return {input = o.grad:gelu_backward(o.input)} end}
op {"gelu_backward", "(g: Tensor, input: Tensor) -> Tensor", private = true, types = "float", cost = true,
  expr = "a * gelu_slope(b)",
  doc = "The gradient of gelu_exact: g (Φ(x) + x φ(x)).",
  backward = function(o) -- the derivative once more is φ(x) (2 - x²)
    local x = o.input
    local square = (x * x):clamp(nil, 1e4) -- φ is 0 there
    local pdf = (square * -0.5):exp() * 0.3989422804014327
    return {g = o.grad:gelu_backward(x), input = o.grad * o.g * (pdf * (2 - square))}
  end}

op {"gelu_tanh", "(input: Tensor) -> Tensor", private = true, types = "float", cost = true,
  expr = "choose(a == K(-INFINITY), K(0), "
    .. "K(0.5) * a * (1 + tanh(K(0.79788456080286535588) * (a + K(0.044715) * a * a * a))))",
  doc = "The tanh form of GELU.",
  backward = function(o) return {input = o.grad:gelu_tanh_backward(o.input)} end}
op {"gelu_tanh_backward", "(g: Tensor, input: Tensor) -> Tensor", private = true, types = "float", cost = true,
  expr = "a * gelu_tanh_slope(b)", doc = "The gradient of gelu_tanh.",
  backward = function(o) -- with u the argument of tanh and s = 1 - t²: s u' (1 - x t u') + x s u'' / 2
    local x = o.input:clamp(-30, 30)
    local inner = (x * x * x * 0.044715 + x) * 0.7978845608028654
    local t = inner:tanh()
    local s, slope = -(t * t) + 1, (x * x * 0.134145 + 1) * 0.7978845608028654
    local second = s * slope * (-(x * t * slope) + 1) + x * x * s * 0.10703222440890037
    return {g = o.grad:gelu_tanh_backward(o.input), input = o.grad * o.g * second}
  end}
op {"gelu", "(input: Tensor, *, approximate: none|tanh = none) -> Tensor", specialize = {"approximate"},
  composite = function(o) return o.approximate == "tanh" and o.input:gelu_tanh() or o.input:gelu_exact() end,
  module = "nn.functional", method = false,
  doc = [[x Φ(x), Φ the distribution function of the normal law (Hendrycks and Gimpel 2016); approximate = "tanh":
their closed form.]],
  example = "nn.functional.gelu(torch.randn(3))"}

for _, name in ipairs {"floor", "ceil", "trunc"} do
  unary(name, "ROUND(" .. name .. ", a)", "Rounded: " .. name .. "; integers stay.",
    {types = "number", backward = zero, domain = "unit"})
end
unary("round", "ROUND(rint, a)", "The nearest integer, ties to even.",
  {types = "number", backward = zero, domain = "unit", module = SPECIAL})
op {"round_decimals", "(input: Tensor, *, decimals: int) -> Tensor", lua = "round", module = SPECIAL, inplace = true,
  specialize = {decimals = {0}}, types = "number",
  check = {{"decimals", "decimals == 0 or input.is_float", "0 for integers"}},
  composite = function(o) return o.decimals == 0 and o.input:round() or o.input:round_to(o.decimals) end,
  doc = "input with so many decimals, ties to even; a negative number of decimals rounds to tens, hundreds and so on.",
  example = "torch.round(torch.tensor({3.1416, -27.1828}), {decimals = 2})", gives = "{3.14, -27.18}"}
op {"round_to", "(input: Tensor, decimals: int) -> Tensor", private = true, types = "float", backward = zero,
  expr = "round_to_decimals(a, (double)decimals)", domain = "unit", doc = "round_decimals of floats."}
unary("isnan", "a != a", "Whether it is NaN.", {complex = "a != a", result = "bool", inplace = false})
unary("isinf", "a == a && a - a != 0", "Whether it is infinite.",
  {complex = "(RE(a) == RE(a) && RE(a) - RE(a) != 0) || (IM(a) == IM(a) && IM(a) - IM(a) != 0)", result = "bool",
    inplace = false})
unary("isfinite", "a - a == 0", "Whether it is neither infinite nor NaN.",
  {complex = "RE(a) - RE(a) == 0 && IM(a) - IM(a) == 0", result = "bool", inplace = false})
unary("logical_not", "!a", "Whether it is 0.", {complex = true, result = "bool"})
op {"bitwise_not", "(input: Tensor) -> Tensor",
  onnx = "BitwiseNot", types = "bits", inplace = true,
  expr = "sizeof(T) == sizeof(bool) && (T)2 == (T)1 ? (T)!a : (T)~(int64_t)a",
  doc = "Every bit inverted; for bool, not.",
  example = "torch.bitwise_not(torch.tensor({true, false}))", gives = "{false, true}"}

-- Where PyTorch takes tensors alone.
local BOTH_TENSORS = {"input", "other"}
local function binary(name, expr, doc, rest)
  local row = {name, "(input: Tensor, other: Tensor) -> Tensor", expr = expr, doc = doc, inplace = true,
    onnx = ONNX[name],
    amp = AMP[name]}
  for k, v in pairs(rest or {}) do row[k] = v end
  row.example = row.example or ("torch.%s(torch.tensor({7, 3}), torch.tensor({2, 3}))"):format(name)
  row.gives = row.gives or GIVES[name]
  op(row)
end

op {"add", "(input: Tensor, other: Tensor, *, alpha: number = 1) -> Tensor", complex = true,
  onnx = "Add", inplace = true, numbers = "same",
  expr = "(T)(a + (T)(alpha * b))", doc = "input + alpha · other, broadcast.",
  example = "torch.add(torch.ones(2), 3)", gives = "{4, 4}",
  backward = function(o) return {input = o.grad:helper("pass"), other = o.grad:helper("scale", o.alpha)} end}
op {"sub", "(input: Tensor, other: Tensor, *, alpha: number = 1) -> Tensor", complex = true,
  onnx = "Sub", inplace = true, numbers = "same", types = "number",
  expr = "(T)(a - (T)(alpha * b))", doc = "input - alpha · other, broadcast.",
  example = "torch.sub(torch.ones(2), 3)", gives = "{-2, -2}",
  backward = function(o) return {input = o.grad:helper("pass"), other = o.grad:helper("scale", -o.alpha)} end}
binary("mul", "a * b", "input · other, broadcast.",
  {complex = true, backward = function(o) return {input = o.grad * o.other, other = o.grad * o.input} end})
binary("div", "a / b", "input / other as real numbers: integers become floats.",
  {complex = true, types = "float", result = "float", domain = "positive",
  backward = function(o) return {input = o.grad / o.other, other = -(o.grad * (o.input / o.other / o.other))} end})
binary("floor_divide", "floor_divide_of(a, b)", "input / other rounded down.", {types = "number"})
op {"div_rounded", "(input: Tensor, other: Tensor, *, rounding_mode: trunc|floor) -> Tensor", lua = "div",
  inplace = true, types = "number",
  expr = "rounding_mode == 0 ? trunc_divide_of(a, b) : floor_divide_of(a, b)", domain = "rounding",
  doc = "input / other rounded toward zero (\"trunc\") or down (\"floor\"); integers stay integers. Its gradient is 0.",
  example = "torch.div(torch.tensor({-7, 7}), 2, {rounding_mode = \"trunc\"})", gives = "{-3, 3}",
  backward = function(o) return {input = o.grad:zeros_like(), other = o.grad:zeros_like()} end}
binary("remainder", "remainder_of(a, b)", "input - other · floor(input / other): the sign of other.",
  {types = "number", domain = "positive", tensors = "one",
  quick = {"remainder_from(fmod_near(a, b), b)", "fmod_is_far(a, b)"},
  backward = function(o) return {input = o.grad:helper("pass"), other = -(o.grad * o.input:floor_divide(o.other))} end})
binary("fmod", "fmod_of(a, b)", "The rest of the division rounded toward zero: the sign of input.",
  {types = "number", domain = "positive", tensors = {"input"},
  quick = {"fmod_near(a, b)", "fmod_is_far(a, b)"},
  backward = function(o) return {input = o.grad:helper("pass"), other = -(o.grad * (o.input / o.other):trunc())} end})
binary("pow", "pow_of(a, b)", "input to the power of other.",
  {check = "pow", complex = true, types = "number", domain = "positive", cost = true, tensors = "one",
  constant = {{"1", "a"}, {"2", "a * a"}, {"3", "a * a * a"}, {"-1", "1 / a"}, {"0.5", "sqrt(a)"},
    {"-0.5", "1 / sqrt(a)"}},
  backward = function(o)
    local base, exponent = o.input, o.other
    -- d/db a^b = a^b log a, 0 where a is 0 and b is not negative (then a^b is finite; complex numbers have no order)
    local no_log = o.out:isfinite():logical_and(base:logical_not())
    -- b a^(b-1), 0 where b is 0
    return {input = o.grad * (base:pow(exponent - 1) * exponent):masked_fill(exponent:logical_not(), 0),
      other = o.grad * (o.out * torch.where(no_log, 1, base:helper("as_float", o.grad)):log())}
  end})
-- The gradient of maximum to `a`: 0 where a < b, a half where they are equal, else (NaN too) 1.
local function share(o, a, b)
  local dtype = o.grad.dtype
  return o.grad * a:lt(b):logical_not():cast(dtype):sub(a:eq(b):cast(dtype), {alpha = 0.5})
end
binary("maximum", "maximum_of(a, b)", "The larger one; NaN wins. Ties share the gradient.", {tensors = BOTH_TENSORS,
  backward = function(o)
  return {input = share(o, o.input, o.other), other = share(o, o.other, o.input)} end})
binary("minimum", "minimum_of(a, b)", "The smaller one; NaN wins. Ties share the gradient.", {tensors = BOTH_TENSORS,
  backward = function(o)
  return {input = share(o, o.other, o.input), other = share(o, o.input, o.other)} end})
op {"max_other", "(input: Tensor, other: Tensor) -> Tensor", lua = "max",
  composite = function(o) return o.input:maximum(o.other) end, doc = "maximum(input, other).",
  example = "torch.max(torch.ones(2), torch.zeros(2))", gives = "{1, 1}"}
op {"min_other", "(input: Tensor, other: Tensor) -> Tensor", lua = "min",
  composite = function(o) return o.input:minimum(o.other) end, doc = "minimum(input, other).",
  example = "torch.min(torch.ones(2), torch.zeros(2))", gives = "{0, 0}"}
binary("atan2", "atan2(a, b)", "The angle of the point (other, input).",
  {types = "float", result = "float", domain = "positive", tensors = BOTH_TENSORS, cost = true,
  backward = function(o)
    return {input = o.grad * o.input:atan2_slope(o.other), other = -(o.grad * o.other:atan2_slope(o.input))}
  end})
op {"atan2_slope", "(input: Tensor, other: Tensor) -> Tensor", private = true, types = "float", domain = "positive",
  expr = "atan2_slope_of(a, b)", doc = "other / (input² + other²), the slope of atan2; 0 where both are 0.",
  backward = function(o) -- ∂/∂y x/r² = -2 (x/r²) (y/r²), ∂/∂x = (y/r²)² - (x/r²)²
    local across, along = o.input:atan2_slope(o.other), o.other:atan2_slope(o.input)
    return {input = o.grad * (across * along * -2), other = o.grad * (along * along - across * across)}
  end}
binary("hypot", "hypot(a, b)", "√(input² + other²), also where the squares leave the dtype.",
  {types = "float", domain = "positive", tensors = BOTH_TENSORS,
  example = "torch.hypot(torch.tensor({3.0, 5.0}), torch.tensor({4.0, 12.0}))", gives = "{5, 13}",
  backward = function(o) -- 0 at the origin
    local origin = o.out:eq(0)
    return {input = (o.grad * (o.input / o.out)):masked_fill(origin, 0),
      other = (o.grad * (o.other / o.out)):masked_fill(origin, 0)}
  end})
for _, row in ipairs {{"eq", "=="}, {"ne", "!="}, {"lt", "<"}, {"le", "<="}, {"gt", ">"}, {"ge", ">="}} do
  local name, sign = row[1], row[2]
  binary(name, "a " .. sign .. " b", "Whether input " .. sign .. " other, element by element.",
    {result = "bool", complex = name == "eq" or name == "ne" or nil, tensors = {"input"}})
end
binary("logical_and", "a && b", "Whether both are not 0.", {complex = true, result = "bool", tensors = BOTH_TENSORS})
binary("logical_or", "a || b", "Whether one is not 0.", {complex = true, result = "bool", tensors = BOTH_TENSORS})
binary("logical_xor", "!a != !b", "Whether just one is not 0.",
  {complex = true, result = "bool", tensors = BOTH_TENSORS})
binary("bitwise_and", "a & b", "And, bit by bit.", {types = "bits", tensors = "one"})
binary("bitwise_or", "a | b", "Or, bit by bit.", {types = "bits", tensors = "one"})
binary("bitwise_xor", "a ^ b", "Exclusive or, bit by bit.", {types = "bits", tensors = "one"})

op {"from_position", "(input: Tensor) -> Tensor", private = true, types = "int64",
  expr = "a > 0 ? a - 1 : a == 0 ? INT64_MIN : a",
  doc = "Positions from 1 as offsets; 0 becomes POSITION_ZERO."}

op {"where", "(condition: Tensor, input: Tensor, other: Tensor) -> Tensor", complex = true, method = false,
  onnx = "Where", operand = {"condition"}, check = "where",
  expr = "a ? b : c", doc = "input where condition holds, else other; broadcast.",
  example = "torch.where(torch.tensor({true, false}), torch.ones(2), torch.zeros(2))", gives = "{1, 0}",
  domain = "condition",
  backward = function(o)
    return {input = o.grad:masked_fill(o.condition:logical_not(), 0), other = o.grad:masked_fill(o.condition, 0)}
  end}
op {"masked_fill", "(input: Tensor, mask: Tensor, value: number) -> Tensor", complex = true, operand = {"mask"},
  inplace = true,
  expr = "b ? value : a", doc = "input with value where mask holds.", domain = "mask",
  example = "torch.masked_fill(torch.ones(2), torch.tensor({true, false}), 5)", gives = "{5, 1}",
  backward = function(o) return {input = o.grad:masked_fill(o.mask, 0)} end}
op {"masked_fill_tensor", "(input: Tensor, mask: Tensor, value: Tensor) -> Tensor", lua = "masked_fill", inplace = true,
  check = {{"value", "value.ndim == 0", "a number or a tensor of no dimensions"},
    {"mask", 'mask.dtype == "bool"', "a tensor of bool"}},
  composite = function(o) return torch.where(o.mask, o.value:cast(o.input.dtype), o.input) end,
  domain = "masked_fill_tensor", backward = function(o)
    return {input = o.grad:masked_fill(o.mask, 0), value = o.grad:masked_fill(o.mask:logical_not(), 0)}
  end,
  doc = "input with value, a tensor of no dimensions, where mask holds; in the dtype of input.",
  example = "torch.masked_fill(torch.ones(2), torch.tensor({true, false}), torch.tensor(5.0))", gives = "{5, 1}"}
op {"clamp", "(input: Tensor, min: number = nil, max: number = nil) -> Tensor", inplace = true, types = "number",
  numbers = "promote", bounds = true,
  expr = "clamp_of(a, min_or_lowest, max_or_highest)", doc = "Limited to [min, max].",
  example = "torch.clamp(torch.arange(5), 1, 3)", gives = "{1, 1, 2, 3, 3}", domain = "clamp",
  backward = function(o) return {input = o.grad:clamp_backward(o.input, {min = o.min, max = o.max})} end}
op {"clamp_tensor", "(input: Tensor, min: Tensor = nil, max: Tensor = nil) -> Tensor", lua = "clamp", inplace = true,
  domain = "clamp_tensor", specialize = {"min", "max"},
  check = {{"given(min) or given(max)", "'min' or 'max' must be given"}},
  composite = function(o) -- where min > max the result is max, so min comes first
    local x = o.min and o.input:maximum(o.min) or o.input
    return o.max and x:minimum(o.max) or x
  end,
  -- input gets it where min <= input <= max, min where input < min < max, max where it limits or is below min
  backward = function(o)
    local x, g, min, max = o.input, o.grad, o.min, o.max
    local below, above = min and x:lt(min), max and x:gt(max)
    local function where(mask) return g:masked_fill(mask:logical_not(), 0) end
    if not max then return {input = min and g:masked_fill(below, 0) or g, min = min and where(below)} end
    if not min then return {input = g:masked_fill(above, 0), max = where(above)} end
    return {input = g:masked_fill(below:logical_or(above), 0), min = where(below):masked_fill(min:ge(max), 0),
      max = where(above:logical_or(min:gt(max)))}
  end,
  doc = "Limited to [min, max], element by element; broadcast.",
  example = "torch.clamp(torch.arange(3), torch.tensor({1, 1, 1}), torch.tensor({1, 2, 1}))", gives = "{1, 1, 1}"}
op {"clamp_backward", "(g: Tensor, input: Tensor, min: number = nil, max: number = nil) -> Tensor", private = true,
  types = "float",
  expr = "choose(((b > min_or_lowest) | (min_or_lowest == K(-INFINITY))) & ((b < max_or_highest) | "
    .. "(max_or_highest == K(INFINITY))), a, K(0))",
  doc = "g where input is between them, 0 at a bound (a least subgradient, as of relu).",
  backward = function(o) return {g = o.grad:clamp_backward(o.input, {min = o.min, max = o.max})} end}
op {"addcmul", "(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: number = 1) -> Tensor", complex = true,
  amp = {cuda = "widest"}, inplace = true, types = "number",
  expr = "a + value * b * c", doc = "input + value · tensor1 · tensor2.",
  example = "torch.addcmul(torch.ones(2), torch.ones(2), torch.ones(2))", gives = "{2, 2}",
  backward = function(o) return {input = o.grad:helper("pass"), tensor1 = o.grad * (o.tensor2 * o.value),
    tensor2 = o.grad * (o.tensor1 * o.value)} end}
op {"addcdiv", "(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: number = 1) -> Tensor", complex = true,
  amp = {cuda = "widest"}, inplace = true, types = "float", domain = "positive",
  expr = "a + value * b / c", doc = "input + value · tensor1 / tensor2.",
  example = "torch.addcdiv(torch.ones(2), torch.ones(2), torch.ones(2))", gives = "{2, 2}",
  backward = function(o) return {input = o.grad:helper("pass"), tensor1 = o.grad * o.value / o.tensor2,
    tensor2 = -(o.grad * (o.tensor1 * o.value / o.tensor2 / o.tensor2))} end}
op {"lerp", "(input: Tensor, end_: Tensor, weight: Tensor) -> Tensor",
  complex = "fabs(c) < (REAL)0.5 ? a + c * (b - a) : b - (b - a) * (1 - c)", inplace = true, types = "float",
  expr = "choose(ABS(c) < K(0.5), a + c * (b - a), b - (b - a) * (1 - c))",
  doc = "input + weight · (end - input), broadcast; exact at both ends.",
  example = "torch.lerp(torch.zeros(2), torch.ones(2), 0.5)", gives = "{0.5, 0.5}", domain = "lerp",
  backward = function(o)
    return {input = o.grad - o.grad * o.weight, end_ = o.grad * o.weight, weight = o.grad * (o.end_ - o.input)}
  end}

op {"fill", "(input: Tensor, value: number) -> Tensor", complex = true, moves = true, inplace = "only",
  expr = "((void)a, value)",
  backward = function(o) return {input = o.grad:zeros_like()} end,
  doc = "fill_: every element set to value.", example = "torch.empty(2):fill_(7)", gives = "{7, 7}"}
op {"zero", "(input: Tensor) -> Tensor", complex = true, moves = true, inplace = "only", expr = "((void)a, K(0))",
  backward = function(o) return {input = o.grad:zeros_like()} end,
  doc = "zero_: every element set to 0.", example = "torch.ones(2):zero_()", gives = "{0, 0}"}
op {"copy", "(input: Tensor, src: Tensor) -> Tensor", complex = true, moves = true, inplace = "only",
  expr = "((void)a, b)",
  backward = function(o) return {input = o.grad:zeros_like(), src = o.grad:helper("pass")} end,
  doc = "copy_: the elements of src, broadcast and cast.", example = "torch.zeros(2):copy_(torch.ones(2))",
  gives = "{1, 1}"}
