-- The optimisers whose rule is elementwise: the new value of one element of a parameter depends on its
-- gradient, on the state at the same place and on numbers, nothing else. One row each;
-- docs/internals/optimisers.md says what the fields mean and what is made of them.
--
-- The order of the operations is PyTorch's, so that float64 agrees with it to rounding.

local PARAMS = "parameters, or groups {params = {…}, lr = …}"

optimiser {"SGD", [[(lr: float = 1e-3, momentum: float = 0, dampening: float = 0, weight_decay: float = 0,
    nesterov: bool = false, maximize: bool = false)]],
  ranges = {lr = "0 or more", momentum = "0 or more", weight_decay = "0 or more"},
  demands = {{"!nesterov || (momentum > 0 && dampening == 0)", "'nesterov' needs a momentum and no dampening"}},
  flags = {{"moves", "momentum != 0"}, "nesterov", {"decays", "weight_decay != 0"}},
  state = {{"momentum_buffer", when = "moves"}},
  scalars = { -- the buffer starts as the first gradient
    "sign = maximize ? -1 : 1",
    "past = first ? 0 : momentum",
    "share = first ? 1 : 1 - dampening",
  },
  element = {
    "g = sign * grad",
    {"g = g + weight_decay * param", when = "decays"},
    {"momentum_buffer = past * momentum_buffer + share * g", when = "moves"},
    {"g = nesterov ? g + momentum * momentum_buffer : momentum_buffer", when = "moves"},
    "param = param - lr * g",
  },
  doc = "p -= lr · g; with momentum p -= lr · b, b = momentum · b + (1 - dampening) · g (Sutskever et al. 2013).",
  notes = {params = PARAMS, weight_decay = "g += weight_decay · p",
    nesterov = "looks ahead: g + momentum · b in place of b", maximize = "climbs instead"},
  example = "optim.SGD(nn.Linear(2, 1):parameters(), {lr = 0.1, momentum = 0.9})"}

--- Adam and AdamW, which differ in where the weight decays: `decay` is the statement that does it.
local function adam(row)
  row.ranges = {lr = "0 or more", betas = "0 or more and below 1", eps = "0 or more", weight_decay = "0 or more"}
  row.state = {"step", "exp_avg", "exp_avg_sq", {"max_exp_avg_sq", when = "amsgrad"}}
  row.scalars = {
    "sign = maximize ? -1 : 1",
    "beta1 = betas[0]", "share1 = 1 - betas[0]",
    "beta2 = betas[1]", "share2 = 1 - betas[1]",
    "step_size = lr / (1 - pow(betas[0], step))",
    "correction = 1 / sqrt(1 - pow(betas[1], step))",
  }
  row.element = {
    "g = sign * grad",
    row.decay,
    "exp_avg = exp_avg * beta1 + g * share1",
    "exp_avg_sq = exp_avg_sq * beta2 + g * g * share2",
    {"max_exp_avg_sq = max_exp_avg_sq > exp_avg_sq ? max_exp_avg_sq : exp_avg_sq", when = "amsgrad"},
    "v = amsgrad ? max_exp_avg_sq : exp_avg_sq",
    "param = param - step_size * (exp_avg / (sqrt(v) * correction + eps))",
  }
  row.scalars[#row.scalars + 1] = row.shrink
  row.decay, row.shrink = nil, nil
  row.notes = {params = PARAMS, betas = "the shares of the past in both means", weight_decay = row.notes.weight_decay,
    amsgrad = "the largest v̂ so far (Reddi et al. 2018)", maximize = "climbs instead"}
  optimiser(row)
end

adam {"Adam", [[(lr: float = 1e-3, betas: float[2] = {0.9, 0.999}, eps: float = 1e-8, weight_decay: float = 0,
    amsgrad: bool = false, maximize: bool = false)]],
  flags = {"amsgrad", {"decays", "weight_decay != 0"}},
  decay = {"g = g + weight_decay * param", when = "decays"},
  doc = [[p -= lr · m̂ / (√v̂ + eps), with moving means of g and g², corrected for their start
(Kingma and Ba 2015).]],
  notes = {weight_decay = "g += weight_decay · p"},
  example = "optim.Adam(nn.Linear(2, 1):parameters(), {lr = 1e-3})"}

adam {"AdamW", [[(lr: float = 1e-3, betas: float[2] = {0.9, 0.999}, eps: float = 1e-8, weight_decay: float = 0.01,
    amsgrad: bool = false, maximize: bool = false)]],
  flags = {"amsgrad"},
  shrink = "shrink = 1 - lr * weight_decay",
  decay = "param = param * shrink",
  doc = "Adam with decoupled weight decay: p -= lr · weight_decay · p (Loshchilov and Hutter 2019).",
  notes = {weight_decay = "of the parameters themselves"},
  example = "optim.AdamW(nn.Linear(2, 1):parameters(), {lr = 1e-3})"}
