-- Activations: element by element, but for the softmaxes.
local layer, F = require "torch.nn.layer", require "torch.nn.functional"

-- An op of the input, or its form in place.
local function either(m, input, name, ...)
  if m.inplace then return input[name .. "_"](input, ...) end
  return F[name](input, ...)
end

layer {"ReLU", "(inplace: bool = false)", repr = "inplace:changed",
  forward = function(m, input) return either(m, input, "relu") end,
  doc = "max(0, x), element by element.",
  example = "nn.ReLU()(torch.tensor({-1.0, 2.0}))"}

layer {"Tanh", "()",
  forward = function(_, input) return F.tanh(input) end,
  doc = "The hyperbolic tangent, element by element.",
  example = "nn.Tanh()(torch.zeros(2))"}

layer {"Sigmoid", "()",
  forward = function(_, input) return F.sigmoid(input) end,
  doc = "1 / (1 + exp(-x)), element by element.",
  example = "nn.Sigmoid()(torch.zeros(2))"}

layer {"SiLU", "(inplace: bool = false)", repr = "inplace:changed",
  forward = function(m, input) return either(m, input, "silu") end,
  doc = "x sigmoid(x), element by element (Elfwing, Uchibe and Doya 2018).",
  example = "nn.SiLU()(torch.ones(2))"}

layer {"LeakyReLU", "(negative_slope: float = 0.01, inplace: bool = false)", repr = "negative_slope inplace:changed",
  forward = function(m, input) return either(m, input, "leaky_relu", m.negative_slope) end,
  doc = "x where it is positive, else negative_slope x.",
  example = "nn.LeakyReLU(0.1)(torch.tensor({-1.0, 2.0}))"}

layer {"ELU", "(alpha: float = 1.0, inplace: bool = false)", repr = "alpha inplace:changed",
  forward = function(m, input) return either(m, input, "elu", m.alpha) end,
  doc = "x where it is positive, else alpha (exp(x) - 1) (Clevert, Unterthiner and Hochreiter 2016).",
  example = "nn.ELU()(torch.tensor({-1.0, 2.0}))"}

layer {"GELU", "(approximate: none|tanh = none)", repr = "approximate:quoted",
  forward = function(m, input) return F.gelu(input, {approximate = m.approximate}) end,
  doc = [[x Φ(x), Φ the normal distribution, or with approximate = "tanh" 0.5 x (1 + tanh(√(2/π) (x +
0.044715 x³))) (Hendrycks and Gimpel 2016).]],
  example = "nn.GELU()(torch.ones(2))"}

layer {"Softplus", "(beta: float = 1.0, threshold: float = 20.0)", repr = "beta threshold",
  forward = function(m, input) return F.softplus(input, m.beta, m.threshold) end,
  doc = "log(1 + exp(beta x)) / beta, and x itself where beta x > threshold.",
  example = "nn.Softplus()(torch.zeros(2))"}

-- The dimension of a softmax that was made without: 1 for 0, 1 or 3 dimensions, else 2, as PyTorch has it.
local function softmax_dim(m, input)
  if m.dim then return m.dim end
  local rank = input.ndim
  return (rank == 0 or rank == 1 or rank == 3) and 1 or 2
end

layer {"Softmax", "(dim: dim = nil)", repr = "dim",
  forward = function(m, input) return F.softmax(input, softmax_dim(m, input)) end,
  doc = "exp(x) / Σ exp(x) along dim.", notes = {dim = "the dimension that sums to 1"},
  example = "nn.Softmax(2)(torch.zeros(1, 4))"}

layer {"LogSoftmax", "(dim: dim = nil)", repr = "dim",
  forward = function(m, input) return F.log_softmax(input, softmax_dim(m, input)) end,
  doc = "x - log Σ exp(x) along dim.", notes = {dim = "the dimension that is normalised"},
  example = "nn.LogSoftmax(2)(torch.zeros(1, 4))"}

layer {"Hardtanh", "(min_val: float = -1.0, max_val: float = 1.0, inplace: bool = false)",
  repr = "min_val max_val inplace:changed",
  check = {{"max_val > min_val",
    "'max_val' (argument 2): expected a number above min_val = {min_val}, got {max_val}"}},
  forward = function(m, input) return either(m, input, "hardtanh", m.min_val, m.max_val) end,
  doc = "x between min_val and max_val, and the nearer of the two elsewhere.",
  example = "nn.Hardtanh()(torch.tensor({-2.0, 0.5, 2.0}))"}

layer {"ReLU6", "(inplace: bool = false)", repr = "inplace:changed",
  forward = function(m, input) return either(m, input, "relu6") end,
  doc = "min(max(0, x), 6), element by element (Howard et al. 2017).",
  example = "nn.ReLU6()(torch.tensor({-1.0, 2.0, 8.0}))"}

-- ---- of straight pieces ------------------------------------------------------------

layer {"Hardshrink", "(lambd: float = 0.5)", repr = "lambd:value",
  forward = function(m, input) return F.hardshrink(input, m.lambd) end,
  doc = "x where |x| > lambd, else 0.", example = "nn.Hardshrink()(torch.tensor({-1.0, 0.25}))"}

layer {"Softshrink", "(lambd: float = 0.5)", repr = "lambd:value",
  check = {{"lambd >= 0", "'lambd' (argument 1): expected a number of at least 0, got {lambd}"}},
  forward = function(m, input) return F.softshrink(input, m.lambd) end,
  doc = "x moved toward 0 by lambd, and 0 what is nearer.", example = "nn.Softshrink()(torch.tensor({-1.0, 0.25}))"}

layer {"Threshold", "(threshold: float, value: float, inplace: bool = false)",
  repr = "threshold value inplace:changed",
  forward = function(m, input) return either(m, input, "threshold", m.threshold, m.value) end,
  doc = "x where it is above threshold, else value.", domain = "threshold",
  example = "nn.Threshold(0, 9)(torch.tensor({-1.0, 2.0}))"}

layer {"Hardsigmoid", "(inplace: bool = false)",
  forward = function(m, input) return either(m, input, "hardsigmoid") end,
  doc = "A sigmoid of three lines: (x + 3) / 6 from -3 to 3.", example = "nn.Hardsigmoid()(torch.zeros(2))"}

layer {"Hardswish", "(inplace: bool = false)",
  forward = function(m, input) return either(m, input, "hardswish") end,
  doc = "x hardsigmoid(x) (Howard et al. 2019).", example = "nn.Hardswish()(torch.ones(2))"}

layer {"PReLU", "(num_parameters: int = 1, init: float = 0.25, device: device = nil, dtype: dtype = nil)",
  repr = "num_parameters", least = {num_parameters = 1},
  parameters = {{"weight", "num_parameters", init = "init"}},
  forward = function(m, input) return F.prelu(input, m.weight) end,
  doc = "x where it is positive, else a learnt weight times x (He et al. 2015).",
  notes = {num_parameters = "1, or the number of channels (dimension 2)", init = "the weight at first"},
  domain = "prelu", example = "nn.PReLU()(torch.tensor({-1.0, 2.0}))"}

layer {"RReLU", "(lower: float = 0.125, upper: float = 0.3333333333333333, inplace: bool = false)",
  repr = "lower upper inplace:changed",
  check = {{"lower <= upper", "'upper' (argument 2): expected a number of at least lower = {lower}, got {upper}"}},
  forward = function(m, input) return either(m, input, "rrelu", m.lower, m.upper, m.training) end,
  doc = [[x where it is positive, else x times a number drawn from [lower, upper] for each element in training, and
times their mean otherwise (Xu et al. 2015).]],
  example = "nn.RReLU()(torch.tensor({-1.0, 2.0}))"}

-- ---- smooth ones -------------------------------------------------------------------

layer {"SELU", "(inplace: bool = false)", repr = "inplace:changed",
  forward = function(m, input) return either(m, input, "selu") end,
  doc = "nn.ELU with the scales that keep mean 0 and variance 1 (Klambauer et al. 2017).",
  example = "nn.SELU()(torch.tensor({-1.0, 2.0}))"}

layer {"CELU", "(alpha: float = 1.0, inplace: bool = false)", repr = "alpha inplace:changed",
  check = {{"alpha != 0", "'alpha' (argument 1): expected a number other than 0, got {alpha}"}},
  forward = function(m, input) return either(m, input, "celu", m.alpha) end,
  doc = "x where it is positive, else alpha (exp(x / alpha) - 1) (Barron 2017).",
  example = "nn.CELU()(torch.tensor({-1.0, 2.0}))"}

layer {"Mish", "(inplace: bool = false)", repr = "inplace:changed",
  forward = function(m, input) return either(m, input, "mish") end,
  doc = "x tanh(softplus(x)) (Misra 2019).", example = "nn.Mish()(torch.ones(2))"}

layer {"LogSigmoid", "()",
  forward = function(_, input) return F.logsigmoid(input) end,
  doc = "log(sigmoid(x)), without overflow.", example = "nn.LogSigmoid()(torch.zeros(2))"}

layer {"Softsign", "()",
  forward = function(_, input) return F.softsign(input) end,
  doc = "x / (1 + |x|).", example = "nn.Softsign()(torch.ones(2))"}

layer {"Tanhshrink", "()",
  forward = function(_, input) return F.tanhshrink(input) end,
  doc = "x - tanh(x).", example = "nn.Tanhshrink()(torch.ones(2))"}

layer {"GLU", "(dim: dim = -1)", repr = "dim",
  forward = function(m, input) return F.glu(input, m.dim) end,
  doc = "a sigmoid(b), where a and b are the two halves of the input along dim (Dauphin et al. 2017).",
  notes = {dim = "the dimension that is halved"}, domain = "glu", example = "nn.GLU()(torch.ones(1, 4))"}

layer {"Softmin", "(dim: dim = nil)", repr = "dim",
  forward = function(m, input) return F.softmin(input, softmax_dim(m, input)) end,
  doc = "exp(-x) / Σ exp(-x) along dim.", notes = {dim = "the dimension that sums to 1"},
  example = "nn.Softmin(2)(torch.zeros(1, 4))"}

layer {"Softmax2d", "()", ranks = {3, 4},
  forward = function(_, input) return F.softmax(input, -3) end,
  doc = "exp(x) / Σ exp(x) over the channels of each place.", shape = "input (N, C, H, W) or (C, H, W).",
  domain = "planes", example = "nn.Softmax2d()(torch.zeros(2, 1, 1))"}
