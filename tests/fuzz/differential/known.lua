--- For tests/fuzz/differential.lua: differences from PyTorch that are known, each with its reason.
local known = {}

--- Ops that are not compared at all, by their names in Lua.
known.left_out = {
  rrelu = "draws random numbers", dropout = "draws random numbers", multinomial = "draws random numbers",
  bernoulli = "draws random numbers", empty_like = "what the memory held",
  slice_copy = "its last position is included", slice_scatter = "its last position is included",
  slice = "its last position is included", diagonal_scatter = "offsets that leave no diagonal",
}

local COMPLEX <const> = {"dtype complex", "complex numbers are not there"}
local REAL <const> = {"expected real numbers", "complex numbers are not there"}
local BOOL <const> = {"dtype bool", "bool is refused"}
local INTEGERS <const> = {"expected a float tensor", "integers are refused"}
local HALF_COMPLEX <const> = {"want complex32", "there is no complex32"}
local TIES <const> = {"^result 2", "which of equal elements is taken is open"}
local EDGE <const> = {"nan", "outside of its domain"}
local HALF <const> = {"^result", "PyTorch computes places in 16 bits", "16"}
local LIMIT <const> = {"want %-?nan", "the limit at infinity is 0"}
local ROUNDED <const> = {"^result", "16 bits are computed in float32", "16"}
local SLOPES <const> = {"^gradient", "differences of nearly equal float32 numbers", "float32"}
local PADDED <const> = {"nan", "an infinite weight beside what is padded with 0"}
local NOWHERE <const> = {"^result 2", "a window in which no element lies"}
local LARGE <const> = {"want inf", "an exponential that leaves the dtype"}
local EMPTY <const> = {"^result 1 is shape", "kernels without channels or places"}
local CODES <const> = {"expected 0, 1 or 2", "other codes are refused"}

--- By the name of the row: {pattern of the message, reason}. "dtype" as third: only for dtypes that match it.
known.differences = {
  softsign = {{"^result", "|-128| is not in int8", "int8"}, ROUNDED},
  logcumsumexp = {COMPLEX}, scatter_reduce = {COMPLEX}, cummax = {COMPLEX},
  cummin = {COMPLEX}, amin = {COMPLEX}, amax = {COMPLEX}, clamp = {BOOL}, clamp_min = {BOOL}, clamp_max = {BOOL},
  l1_loss = {INTEGERS, ROUNDED},
  mse_loss = {INTEGERS, COMPLEX, ROUNDED}, cross_entropy_soft = {ROUNDED, EDGE},
  soft_margin_loss = {COMPLEX, ROUNDED, LARGE},
  binary_cross_entropy_with_logits = {ROUNDED, LARGE},
  gaussian_nll_loss = {{"'var'", "other shapes are refused"}}, matmul = {{"dtype bool", "bool is refused"}},
  layer_norm = {SLOPES}, igammac = {EDGE}, gelu = {{"want %-?nan", "the limits at infinity"}},
  zeta = {EDGE, {"want inf", "at infinity"}},
  ldexp = {{"want %-?nan", "0 by a power beyond the dtype is 0"}}, softmin = {INTEGERS, COMPLEX},
  remainder = {{"want %-?nan", "a divisor that is no normal number"}},
  max_pool2d = {NOWHERE}, max_pool2d_with_indices = {NOWHERE},
  conv2d = {PADDED, EMPTY}, conv2d_named = {PADDED, EMPTY},
  smooth_l1_loss = {INTEGERS},
  hinge_embedding_loss = {{"is float32, want", "integers give floats, as in other losses"}},
  multilabel_soft_margin_loss = {{"^result", "'input' and 'target' broadcast before the mean"}},
  multilabel_margin_loss = {{"not defined for tensors of dtype int", "integers are refused"}, BOOL},
  batch_norm = {INTEGERS, SLOPES, {"'running_mean'", "running values of other shapes are refused"}},
  embedding = {{"'padding_idx'", "a row that is not there"}, {"'sparse'", "rows counted by their frequency are dense"},
    {"dtype uint8", "tables are of floats"}, {"dtype int", "tables are of floats"},
    {"dtype bool", "tables are of floats"}},
  linear = {{"'bias'", "a bias of other shapes is refused"}},
  poisson_nll_loss = {{"^gradient 2", "the gradient of Stirling's terms where they do not count is 0"}},
  triplet_margin_loss = {{"^result", "16 bits are computed in float32", "16"}},
  logit = {{"want %-?inf", "bounds that cross"}, {"inf, want", "bounds that cross"}},
  polygamma = {{"^result", "at poles PyTorch's sine of a multiple of π is not 0"}},
  bessel_j0 = {LIMIT}, bessel_j1 = {LIMIT}, bessel_y0 = {LIMIT}, bessel_y1 = {LIMIT},
  airy_ai = {{"^result", "PyTorch has six digits there"}},
  softmax = {INTEGERS, COMPLEX}, log_softmax = {INTEGERS, COMPLEX},
  as_strided_scatter = {{"^result", "of inputs that are not contiguous it is the copy that is looked into"},
    {"^gradient", "PyTorch gives the input the gradient of what was written over it"}},
  clamp_tensor = {{"^gradient", "a number equal to its bound takes all of the gradient"}},
  cumprod = {{"nan", "products of infinite complex numbers", "complex"}},
  matrix_norm = {{"expected finite numbers", "no singular values of what is infinite"}},
  lcm = {{"^result", "beyond the range of the dtype", "int"}},
  fake_quantize_per_tensor_affine = {{"^result", "scales of 16 bits are computed with in float32", "16"},
    {"^result", "PyTorch cuts a fraction off the zero point"}},
  complex = {HALF_COMPLEX}, polar = {HALF_COMPLEX}, view_as_complex = {{"got float16", "there is no complex32"}},
  topk = {TIES, {"for a 0%-dimensional tensor", "one element is all that there is"}},
  acosh = {EDGE}, signbit = {{"^result", "the sign of NaN is open"}},
  copysign = {{"^result", "the sign of NaN is open"}},
  nextafter = {{"no gradient", "PyTorch gives one of zeros"}, {"expected float32", "16 bits are refused"}},
  grid_sample = {HALF}, grid_sampler = {HALF, CODES},
  grid_sampler_2d = {HALF, CODES, {"dtype int", "integers are refused"}},
  grid_sampler_3d = {HALF, CODES},
  index_add = {{"'alpha'", "a fraction for integers is refused"}},
  adjoint = {{"at least 2 dimensions", "matrices alone"}},
  sgn = {{"want %-?nan", "infinite complex numbers"}, {"want %-?inf", "the size of tiny complex numbers is 0 there"}},
  mean = {{"want %-?nan", "infinite complex numbers"}},
  silu = {{"want %-?nan", "the limit at -inf is 0"}},
}

for _, kind in ipairs {"chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v",
  "chebyshev_polynomial_w", "hermite_polynomial_h", "hermite_polynomial_he", "legendre_polynomial_p",
  "laguerre_polynomial_l"} do
  local open = {"nan", "infinities and degrees that are no number"}
  local high = {"^result", "degrees of a hundred, of integers", "int"}
  known.differences[kind], known.differences["shifted_" .. kind] = {open, high}, {open, high}
end

-- Of all ops.
local EVERYWHERE <const> = {
  {"inf, want %-?nan", "products of infinite complex numbers", "complex"},
  {"nan, want %-?inf", "products of infinite complex numbers", "complex"},
  {"^refused.*'index' %(argument 3%)", "an index without elements has the dimensions of input", nil},
}

local function holds(entry, c, why)
  return why:find(entry[1]) ~= nil and (entry[3] == nil or c.dtype:find(entry[3]) ~= nil)
end

--- Whether a difference is known.
function known.allows(c, why)
  for _, entry in ipairs(known.differences[c.row.name] or {}) do
    if holds(entry, c, why) then return true end
  end
  for _, entry in ipairs(EVERYWHERE) do
    if holds(entry, c, why) then return true end
  end
  return false
end

return known
