-- Elementwise ops on numbers as such: signs, neighbours, shifts, divisors, closeness, and functions of one and two
-- numbers that elementwise/rows.lua has no place for.
local TWO = {"input", "other"} -- where PyTorch takes tensors alone
local function unary(name, expr, doc, example, gives, rest)
  local row = {name, "(input: Tensor) -> Tensor", expr = expr, doc = doc, inplace = true,
    example = ("torch.%s(torch.tensor(%s))"):format(name, example), gives = gives}
  for k, v in pairs(rest) do row[k] = v end
  op(row)
end
local function binary(name, expr, doc, examples, gives, rest)
  local row = {name, "(input: Tensor, other: Tensor) -> Tensor", expr = expr, doc = doc, inplace = true,
    example = ("torch.%s(torch.tensor(%s), torch.tensor(%s))"):format(name, examples[1], examples[2]), gives = gives}
  for k, v in pairs(rest) do row[k] = v end
  op(row)
end

-- ---- inverse hyperbolic functions, angles ------------------------------------------

unary("acosh", "acosh(a)", "The inverse of cosh on [1, ∞).", "{1.0, 2.0}", "{0, 1.317}", {types = "float",
  result = "float", complex = true, cost = true, onnx = "Acosh", domain = "above_one",
  backward = function(o) return {input = o.grad * (o.input - 1):rsqrt() * (o.input + 1):rsqrt()} end})
unary("asinh", "asinh(a)", "The inverse of sinh.", "{0.25, 0.5}", "{0.2475, 0.4812}", {types = "float",
  result = "float", complex = true, cost = true, onnx = "Asinh",
  backward = function(o) return {input = o.grad * o.input:asinh_slope()} end})
op {"asinh_slope", "(input: Tensor) -> Tensor", private = true, types = "float", expr = "(T)1 / hypot(a, (T)1)",
  complex = "1 / (sqrt(1 + turned(a)) * sqrt(1 - turned(a)))",
  doc = "1 / √(input² + 1), the slope of asinh, also where the square leaves the dtype.",
  backward = function(o) return {input = -(o.grad * (o.input * o.out) * (o.out * o.out))} end}
unary("atanh", "atanh(a)", "The inverse of tanh on [-1, 1].", "{0.25, 0.5}", "{0.2554, 0.5493}", {types = "float",
  result = "float", complex = true, cost = true, onnx = "Atanh", domain = "unit",
  specialize = {"input.is_complex"},
  backward = function(o)
    local x = o.input
    if x.is_complex then return {input = o.grad / (1 - x) / (1 + x)} end -- the product may overflow
    return {input = o.grad / ((1 - x) * (1 + x))}
  end})
unary("deg2rad", "a * K(0.017453292519943295769)", "Degrees as radians: input · π / 180.", "{90.0, 180.0}",
  "{1.5708, 3.1416}", {types = "float", result = "float",
    backward = function(o) return {input = o.grad * 0.017453292519943295769} end})
unary("rad2deg", "a * K(57.295779513082320877)", "Radians as degrees: input · 180 / π.", "{0.5, 1.0}",
  "{28.6479, 57.2958}", {types = "float", result = "float",
    backward = function(o) return {input = o.grad * 57.295779513082320877} end})
unary("erfc", "erfc(a)", "1 - erf(x), exact where it is small.", "{0.5, 5.0}", "{0.4795, 1.5375e-12}",
  {types = "float", result = "float", cost = true, module = {"torch", "torch.special"},
    backward = function(o) return {input = o.grad * ((-(o.input * o.input)):exp() * -1.1283791670955126)} end})

-- ---- signs, parts, neighbours ------------------------------------------------------

unary("frac", "a - trunc(a)", "The part behind the point: input - trunc(input).", "{1.25, -2.5}", "{0.25, -0.5}",
  {types = "float", domain = "unit", backward = function(o) return {input = o.grad:helper("pass")} end})
unary("signbit", "SIGNBIT(a)", "Whether the sign is minus, that of -0 too.", "{-1.0, 0.0}", "{true, false}",
  {result = "bool", inplace = false})
unary("isposinf", "a > 0 && a - a != 0", "Whether it is +infinity.", "{math.huge, 1.0}", "{true, false}",
  {result = "bool", inplace = false})
unary("isneginf", "a < 0 && a - a != 0", "Whether it is -infinity.", "{-math.huge, 1.0}", "{true, false}",
  {result = "bool", inplace = false})
binary("copysign", "copysign(a, b)", "|input| with the sign of other.", {"{1.0, 2.0}", "{-1.0, 1.0}"}, "{-1, 2}",
  {types = "float", result = "float", tensors = {"input"}, domain = "nonzero",
    backward = function(o) -- by other it is 0
      return {input = (o.grad * (o.out / o.input)):masked_fill(o.input:eq(0), 0), other = o.grad:zeros_like()}
    end})
op {"nextafter_wide", "(input: Tensor, other: Tensor) -> Tensor", private = true, types = "float",
  expr = "nextafter(a, b)", doc = "nextafter in the dtype that kernels compute in."}
op {"nextafter_narrow", "(input: Tensor, other: Tensor, digits: int, lowest: int, highest: float) -> Tensor",
  private = true, types = "float", expr = "next_narrow_of(a, b, (int)digits, (int)lowest, highest)",
  doc = [[nextafter of floats with so many binary digits, of which 2^lowest is the least above 0 and `highest` the
largest.]]}
op {"nextafter", "(input: Tensor, other: Tensor) -> Tensor", types = "number", inplace = true, tensors = TWO,
  composite = true,
  check = {{"other", '(input.computed == input.dtype and other.computed == other.dtype) or input.dtype == other.dtype',
    "{input.dtype} as 'input' is"}},
  doc = "The next number of the dtype from input towards other.",
  example = "torch.nextafter(torch.tensor({1.0}), torch.tensor({2.0})):gt(1)", gives = "{true}"}
op {"heaviside", "(input: Tensor, values: Tensor) -> Tensor", inplace = true, tensors = {"input", "values"},
  expr = "a == 0 ? b : K(a > 0)",
  check = {{"values", "input.dtype == values.dtype", "the dtype of 'input', {input.dtype}"}},
  doc = "0 below 0, 1 above, and values at 0.",
  example = "torch.heaviside(torch.tensor({-1.0, 0.0, 2.0}), torch.tensor({0.5}))", gives = "{0, 0.5, 1}"}

-- ---- divisors, shifts --------------------------------------------------------------

binary("gcd", "gcd_of(a, b)", "The greatest common divisor, at least 0.", {"{12, -9}", "{8, 6}"}, "{4, 3}",
  {types = "integer", tensors = TWO})
binary("lcm", "lcm_of(a, b)", "The least common multiple, at least 0.", {"{4, -3}", "{6, 5}"}, "{12, 15}",
  {types = "integer", tensors = TWO})
binary("bitwise_left_shift", "left_shift_of(a, b)", "input · 2^other; 0 where other is no number of bits.",
  {"{1, 3}", "{4, 1}"}, "{16, 6}", {types = "integer", tensors = "one"})
binary("bitwise_right_shift", "right_shift_of(a, b)", "input / 2^other rounded down; other is a number of bits.",
  {"{16, -3}", "{2, 1}"}, "{4, -2}", {types = "integer", tensors = "one"})

-- ---- the smaller, the larger, the limited ------------------------------------------

-- The gradient goes to input where `chosen` holds, else to other; ties share it.
local function shared(o, chosen)
  local dtype = o.grad.dtype
  local half = o.input:eq(o.other):cast(dtype) * 0.5
  return {input = o.grad * (chosen:cast(dtype) - half),
    other = o.grad * (chosen:logical_not():cast(dtype) + half)}
end
binary("fmin", "fmin_of(a, b)", "The smaller one; NaN where both are. Ties share the gradient.",
  {"{1.0, 5.0}", "{2.0, 4.0}"}, "{1, 4}", {tensors = TWO, inplace = false,
    backward = function(o) return shared(o, o.input:le(o.other):logical_or(o.other:isnan())) end})
binary("fmax", "fmax_of(a, b)", "The larger one; NaN where both are. Ties share the gradient.",
  {"{1.0, 5.0}", "{2.0, 4.0}"}, "{2, 5}", {tensors = TWO, inplace = false,
    backward = function(o) return shared(o, o.input:ge(o.other):logical_or(o.other:isnan())) end})
for _, bound in ipairs {"min", "max"} do
  local name = "clamp_" .. bound
  local doc = bound == "min" and "At least min." or "At most max."
  op {name, ("(input: Tensor, %s: number) -> Tensor"):format(bound), inplace = true, types = "number",
    numbers = "promote", domain = "nonzero", tensors = {"input"},
    composite = function(o) return o.input:clamp {[bound] = o[bound]} end, doc = doc,
    example = ("torch.%s(torch.tensor({1, 5}), 3)"):format(name), gives = bound == "min" and "{3, 5}" or "{1, 3}"}
  op {name .. "_tensor", ("(input: Tensor, %s: Tensor) -> Tensor"):format(bound), lua = name, inplace = true,
    tensors = {"input"},
    composite = function(o) return bound == "min" and o.input:maximum(o.min) or o.input:minimum(o.max) end,
    doc = doc .. " Broadcast.",
    example = ("torch.%s(torch.tensor({1, 5}), torch.tensor({3, 3}))"):format(name),
    gives = bound == "min" and "{3, 5}" or "{1, 3}"}
end
op {"nan_to_num", "(input: Tensor, nan: number = nil, posinf: number = nil, neginf: number = nil) -> Tensor",
  composite = true, inplace = true,
  doc = [[NaN replaced by nan (0), and the infinities by posinf and neginf (the largest and the least number of the
dtype).]],
  example = "torch.nan_to_num(torch.tensor({0 / 0, math.huge}), {posinf = 9})", gives = "{0, 9}"}
op {"native_nan_to_num", "(input: Tensor, nan_: float, posinf: float, neginf: float) -> Tensor", private = true,
  types = "float", expr = "nan_to_num_of(a, nan_, posinf, neginf)", doc = "nan_to_num of floats.",
  backward = function(o) return {input = o.grad:masked_fill(o.input:isfinite():logical_not(), 0)} end}

-- ---- functions of two numbers ------------------------------------------------------

binary("ldexp", "ldexp_of(a, b)", "input · 2^other.", {"{1.0, 3.0}", "{4, -1}"}, "{16, 1.5}",
  {types = "float", result = "float", complex = "a * exp2(b)", cost = true, tensors = TWO,
    backward = function(o)
      return {input = o.grad:ldexp(o.other), other = o.grad * o.out * 0.69314718055994530942}
    end})
binary("logaddexp", "logaddexp_of(a, b)", "log(exp(input) + exp(other)), without overflow.",
  {"{1.0, 100.0}", "{2.0, 100.0}"}, "{2.3133, 100.6931}", {types = "float", cost = true, tensors = TWO, inplace = false,
    complex = "logaddexp_of(a, b)",
    backward = function(o)
      local d = o.input - o.other
      return {input = o.grad * d:sigmoid(), other = o.grad * (-d):sigmoid()}
    end})
binary("logaddexp2", "logaddexp2_of(a, b)", "log2(2^input + 2^other), without overflow.",
  {"{1.0, 100.0}", "{2.0, 100.0}"}, "{2.585, 101}", {types = "float", cost = true, tensors = TWO, inplace = false,
    backward = function(o)
      local d = (o.input - o.other) * 0.69314718055994530942
      return {input = o.grad * d:sigmoid(), other = o.grad * (-d):sigmoid()}
    end})
op {"rsub", "(input: Tensor, other: Tensor, *, alpha: number = 1) -> Tensor", complex = true, numbers = "same",
  tensors = {"input"}, types = "number", method = false, expr = "(T)(b - (T)(alpha * a))",
  doc = "other - alpha · input, broadcast.",
  example = "torch.rsub(torch.ones(2), 3)", gives = "{2, 2}",
  backward = function(o) return {input = o.grad:helper("scale", -o.alpha), other = o.grad:helper("pass")} end}
op {"float_power", "(input: Tensor, exponent: Tensor) -> Tensor", inplace = true, tensors = "one", domain = "positive",
  specialize = {{"complex", "input.is_complex or exponent.is_complex"}},
  composite = function(o)
    local dtype = o.complex and "complex128" or "float64"
    return o.input:cast(dtype):pow(o.exponent:cast(dtype))
  end,
  doc = "input to the power of exponent, computed in float64 (complex128) and given in it.",
  example = "torch.float_power(torch.tensor({2, 3}), 2)", gives = "{4, 9}"}
op {"isclose", "(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = false) -> "
    .. "Tensor", tensors = TWO, specialize = {{"exact", "input.is_float or input.is_complex"}, "equal_nan"},
  check = {{"other", "input.dtype == other.dtype", "the dtype of 'input', {input.dtype}"},
    {"rtol", "rtol >= 0", "a number of at least 0"}, {"atol", "atol >= 0", "a number of at least 0"}},
  composite = function(o)
    local a, b = o.input, o.other
    if not o.exact then a, b = a:cast("float64"), b:cast("float64") end
    local far = (a - b):abs()
    local close = a:eq(b):logical_or(far:isfinite():logical_and(far:le((b * o.rtol):abs() + o.atol)))
    return o.equal_nan and close:logical_or(a:isnan():logical_and(b:isnan())) or close
  end,
  doc = "Whether |input - other| ≤ atol + rtol |other|, or both are equal; with equal_nan NaN is close to NaN.",
  example = "torch.isclose(torch.tensor({1.0, 2.0}), torch.tensor({1.0, 2.1}))", gives = "{true, false}"}

-- ---- fake quantisation -------------------------------------------------------------

op {"native_fake_quantize", "(input: Tensor, scale: Tensor, zero_point: Tensor, quant_min: int, quant_max: int) -> "
    .. "Tensor", private = true, types = "float", domain = "beyond_range",
  expr = "(at_most(at_least(quantize_of(a, b, c), K(quant_min)), K(quant_max)) - c) * b",
  backward = function(o) -- as if nothing was rounded
    local outside = o.input:fake_quantize_outside(o.scale, o.zero_point, o.quant_min, o.quant_max)
    return {input = o.grad:masked_fill(outside, 0)}
  end,
  doc = "input as integers from quant_min to quant_max would have it, broadcast."}
op {"fake_quantize_outside", "(input: Tensor, scale: Tensor, zero_point: Tensor, quant_min: int, quant_max: int) -> "
    .. "Tensor", private = true, types = "float", result = "bool",
  expr = "quantize_of(a, b, c) < K(quant_min) || quantize_of(a, b, c) > K(quant_max)",
  doc = "Whether an element is out of the range of the integers."}
local FLOATS = {"input", "input.is_float", "a float tensor"}
local RANGE = {"quant_max", "quant_min <= quant_max", "a number of at least quant_min"}
op {"fake_quantize_per_tensor_affine", "(input: Tensor, scale: Tensor, zero_point: Tensor, quant_min: int, "
    .. "quant_max: int) -> Tensor", method = false, tensors = {"input"}, amp = {cpu = "float"},
  domain = "beyond_range",
  check = {FLOATS, {"scale", "scale.numel == 1", "one number"}, {"zero_point", "zero_point.numel == 1", "one number"},
    RANGE},
  composite = function(o)
    return o.input:native_fake_quantize(o.scale:reshape {shape = {}}, o.zero_point:reshape {shape = {}}, o.quant_min,
      o.quant_max)
  end,
  doc = [[(clamp(round(input / scale) + zero_point, quant_min, quant_max) - zero_point) · scale: what is left of input
when it is stored as such integers. The gradient passes as if nothing was rounded, and is 0 out of the range.]],
  example = "torch.fake_quantize_per_tensor_affine(torch.tensor({0.26, 9.0}), 0.25, 0, 0, 15)", gives = "{0.25, 3.75}"}
op {"fake_quantize_per_channel_affine", "(input: Tensor, scale: Tensor, zero_point: Tensor, axis: dim, "
    .. "quant_min: int, quant_max: int) -> Tensor", method = false, domain = "beyond_range",
  tensors = {"input", "scale", "zero_point"},
  check = {FLOATS, {"scale", "scale.ndim == 1", "one number for each channel"},
    {"zero_point", "same_shape(scale, zero_point)", "one number for each channel"}, RANGE},
  composite = function(o)
    local shape = o.input.shape:only(o.axis)
    return o.input:native_fake_quantize(o.scale:reshape(shape), o.zero_point:reshape(shape), o.quant_min, o.quant_max)
  end,
  doc = "fake_quantize_per_tensor_affine with a scale and a zero_point for each place along axis.",
  example = "torch.fake_quantize_per_channel_affine(torch.ones(1, 2), torch.tensor({0.3, 0.4}), torch.zeros(2), "
    .. "2, 0, 9)",
  gives = "{{0.9, 0.8}}"}
