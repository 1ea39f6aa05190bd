-- Special functions: torch.special, and those of them that torch has too. device/special_math.h computes them.
local SPECIAL, BOTH = "torch.special", {"torch", "torch.special"}

local function unary(name, module, expr, doc, example, gives, rest)
  local row = {name, "(input: Tensor) -> Tensor", module = module, method = module == BOTH, inplace = module == BOTH,
    types = "float", result = "float", cost = true, expr = expr, doc = doc, gives = gives,
    example = ("torch.%s%s(torch.tensor(%s))"):format(module == BOTH and "" or "special.", name, example)}
  for k, v in pairs(rest or {}) do row[k] = v end
  op(row)
end
local function binary(name, module, expr, doc, examples, gives, rest)
  local row = {name, "(input: Tensor, other: Tensor) -> Tensor", module = module, method = module == BOTH,
    inplace = module == BOTH, types = "float", result = "float", cost = true, expr = expr, doc = doc, gives = gives,
    example = ("torch.%s%s(torch.tensor(%s), torch.tensor(%s))"):format(module == BOTH and "" or "special.", name,
      examples[1], examples[2])}
  for k, v in pairs(rest or {}) do row[k] = v end
  op(row)
end

-- ---- the error function, the normal distribution -----------------------------------

unary("erfinv", BOTH, "ERFINV(a)", "The x of which erf(x) = input; from -1 to 1.", "{0.0, 0.5}", "{0, 0.4769}",
  {domain = "unit", amp = {cuda = "float"},
    backward = function(o) return {input = o.grad * ((o.out * o.out):exp() * 0.88622692545275801365)} end})
unary("erfcx", SPECIAL, "erfcx_of(a)", "exp(x²) erfc(x), which does not become 0.", "{0.0, 100.0}", "{1, 0.0056}", {
  backward = function(o) return {input = o.grad * (o.input * o.out * 2 - 1.1283791670955125739)} end})
unary("ndtr", SPECIAL, "K(0.5) * erfc(a * K(-0.70710678118654752440))",
  "Φ(x), the distribution function of the normal law.", "{0.0, 1.0}", "{0.5, 0.8413}", {
  backward = function(o) return {input = o.grad * ((o.input * o.input * -0.5):exp() * 0.3989422804014326779)} end})
unary("ndtri", SPECIAL, "ndtri_of(a)", "The x of which Φ(x) = input; from 0 to 1.", "{0.5, 0.975}", "{0, 1.96}", {
  domain = "unit",
  backward = function(o) return {input = o.grad * ((o.out * o.out * 0.5):exp() * 2.5066282746310005024)} end})
unary("log_ndtr", SPECIAL, "log_ndtr_of(a)", "log Φ(x), also where Φ(x) is 0.", "{0.0, -100.0}",
  "{-0.6931, -5005.5244}", {
  backward = function(o) return {input = o.grad * o.input:log_ndtr_slope()} end})
op {"log_ndtr_slope", "(input: Tensor) -> Tensor", private = true, types = "float", cost = true,
  expr = "log_ndtr_slope(a)", doc = "φ(x) / Φ(x), the slope of log_ndtr.",
  backward = function(o) return {input = -(o.grad * o.out * (o.input + o.out))} end}

-- ---- logarithms --------------------------------------------------------------------

unary("entr", SPECIAL, "choose(a == 0, K(0), choose(a < 0, K(-INFINITY), -a * log(a)))",
  "-x log(x), a part of the entropy; 0 of 0, -infinity below it.", "{0.0, 0.5}", "{0, 0.3466}", {domain = "positive",
  backward = function(o) return {input = -(o.grad * (o.input:log() + 1))} end})
-- What log(0) or log(-1) would make NaN.
local function where_not(o, no_log, slope) return o.grad * slope:masked_fill(o.input:eq(0):logical_and(no_log), 0) end
binary("xlogy", BOTH, "choose((a == 0) & (b == b), K(0), a * log(b))", "input · log(other); 0 where input is 0.",
  {"{0.0, 2.0}", "{0.0, 3.0}"}, "{0, 2.1972}", {tensors = "one", domain = "positive",
  backward = function(o)
    return {input = where_not(o, o.other:le(0), o.other:helper("as_float", o.grad):log()),
      other = o.grad * o.input / o.other}
  end})
binary("xlog1py", SPECIAL, "choose((a == 0) & (b == b), K(0), a * log1p(b))",
  "input · log(1 + other); 0 where input is 0.", {"{0.0, 2.0}", "{-1.0, 3.0}"}, "{0, 2.7726}", {tensors = "one",
  domain = "positive",
  backward = function(o)
    return {input = where_not(o, o.other:le(-1), o.other:helper("as_float", o.grad):log1p()),
      other = o.grad * o.input / (o.other + 1)}
  end})
op {"native_logit", "(input: Tensor) -> Tensor", private = true, types = "float", result = "float", cost = true,
  domain = "unit", expr = "log(a / (1 - a))", doc = "logit.",
  backward = function(o) return {input = o.grad / (o.input * (1 - o.input))} end}
op {"logit", "(input: Tensor, eps: float = -1) -> Tensor", module = BOTH, inplace = true, domain = "unit",
  specialize = {eps = {-1}},
  composite = function(o)
    if o.eps == -1 then return o.input:native_logit() end
    return o.input:clamp(o.eps, 1 - o.eps):native_logit()
  end,
  backward = function(o) -- at the bounds too, where clamp has none
    local x = o.input
    local slope = o.grad / (x * (1 - x))
    if o.eps == -1 then return {input = slope} end
    return {input = slope:masked_fill(x:lt(o.eps):logical_or(x:gt(1 - o.eps)), 0)}
  end,
  doc = "log(x / (1 - x)), the inverse of sigmoid, of x limited to [eps, 1 - eps] where eps is given, from 0 on.",
  example = "torch.logit(torch.tensor({0.5, 0.9}))", gives = "{0, 2.1972}"}
-- The derivative of sin(x) / x, whose value is j0: beside 0 it is a series, for the difference would have no digits.
local function j0_slope(x, j0)
  local near = x:abs():lt(0.5)
  local small, large = x:masked_fill(near:logical_not(), 0), x:masked_fill(near, 1)
  local square = small * small
  local series = 1
  for _, divisor in ipairs {238, 180, 130, 88, 54, 28, 10} do series = 1 - square * series / divisor end
  return torch.where(near, small * series / -3, (large:cos() - j0) / large)
end
op {"sinc", "(input: Tensor) -> Tensor", module = BOTH, types = "float", result = "float", inplace = true, cost = true,
  expr = "choose(a == 0, K(1), sin(a * K(3.14159265358979323846)) / (a * K(3.14159265358979323846)))",
  complex = "a == 0 ? (T)1 : sin(a * (REAL)3.14159265358979323846) / (a * (REAL)3.14159265358979323846)",
  doc = "sin(π x) / (π x), and 1 of 0.", example = "torch.sinc(torch.tensor({0.0, 0.5}))", gives = "{1, 0.6366}",
  backward = function(o)
    local x = o.input * 3.14159265358979323846
    return {input = o.grad * (j0_slope(x, o.input:sinc()) * 3.14159265358979323846)}
  end}

-- ---- the gamma function ------------------------------------------------------------

unary("lgamma", "torch", "lgamma(a)", "log |Γ(x)|.", "{0.5, 5.0}", "{0.5724, 3.1781}", {
  example = "torch.lgamma(torch.tensor({0.5, 5.0}))", method = true, inplace = true, domain = "positive",
  backward = function(o) return {input = o.grad * o.input:digamma()} end})
unary("digamma", BOTH, "digamma_of(a)", "ψ(x), the derivative of log Γ(x).", "{1.0, 2.0}", "{-0.5772, 0.4228}", {
  domain = "positive", backward = function(o) return {input = o.grad * o.input:native_polygamma(1)} end})
op {"polygamma", "(n: int, input: Tensor) -> Tensor", module = BOTH, method = false, tensors = {"input"},
  check = {{"n", "n >= 0", "a number of at least 0"}},
  composite = function(o) return o.input:native_polygamma(o.n) end,
  doc = "The derivative number n of ψ(x).", example = "torch.polygamma(1, torch.tensor({1.0, 2.0}))",
  gives = "{1.6449, 0.6449}"}
op {"native_polygamma", "(input: Tensor, order: int) -> Tensor", private = true, types = "float", result = "float",
  cost = true, domain = "positive", expr = "polygamma_of(order, a)", doc = "polygamma, the tensor first.",
  backward = function(o) return {input = o.grad * o.input:native_polygamma(o.order + 1)} end}
op {"mvlgamma", "(input: Tensor, p: int) -> Tensor", inplace = true,
  check = {{"p", "p >= 1 and p <= 1000000", "a number from 1 to 1000000"}},
  composite = function(o) return o.input:native_mvlgamma(o.p) end,
  doc = "The logarithm of the gamma function of matrices of p × p (Wishart's law).",
  example = "torch.mvlgamma(torch.tensor({2.0, 3.0}), 2)", gives = "{0.4516, 1.5502}"}
op {"native_mvlgamma", "(input: Tensor, size: int) -> Tensor", private = true, types = "float", result = "float",
  cost = true, domain = "above_one", expr = "mvlgamma_of(a, size)", doc = "mvlgamma.",
  backward = function(o) return {input = o.grad * o.input:native_mvpolygamma(0, o.size)} end}
op {"native_mvpolygamma", "(input: Tensor, order: int, size: int) -> Tensor", private = true, types = "float",
  cost = true, domain = "above_one", expr = "mvpolygamma_of(a, order, size)",
  doc = "The derivative number order + 1 of mvlgamma.",
  backward = function(o) return {input = o.grad * o.input:native_mvpolygamma(o.order + 1, o.size)} end}
-- x^(a - 1) exp(-x) / Γ(a), the slope of the gamma distribution.
local function gamma_density(o)
  return o.grad * (o.other:log() * (o.input - 1) - o.other - o.input:helper("as_float", o.grad):lgamma()):exp()
end
binary("igamma", "torch", "igamma_of(a, b)", "P(a, x): the share of the integral of Γ(a) from 0 to x.",
  {"{1.0, 4.0}", "{1.0, 5.0}"}, "{0.6321, 0.735}", {tensors = {"input", "other"}, method = true, inplace = true,
  example = "torch.igamma(torch.tensor({1.0, 4.0}), torch.tensor({1.0, 5.0}))", result = "promote",
  backward = function(o) return {input = o.grad:helper("no_gradient", 0), other = gamma_density(o)} end})
binary("igammac", "torch", "igammac_of(a, b)", "Q(a, x) = 1 - P(a, x): the share from x to ∞.",
  {"{1.0, 4.0}", "{1.0, 5.0}"}, "{0.3679, 0.265}", {tensors = {"input", "other"}, method = true, inplace = true,
  example = "torch.igammac(torch.tensor({1.0, 4.0}), torch.tensor({1.0, 5.0}))", result = "promote",
  backward = function(o) return {input = o.grad:helper("no_gradient", 0), other = -gamma_density(o)} end})
binary("zeta", SPECIAL, "zeta_of(a, b)", "Hurwitz' zeta function: Σ (other + k)^-input over k ≥ 0.",
  {"{2.0, 4.0}", "{1.0, 1.0}"}, "{1.6449, 1.0823}", {tensors = "one",
  backward = function(o)
    return {input = o.grad:helper("no_gradient", 0), other = -(o.grad * o.input * (o.input + 1):zeta(o.other))}
  end})

-- ---- Bessel functions --------------------------------------------------------------

-- out / x, and 1/2 at 0, where the functions of order 1 that are made of it have this slope.
local function divided(o, slope)
  local zero = o.input:eq(0)
  return o.grad * torch.where(zero, 0.5, slope - o.out / o.input:masked_fill(zero, 1))
end
-- I0 and I1 have two names.
for _, row in ipairs {{"i0", BOTH}, {"modified_bessel_i0", SPECIAL}} do
  unary(row[1], row[2], "i0_of(a)", "I₀(x), the modified Bessel function of the first kind.", "{0.0, 1.0}",
    "{1, 1.2661}", {backward = function(o) return {input = o.grad * o.input:i1()} end})
end
for _, name in ipairs {"i1", "modified_bessel_i1"} do
  unary(name, SPECIAL, "i1_of(a)", "I₁(x), the modified Bessel function of the first kind of order 1.", "{0.0, 1.0}",
    "{0, 0.5652}", {backward = function(o) return {input = divided(o, o.input:i0())} end})
end
unary("i0e", SPECIAL, "i0e_of(a)", "exp(-|x|) I₀(x).", "{0.0, 1.0}", "{1, 0.4658}", {
  backward = function(o) return {input = o.grad * (o.input:i1e() - o.input:sign() * o.out)} end})
unary("i1e", SPECIAL, "i1e_of(a)", "exp(-|x|) I₁(x).", "{0.0, 1.0}", "{0, 0.2079}", {
  backward = function(o) return {input = divided(o, o.input:i0e() - o.input:sign() * o.out)} end})
unary("modified_bessel_k0", SPECIAL, "k0_of(a)", "K₀(x), the modified Bessel function of the second kind.",
  "{1.0, 2.0}", "{0.421, 0.1139}", {domain = "positive",
  backward = function(o) return {input = -(o.grad * o.input:modified_bessel_k1())} end})
unary("modified_bessel_k1", SPECIAL, "k1_of(a)", "K₁(x), the modified Bessel function of the second kind of order 1.",
  "{1.0, 2.0}", "{0.6019, 0.1399}", {domain = "positive",
  backward = function(o) return {input = -(o.grad * (o.input:modified_bessel_k0() + o.out / o.input))} end})
unary("scaled_modified_bessel_k0", SPECIAL, "k0e_of(a)", "exp(x) K₀(x).", "{1.0, 2.0}", "{1.1445, 0.8416}", {
  domain = "positive",
  backward = function(o) return {input = o.grad * (o.out - o.input:scaled_modified_bessel_k1())} end})
unary("scaled_modified_bessel_k1", SPECIAL, "k1e_of(a)", "exp(x) K₁(x).", "{1.0, 2.0}", "{1.6362, 1.0335}", {
  domain = "positive",
  backward = function(o)
    return {input = o.grad * (o.out - o.input:scaled_modified_bessel_k0() - o.out / o.input)}
  end})
unary("bessel_j0", SPECIAL, "j0((double)a)", "J₀(x), the Bessel function of the first kind.", "{0.0, 1.0}",
  "{1, 0.7652}", {backward = function(o) return {input = -(o.grad * o.input:bessel_j1())} end})
unary("bessel_j1", SPECIAL, "j1((double)a)", "J₁(x), the Bessel function of the first kind of order 1.", "{0.0, 1.0}",
  "{0, 0.4401}", {backward = function(o) return {input = divided(o, o.input:bessel_j0())} end})
unary("bessel_y0", SPECIAL, "y0((double)a)", "Y₀(x), the Bessel function of the second kind.", "{1.0, 2.0}",
  "{0.0883, 0.5104}", {domain = "positive",
  backward = function(o) return {input = -(o.grad * o.input:bessel_y1())} end})
unary("bessel_y1", SPECIAL, "y1((double)a)", "Y₁(x), the Bessel function of the second kind of order 1.",
  "{1.0, 2.0}", "{-0.7812, -0.107}", {domain = "positive",
  backward = function(o) return {input = o.grad * (o.input:bessel_y0() - o.out / o.input)} end})
unary("spherical_bessel_j0", SPECIAL, "spherical_j0_of(a)", "sin(x) / x, and 1 of 0.", "{0.0, 1.0}", "{1, 0.8415}", {
  backward = function(o) return {input = o.grad * j0_slope(o.input, o.input:spherical_bessel_j0())} end})

unary("airy_ai", SPECIAL, "airy_of(a)", "Ai(x), Airy's function.", "{0.0, 1.0}", "{0.355, 0.1353}", {
  backward = function(o) return {input = o.grad * o.input:airy_slope()} end})
op {"airy_slope", "(input: Tensor) -> Tensor", private = true, types = "float", result = "float", cost = true,
  expr = "airy_slope_of(a)", doc = "The derivative of airy_ai.",
  backward = function(o) return {input = o.grad * (o.input * o.input:airy_ai())} end}

-- ---- orthogonal polynomials --------------------------------------------------------

-- The families in the order of device/special/polynomial.h; 8 more: of 2 x - 1 in place of x.
local POLYNOMIALS = {
  {"chebyshev_polynomial_t", 0, "Chebyshev's polynomial of the first kind", "{-0.5, 1}"},
  {"chebyshev_polynomial_u", 1, "Chebyshev's polynomial of the second kind", "{0, 3}"},
  {"chebyshev_polynomial_v", 2, "Chebyshev's polynomial of the third kind", "{-1, 1}"},
  {"chebyshev_polynomial_w", 3, "Chebyshev's polynomial of the fourth kind", "{1, 5}"},
  {"hermite_polynomial_h", 4, "Hermite's polynomial of physics", "{-1, 2}"},
  {"hermite_polynomial_he", 5, "Hermite's polynomial of probability", "{-0.75, 0}"},
  {"laguerre_polynomial_l", 6, "Laguerre's polynomial", "{0.125, -0.5}"},
  {"legendre_polynomial_p", 7, "Legendre's polynomial", "{-0.125, 1}"},
  {"shifted_chebyshev_polynomial_t", 8, "Chebyshev's polynomial of the first kind at 2 input - 1", "{-1, 1}"},
  {"shifted_chebyshev_polynomial_u", 9, "Chebyshev's polynomial of the second kind at 2 input - 1", "{-1, 3}"},
  {"shifted_chebyshev_polynomial_v", 10, "Chebyshev's polynomial of the third kind at 2 input - 1", "{-1, 1}"},
  {"shifted_chebyshev_polynomial_w", 11, "Chebyshev's polynomial of the fourth kind at 2 input - 1", "{-1, 5}"},
}
for _, row in ipairs(POLYNOMIALS) do
  local name, family, doc, gives = row[1], row[2], row[3], row[4]
  op {name, "(input: Tensor, n: Tensor) -> Tensor", module = SPECIAL, method = false, types = "float", result = "float",
    cost = true, tensors = "one", domain = "polynomial", expr = ("polynomial_of(%d, a, b, 0)"):format(family),
    doc = doc .. ", of degree n (rounded toward 0); 0 where n < 0.",
    example = ("torch.special.%s(torch.tensor({0.5, 1.0}), 2)"):format(name), gives = gives,
    backward = function(o)
      return {input = o.grad * o.input:native_polynomial(o.n, family, 1), n = o.grad:helper("no_gradient", 1)}
    end}
end
op {"native_polynomial", "(input: Tensor, n: Tensor, family: int, order: int) -> Tensor", private = true,
  types = "float", result = "float", cost = true, domain = "polynomial",
  expr = "polynomial_of((int)family, a, b, order)", doc = "The derivative of this order of a polynomial.",
  backward = function(o)
    return {input = o.grad * o.input:native_polynomial(o.n, o.family, o.order + 1), n = o.grad:helper("no_gradient", 1)}
  end}
