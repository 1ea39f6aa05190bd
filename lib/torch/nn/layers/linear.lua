-- Layers that are products with a matrix, and the table of vectors.
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
  doc = [[y = x Wᵀ + b. `weight` (out_features × in_features) and `bias` (out_features) start uniform in ±1/√in_features.]],
  shape = "(…, in_features) → (…, out_features).", domain = "linear",
  example = "nn.Linear(3, 2)(torch.ones(4, 3)).shape"}
