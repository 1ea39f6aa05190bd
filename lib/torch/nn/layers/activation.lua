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
