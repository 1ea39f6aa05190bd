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
local BOOL <const> = {"dtype bool", "bool is refused"}
local INTEGERS <const> = {"expected a float ", "integers are refused"}
local NUMBERS <const> = {"not defined for tensors of dtype", "integers and complex numbers are refused"}
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
local NO_KERNEL <const> = {"an empty kernel", "kernels without places are refused"}
local CODES <const> = {"expected 0, 1 or 2", "other codes are refused"}

--- By the name of the row: {pattern of the message, reason}. "dtype" as third: only for dtypes that match it.
known.differences = {
  softsign = {{"^result", "|-128| is not in int8", "int8"}, ROUNDED},
  cummax = {COMPLEX}, scatter_reduce = {
    {"expected real numbers", "PyTorch takes complex ones only of no elements"},
    {"^gradient", "PyTorch has no gradient of complex products, and in place a wrong one", "complex"}},
  cummin = {COMPLEX}, amin = {COMPLEX}, amax = {COMPLEX}, clamp = {BOOL}, clamp_min = {BOOL}, clamp_max = {BOOL},
  l1_loss = {INTEGERS, ROUNDED, SLOPES, {"^gradient", "differences of nearly equal numbers", "complex64"}},
  sinc = {SLOPES},
  mse_loss = {INTEGERS, COMPLEX, ROUNDED}, cross_entropy_soft = {ROUNDED, EDGE},
  soft_margin_loss = {COMPLEX, ROUNDED, LARGE},
  binary_cross_entropy_with_logits = {ROUNDED, LARGE},
  gaussian_nll_loss = {{"'var'", "other shapes are refused"}}, matmul = {{"dtype bool", "bool is refused"}},
  layer_norm = {SLOPES}, igammac = {EDGE}, gelu = {{"want %-?nan", "the limits at infinity"}},
  zeta = {EDGE, {"want inf", "at infinity"}},
  ldexp = {{"want %-?nan", "0 by a power beyond the dtype is 0"}}, softmin = {INTEGERS, COMPLEX},
  remainder = {{"want %-?nan", "a divisor that is no normal number"}},
  max_pool2d = {NOWHERE}, max_pool2d_with_indices = {NOWHERE},
  conv2d = {PADDED, EMPTY, NO_KERNEL}, conv2d_named = {PADDED, EMPTY, NO_KERNEL},
  smooth_l1_loss = {INTEGERS},
  hinge_embedding_loss = {{"is float32, want", "integers give floats, as in other losses"}},
  multilabel_soft_margin_loss = {
    {"^result", "'input' and 'target' broadcast before the mean", nil, "broadcast"}, ROUNDED},
  multilabel_margin_loss = {{"element", "of no rows PyTorch gives what memory held", nil, "nothing"},
    {"^refused.*'target'", "one class for one row has its dimension"},
    {"not defined for tensors of dtype u?int", "integers are refused"}, BOOL, COMPLEX},
  batch_norm = {INTEGERS, SLOPES, {"'running_mean'", "running values of other shapes are refused"},
    {"'bias'", "a bias of other shapes is refused"}},
  embedding = {{"'padding_idx'", "a row that is not there"}, {"'sparse'", "rows counted by their frequency are dense"},
    {"dtype uint8", "tables are of floats"}, {"dtype int", "tables are of floats"},
    {"dtype bool", "tables are of floats"}},
  linear = {{"'bias'", "a bias of other shapes is refused"}, BOOL},
  poisson_nll_loss = {ROUNDED, {"^gradient 2", "the gradient of Stirling's terms where they do not count is 0"}},
  triplet_margin_loss = {{"^result", "16 bits are computed in float32", "16"}},
  logit = {{"want %-?inf", "bounds that cross"}, {"inf, want", "bounds that cross"}},
  polygamma = {{"^result", "at poles PyTorch's sine of a multiple of π is not 0", nil, "poles"},
    {"is inf", "what 16 bits round to a pole", "16"}},
  bessel_j0 = {LIMIT}, bessel_j1 = {LIMIT}, bessel_y0 = {LIMIT}, bessel_y1 = {LIMIT},
  airy_ai = {LIMIT, {"^result", "PyTorch has six digits there", nil, "six_digits"},
    {"^gradient", "PyTorch has six digits there", nil, "six_digits"}},
  softmax = {INTEGERS, COMPLEX}, log_softmax = {INTEGERS, COMPLEX},
  as_strided_scatter = {{"^result", "of inputs that are not contiguous it is the copy that is looked into", nil,
    "permuted"},
    {"^gradient", "PyTorch gives the input the gradient of what was written over it"}},
  clamp_tensor = {{"^gradient", "a number equal to its bound takes all of the gradient"}},
  cumprod = {{"_: the result is int64", "products of bool are int64, in place too", "bool"},
    {"nan", "products of infinite complex numbers", "complex"}},
  cumsum = {{"_: the result is int64", "sums of bool are int64, in place too", "bool"}},
  matrix_norm = {{"expected finite numbers", "no singular values of what is infinite"}},
  lcm = {{"^result", "beyond the range of the dtype", "int", "large"}},
  fake_quantize_per_tensor_affine = {{"^result", "scales of 16 bits are computed with in float32", "16"},
    {"^result", "PyTorch cuts a fraction off the zero point"}},
  complex = {HALF_COMPLEX, {"complex32", "there is no complex32"}},
  gcd = {{"^result", "the sign of -128", "int", "large"}},
  rsqrt = {{"nan, want inf", "of the complex 0", "complex"}},
  polar = {HALF_COMPLEX}, view_as_complex = {{"got float16", "there is no complex32"}},
  div_rounded = {ROUNDED}, mm = {BOOL}, mv = {BOOL}, cosine_similarity = {ROUNDED}, margin_ranking_loss = {ROUNDED},
  topk = {TIES, {"^result 1", "the order is open", nil, "unsorted"},
    {"for a 0%-dimensional tensor", "one element is all that there is"}},
  as_strided = {{"^result", "PyTorch's copy of what is not in order, which is changed in place, is not either", nil,
    "permuted"}},
  acosh = {EDGE}, mvlgamma = {EDGE, ROUNDED, {"want inf", "below its domain", "16", "negative"}},
  nll_loss = {{"'weight'", "weights of two dimensions are refused"}}, addmm = {BOOL},
  signbit = {{"^result", "the sign of NaN is open", nil, "infinite"}},
  copysign = {{"^result", "the sign of NaN is open", nil, "infinite"}},
  nextafter = {{"no gradient", "PyTorch gives one of zeros"}},
  grid_sample = {HALF, NUMBERS}, grid_sampler = {HALF, CODES, NUMBERS},
  grid_sampler_2d = {HALF, CODES, NUMBERS},
  grid_sampler_3d = {HALF, CODES},
  index_add = {{"'alpha'", "a fraction for integers is refused"}},
  adjoint = {{"at least 2 dimensions", "matrices alone"}},
  sgn = {{"want %-?nan", "infinite complex numbers"}, {"want %-?inf", "the size of tiny complex numbers is 0 there"}},
  mean = {{"want %-?nan", "infinite complex numbers"}},
  silu = {{"want %-?nan", "the limit at -inf is 0"}},
}

-- Elements at the edges of the dtype, where PyTorch's own kernels differ among each other.
local EDGES <const> = {"element", "NaN, infinities and numbers at the edges of the dtype", nil, "wild"}
for _, name in ipairs {"ctc_loss", "fmod", "huber_loss", "kl_div", "cosine_embedding_loss", "multi_margin_loss",
  "igamma", "fake_quantize_per_channel_affine", "poisson_nll_loss", "chebyshev_polynomial_u", "chebyshev_polynomial_v",
  "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v", "addcdiv", "triplet_margin_loss",
  "binary_cross_entropy_with_logits"} do
  local list = known.differences[name] or {}
  known.differences[name] = list
  list[#list + 1] = EDGES
end

local NO_FREEDOM <const> = {"^gradient.*inf, want inf", "a division by 0 degrees of freedom has a sign"}
local ONE_COMPLEX <const> = {"^gradient.*[nai][naf][nf], want", "the deviation of too few complex numbers", "complex"}
for _, name in ipairs {"var", "var_unbiased", "var_of_all", "std", "std_unbiased", "std_of_all"} do
  local list = known.differences[name] or {}
  known.differences[name] = list
  list[#list + 1], list[#list + 2] = ONE_COMPLEX, NO_FREEDOM
end

for _, name in ipairs {"logical_not", "logical_and", "logical_or", "logical_xor", "nextafter"} do
  local list = known.differences[name] or {}
  known.differences[name] = list
  list[#list + 1] = {"^gradient.*is %-?0.0, want", "in place PyTorch gives the slope of what was written over"}
end

-- Functions of Lua.
local NO_WINDOW <const> = {"expected a floating%-point dtype", "complex windows are refused"}
local SPECTRUM <const> = {"element", "sums of infinite numbers in another order", nil, "wild"}
local PADDED_WILD <const> = {"element", "infinite numbers beside what is padded, or in another order", nil, "wild"}
local IN_RANGE <const> = {"^result", "PyTorch adds in the range of the dtype", "int"}
local NOTHING <const> = {"", "what stands for the middle of no elements is open", nil, "nothing"}
local NO_BOOL <const> = {"dtype bool", "bool is refused"}
local NO_ORDER <const> = {"dtype complex", "PyTorch takes complex numbers only of no elements"}
local NO_FLOATS <const> = {"expected floats", "PyTorch takes integers only of no elements"}
local REAL <const> = {"want complex", "variances of complex numbers are real, as those of torch.var"}
local NO_SLOPE <const> = {"^gradient.*nan", "the deviation of too few: no slope for what the mask leaves out"}
local functions = {
  addbmm = {ROUNDED, SPECTRUM, NO_BOOL,
    {"^refused: .*copy_: the result has shape", "PyTorch makes the tensor larger in place"}},
  addmv = {NO_BOOL, {"^result 1 is shape", "a product without columns: PyTorch does not broadcast input"}},
  addr = {NO_BOOL, ROUNDED}, ["linalg.vecdot"] = {ROUNDED}, einsum = {NO_BOOL},
  inner = {NO_BOOL}, tensordot = {NO_BOOL}, baddbmm = {ROUNDED, NO_BOOL},
  chain_matmul = {SPECTRUM, NO_BOOL, ROUNDED}, ["linalg.multi_dot"] = {SPECTRUM, NO_BOOL, ROUNDED},
  bilinear = {SPECTRUM, NO_BOOL},
  bartlett_window = {NO_WINDOW}, blackman_window = {NO_WINDOW}, hamming_window = {NO_WINDOW}, hann_window = {NO_WINDOW},
  block_diag = {{"^gradient", "PyTorch's gradient is off behind an empty block"}},
  cdist = {{"nan", "NaN counts as different, and stays in the largest", nil, "infinite"}}, corrcoef = {SLOPES},
  ["linalg.householder_product"] = {SLOPES, {"^gradient", "products of large complex64 numbers", "complex64"}},
  ["nn.functional.triplet_margin_with_distance_loss"] = {ROUNDED, SPECTRUM},
  pdist = {{"want %-?nan", "NaN counts as different", nil, "infinite"}},
  gradient = {SPECTRUM, {"^result", "PyTorch subtracts in the range of the dtype", "int"}},
  trapezoid = {SPECTRUM, NOTHING, IN_RANGE}, cumulative_trapezoid = {SPECTRUM, NOTHING, IN_RANGE},
  histc = {{"^result", "PyTorch computes the bins in 16 bits", "16"}},
  histogram = {{"^result", "PyTorch computes the bins in 16 bits", "16"}},
  index_reduce = {COMPLEX, {"^gradient", "PyTorch's in place are not conjugated", "complex"}}, kthvalue = {TIES},
  ["linalg.cholesky"] = {{"^gradient",
    "the imaginary parts of the diagonal have no slope", "complex"}},
  ["linalg.cholesky_ex"] = {{"^gradient", "the imaginary parts of the diagonal have no slope", "complex"}},
  cholesky = {{"^gradient", "the imaginary parts of the diagonal have no slope", "complex"}},
  ["linalg.matrix_exp"] = {{"^gradient", "exponentials of large float32 numbers", "32"},
    {"^gradient", "exponentials of large float32 numbers", "complex64"}},
  matrix_exp = {{"^gradient", "exponentials of large float32 numbers", "32"},
    {"^gradient", "exponentials of large float32 numbers", "complex64"}},
  linspace = {NO_BOOL, {"^result", "whole numbers that PyTorch misses by the rounding of its step", "int"},
    {"^result", "numbers beyond the range of the dtype", "uint8"}},
  logspace = {NO_BOOL, {"^result", "numbers beyond the range of the dtype", "uint8"}},
  median = {TIES, NOTHING, {"^gradient", "which of equal elements has the slope is open"}},
  mode = {{"dtype complex", "complex numbers are not there"}, {"element", "how often NaN is", nil, "infinite"}, TIES},
  nanmedian = {TIES, NOTHING, {"^gradient", "which of equal elements has the slope is open"}},
  quantile = {SPECTRUM, {"^gradient 2", "the slope by q at a bound"}},
  nanquantile = {SPECTRUM, {"^gradient 2", "the slope by q at a bound"}},
  ["nn.functional.avg_pool3d"] = {{"unknown option 'out'", "an argument that PyTorch does not describe"}},
  ["nn.functional.embedding_bag"] = {{"element", "NaN stays", nil, "infinite"}},
  ["nn.functional.group_norm"] = {SLOPES, ROUNDED, SPECTRUM,
    {"^result", "PyTorch takes the mean off behind a product, which costs digits", "float32"}},
  ["nn.functional.scaled_dot_product_attention"] = {SPECTRUM, SLOPES},
  ["nn.functional.conv3d"] = {{"^result", "PyTorch's bfloat16 gives other numbers from run to run", "bfloat16"}},
  ["nn.functional.interpolate/bicubic"] = {PADDED_WILD, {"^refused", "integers but bytes are refused", "int"},
    {"^refused", "complex numbers are refused", "complex"}, {"got bool", "truth values are refused"}},
  prod = {ROUNDED}, ["masked.logsumexp"] = {SPECTRUM}, ["masked.normalize"] = {SLOPES},
  clip = {BOOL}, histogramdd = {{"^result", "PyTorch computes the bins in 16 bits", "16"}},
  kaiser_window = {NO_WINDOW}, trapz = {SPECTRUM, NOTHING, IN_RANGE, ROUNDED},
  group_norm = {SLOPES},
  kl_div = {{"^result 1 is shape", "of torch.kl_div without a reduction PyTorch 2.15 gives each loss"}},
  ["special.gammainc"] = {SPECTRUM}, ["special.gammaincc"] = {SPECTRUM}, ["fft.hfft2"] = {SPECTRUM},
  ["linalg.eig"] = {SLOPES, {"^gradient", "differences of nearly equal eigenvalues", "complex64"}},
  orgqr = {SLOPES, {"^gradient", "products of large complex64 numbers", "complex64"}},
  ["linalg.lstsq/tall"] = {{"^result 2 is shape", "with gelsy PyTorch leaves out the residuals that it documents"}},
  ["masked.prod"] = {ROUNDED}, ["masked.amax"] = {NO_ORDER}, ["masked.amin"] = {NO_ORDER},
  ["masked.median"] = {{"expected real numbers", "PyTorch drops the imaginary parts"}},
  ["masked.softmax"] = {NO_FLOATS}, ["masked.log_softmax"] = {NO_FLOATS}, ["masked.softmin"] = {NO_FLOATS},
  ["masked.var"] = {REAL, NO_SLOPE}, ["masked.std"] = {REAL, NO_SLOPE},
  polar = {{"^gradient 1", "PyTorch takes the size for positive", nil, "negative"}, HALF_COMPLEX,
    {"complex32", "there is no complex32"}},
  std_mean = {SPECTRUM, {"nan, want", "the deviation of one complex number", "complex"}},
  var_mean = {SPECTRUM, {"nan, want", "the deviation of one complex number", "complex"}},
  ["fft.ihfftn"] = {SPECTRUM, {"^result 1 is shape", "PyTorch leaves out empty"}},
  ["fft.ihfft2"] = {SPECTRUM, {"^result 1 is shape", "PyTorch leaves out empty"}},
}
for _, name in ipairs {"fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "ifft2", "rfft2", "irfft2", "fftn",
  "ifftn", "rfftn", "irfftn", "hfftn"} do functions["fft." .. name] = {SPECTRUM} end
local NO_BIAS <const> = {"want %-?0.0$", "PyTorch leaves out the bias where no element lands", "bfloat16"}
for dims = 1, 3 do
  local nn = "nn.functional."
  for _, name in ipairs {"conv%dd", "conv_transpose%dd", "adaptive_avg_pool%dd", "interpolate/%d", "fold"} do
    functions[nn .. name:format(dims)] = {PADDED_WILD, name:find "transpose" and NO_BIAS or nil}
  end
  functions[nn .. "instance_norm/" .. dims] = {SLOPES, ROUNDED, SPECTRUM}
end
for name, list in pairs(functions) do
  local all = known.differences[name] or {}
  known.differences[name] = table.move(list, 1, #list, #all + 1, all)
end

for _, kind in ipairs {"chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v",
  "chebyshev_polynomial_w", "hermite_polynomial_h", "hermite_polynomial_he", "legendre_polynomial_p",
  "laguerre_polynomial_l"} do
  local open = {"nan", "infinities and degrees that are no number"}
  local high = {"^result", "degrees of a hundred, of integers", "int"}
  local far = {"^result", "degrees of 65504", nil, "wild"}
  known.differences[kind], known.differences["shifted_" .. kind] = {open, high, far}, {open, high, far}
end

-- ---- what a call must be like, so that an entry holds for it -----------------------------------------------------

local conditions = {}

local function any_element(arg, holds)
  if type(arg) ~= "table" or type(arg.value) ~= "table" then return false end
  if arg.kind == "tensors" then
    for _, t in ipairs(arg.value) do if any_element(t, holds) then return true end end
    return false
  end
  for _, v in ipairs(arg.value.data or {}) do
    if type(v) == "table" then if holds(v[1]) or holds(v[2]) then return true end
    elseif type(v) == "number" and holds(v) then return true end
  end
  return false
end
local function any(call, holds)
  for i = 1, call.n do if any_element(call[i], holds) then return true end end
  for _, arg in pairs(call.named) do if any_element(arg, holds) then return true end end
  return false
end

--- An element is NaN or infinite.
function conditions.infinite(c) return any(c.call, function(v) return v - v ~= 0 end) end
--- An element is NaN, infinite, or as large or as small as the edges of 16 bits and of float32.
function conditions.wild(c)
  return any(c.call, function(v) return v - v ~= 0 or math.abs(v) >= 65504 or v ~= 0 and math.abs(v) < 1e-30 end)
end
--- The two numbers of the message agree in six digits.
function conditions.six_digits(_, why)
  local got, want = why:match " is (%S+), want (%S+)"
  got, want = tonumber(got), tonumber(want)
  return got and want and math.abs(got - want) <= 1e-5 * math.max(math.abs(want), 1)
end
--- The first tensor has no elements.
function conditions.nothing(c) return #c.call[1].value.data == 0 end
--- sci_mode is given, and the texts differ in spaces and line ends alone.
function conditions.forced(c, why)
  local got, want = why:gsub("%s+", ""):match "is(.*),want(.*)$"
  return c.call.named.sci_mode ~= nil and got == want
end
--- An integer is near the bounds of int8.
function conditions.large(c) return any(c.call, function(v) return math.abs(v) >= 100 end) end
--- An element is a pole of the gamma function.
function conditions.poles(c) return any(c.call, function(v) return v <= 0 and v % 1 == 0 or v - v ~= 0 end) end
--- The first tensor does not lie in order.
function conditions.permuted(c) return c.call[1].value.order ~= nil end
--- The first two tensors have different shapes.
function conditions.broadcast(c)
  local a, b = c.call[1], c.call[2]
  local function shape(t)
    local list = {}
    for d = 1, #t.value.shape do list[d] = t.value.shape[t.value.order and t.value.order[d] or d] end
    return table.concat(list, "×")
  end
  return b ~= nil and shape(a) ~= shape(b)
end
--- The results may come in any order.
function conditions.unsorted(c)
  local sorted = c.call.named.sorted
  for i = 1, c.call.n do
    if c.call[i].kind == "bool" and c.row.args and c.row.args[i].name == "sorted" then sorted = c.call[i] end
  end
  return sorted ~= nil and sorted.value == false
end
--- The first tensor has a number below 0.
function conditions.negative(c) return any_element(c.call[1], function(v) return v < 0 end) end

-- Of all ops.
local EVERYWHERE <const> = {
  {"element", "products of infinite complex numbers", "complex", "infinite"},
  {"no argument 'out'", "an argument that PyTorch does not describe"},
  {"^refused.*'index' %(argument 3%)", "an index without elements has the dimensions of input"},
}

known.differences["text"] = {
  {"^result", "a forced sci_mode: PyTorch makes columns wider than the numbers", nil, "forced"},
}
known.differences["index.read"] = {{"is out of range for dimension", "a range that begins behind the end is refused"}}
known.differences["index.assign"] = known.differences["index.read"]

local function holds(entry, c, why)
  return why:find(entry[1]) ~= nil and (entry[3] == nil or c.dtype:find(entry[3]) ~= nil)
    and (entry[4] == nil or conditions[entry[4]](c, why))
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
