-- Layers that are products with a matrix, and the table of vectors; nn.Identity.
local layer, F = require "torch.nn.layer", require "torch.nn.functional"

layer {"Identity", "(...: any)",
  forward = function(_, input) return input end,
  doc = "Returns its input; takes any arguments and ignores them.",
  example = "nn.Identity()(torch.ones(2))"}

layer {"Linear", "(in_features: int, out_features: int, bias: bool = true, device: device = nil, dtype: dtype = nil)",
  repr = "in_features out_features bias",
  check = {{"in_features >= 0 && out_features >= 0",
    "sizes cannot be negative: in_features = {in_features}, out_features = {out_features}"}},
  parameters = {
    {"weight", "out_features", "in_features", init = "fan_in"},
    {"bias", "out_features", init = "fan_in", when = "bias"},
  },
  forward = function(m, input) return F.linear(input, m.weight, m.bias) end,
  doc = [[y = x Wᵀ + b. `weight` (out_features × in_features) and `bias` (out_features) start
uniform in ±1/√in_features.]],
  shape = "(…, in_features) → (…, out_features).", domain = "linear",
  example = "nn.Linear(3, 2)(torch.ones(4, 3)).shape"}

layer {"Embedding", "(num_embeddings: int, embedding_dim: int, padding_idx: index = nil, max_norm: float = nil, "
    .. "norm_type: float = 2.0, scale_grad_by_freq: bool = false, sparse: bool = false, device: device = nil, "
    .. "dtype: dtype = nil)",
  repr = "num_embeddings:value embedding_dim:value padding_idx:changed max_norm:changed norm_type:changed "
    .. "scale_grad_by_freq:changed sparse:changed",
  least = {num_embeddings = 0, embedding_dim = 0},
  check = {
    {"!sparse || !scale_grad_by_freq",
      "'sparse' (argument 7): expected false beside scale_grad_by_freq, got true"},
    {"padding_idx == OPTION_NONE || (padding_idx < num_embeddings && padding_idx >= -num_embeddings)",
      "'padding_idx' (argument 3): it is out of range for {num_embeddings} embeddings"},
  },
  parameters = {{"weight", "num_embeddings", "embedding_dim", init = "normal", zero = "padding_idx"}},
  forward = function(m, input)
    return F.embedding(input, m.weight, m.padding_idx, m.max_norm, m.norm_type, m.scale_grad_by_freq,
      m.sparse)
  end,
  doc = [[The rows of `weight` (num_embeddings × embedding_dim) that input names, from 1. They start
normally distributed.]],
  shape = "(…) of integers → (…, embedding_dim).",
  notes = {padding_idx = "this row starts as 0 and gets no gradient",
    max_norm = "rows that are read are first scaled to a norm of at most this",
    norm_type = "the p of that norm", scale_grad_by_freq = "whether gradients are divided by how often a row is read",
    sparse = "whether weight.grad has only the rows that were read"},
  domain = "embedding", example = "nn.Embedding(5, 2)(torch.tensor({1, 5, 1})).shape"}
