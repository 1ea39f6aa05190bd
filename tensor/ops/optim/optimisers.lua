-- The optimisers whose rule is elementwise: the new value of one element of a parameter depends on its
-- gradient, on the state at the same place and on numbers, nothing else. One row each;
-- docs/internals/optimisers.md says what the fields mean and what is made of them.
--
-- The order of the operations is PyTorch's, so that float64 agrees with it to rounding, and share * g * g is finite
-- where g * g is not.

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

--- Adam and AdamW, which differ in where the weight decays: with `shrink` the parameter itself does, in
-- proportion to lr.
local function adam(row)
  row.ranges = {lr = "0 or more", betas = "0 or more and below 1", eps = "0 or more", weight_decay = "0 or more"}
  row.flags = {"amsgrad", row.decays}
  row.state = {"step", "exp_avg", "exp_avg_sq", {"max_exp_avg_sq", when = "amsgrad"}}
  row.scalars = {
    "sign = maximize ? -1 : 1",
    row.shrink,
    "beta1 = betas[0]", "share1 = 1 - betas[0]",
    "beta2 = betas[1]", "share2 = 1 - betas[1]",
    "step_size = lr / (1 - pow(betas[0], step))",
    "correction = 1 / sqrt(1 - pow(betas[1], step))",
  }
  row.element = {
    "g = sign * grad",
    "param = param * shrink",
    "exp_avg = exp_avg * beta1 + g * share1",
    "exp_avg_sq = exp_avg_sq * beta2 + share2 * g * g",
    {"max_exp_avg_sq = max_exp_avg_sq > exp_avg_sq ? max_exp_avg_sq : exp_avg_sq", when = "amsgrad"},
    "v = amsgrad ? max_exp_avg_sq : exp_avg_sq",
    "param = param - step_size * (exp_avg / (sqrt(v) * correction + eps))",
  }
  if row.decays then table.insert(row.element, 2, {"g = g + weight_decay * param", when = "decays"}) end
  row.decays, row.shrink = nil, nil
  row.notes.params, row.notes.betas = PARAMS, "the shares of the past in both means"
  row.notes.amsgrad, row.notes.maximize = "the largest v̂ so far (Reddi et al. 2018)", "climbs instead"
  optimiser(row)
end

local SHRINK = "shrink = decoupled_weight_decay ? 1 - lr * weight_decay : 1"
local DECAYS = {"decays", "weight_decay != 0 && !decoupled_weight_decay"}
local DECOUPLED = "the parameter itself decays, by lr · weight_decay · p (Loshchilov and Hutter 2019)"

adam {"Adam", [[(lr: float = 1e-3, betas: float[2] = {0.9, 0.999}, eps: float = 1e-8, weight_decay: float = 0,
    amsgrad: bool = false, maximize: bool = false, decoupled_weight_decay: bool = false)]],
  decays = DECAYS, shrink = SHRINK,
  doc = [[p -= lr · m̂ / (√v̂ + eps), with moving means of g and g², corrected for their start
(Kingma and Ba 2015).]],
  notes = {weight_decay = "g += weight_decay · p", decoupled_weight_decay = DECOUPLED},
  example = "optim.Adam(nn.Linear(2, 1):parameters(), {lr = 1e-3})"}

adam {"AdamW", [[(lr: float = 1e-3, betas: float[2] = {0.9, 0.999}, eps: float = 1e-8, weight_decay: float = 0.01,
    amsgrad: bool = false, maximize: bool = false)]],
  shrink = "shrink = 1 - lr * weight_decay",
  doc = "Adam with decoupled weight decay: p -= lr · weight_decay · p (Loshchilov and Hutter 2019).",
  notes = {weight_decay = "of the parameters themselves"},
  example = "optim.AdamW(nn.Linear(2, 1):parameters(), {lr = 1e-3})"}

optimiser {"RMSprop", [[(lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0,
    momentum: float = 0, centered: bool = false, maximize: bool = false)]],
  ranges = {lr = "0 or more", alpha = "0 or more", eps = "0 or more", weight_decay = "0 or more",
    momentum = "0 or more"},
  flags = {"centered", {"moves", "momentum > 0"}, {"decays", "weight_decay != 0"}},
  state = {"step", "square_avg", {"momentum_buffer", when = "moves"}, {"grad_avg", when = "centered"}},
  scalars = {"sign = maximize ? -1 : 1", "share = 1 - alpha"},
  element = {
    "g = sign * grad",
    {"g = g + weight_decay * param", when = "decays"},
    "square_avg = square_avg * alpha + share * g * g",
    {"grad_avg = grad_avg + share * (g - grad_avg)", when = "centered"},
    "v = centered ? square_avg - grad_avg * grad_avg : square_avg",
    "change = g / (sqrt(v) + eps)",
    {"momentum_buffer = momentum_buffer * momentum + change", when = "moves"},
    "param = param - lr * (moves ? momentum_buffer : change)",
  },
  doc = [[p -= lr · g / (√v + eps), where v is a moving mean of g² (Hinton 2012, lecture 6 of Neural Networks for
Machine Learning).]],
  notes = {params = PARAMS, alpha = "the share of the past in the mean", weight_decay = "g += weight_decay · p",
    momentum = "of what is subtracted from the parameters", centered = "v is the variance of g (Graves 2013)",
    maximize = "climbs instead"},
  example = "optim.RMSprop(nn.Linear(2, 1):parameters(), {lr = 0.01})"}

optimiser {"Adagrad", [[(lr: float = 0.01, lr_decay: float = 0, weight_decay: float = 0,
    initial_accumulator_value: float = 0, eps: float = 1e-10, maximize: bool = false)]],
  ranges = {lr = "0 or more", lr_decay = "0 or more", weight_decay = "0 or more",
    initial_accumulator_value = "0 or more", eps = "0 or more"},
  flags = {{"decays", "weight_decay != 0"}},
  state = {"step", {"sum", initial = "initial_accumulator_value"}},
  scalars = {"sign = maximize ? -1 : 1", "rate = lr / (1 + (step - 1) * lr_decay)"},
  element = {
    "g = sign * grad",
    {"g = g + weight_decay * param", when = "decays"},
    "sum = sum + g * g",
    "param = param - rate * (g / (sqrt(sum) + eps))",
  },
  doc = "p -= lr · g / (√Σg² + eps) (Duchi et al. 2011).",
  notes = {params = PARAMS, lr_decay = "lr is divided by 1 + steps · lr_decay",
    weight_decay = "g += weight_decay · p",
    initial_accumulator_value = "with what the sum of g² begins", maximize = "climbs instead"},
  example = "optim.Adagrad(nn.Linear(2, 1):parameters(), {lr = 0.01})"}

optimiser {"Adadelta", [[(lr: float = 1, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0,
    maximize: bool = false)]],
  ranges = {lr = "0 or more", rho = "0 or more and at most 1", eps = "0 or more", weight_decay = "0 or more"},
  flags = {{"decays", "weight_decay != 0"}},
  state = {"step", "square_avg", "acc_delta"},
  scalars = {"sign = maximize ? -1 : 1", "share = 1 - rho"},
  element = {
    "g = sign * grad",
    {"g = g + weight_decay * param", when = "decays"},
    "square_avg = square_avg * rho + share * g * g",
    "delta = sqrt(acc_delta + eps) / sqrt(square_avg + eps) * g",
    "acc_delta = acc_delta * rho + share * delta * delta",
    "param = param - lr * delta",
  },
  doc = "p -= lr · d, d = g · √(u + eps) / √(v + eps), with moving means u of d² and v of g² (Zeiler 2012).",
  notes = {params = PARAMS, rho = "the share of the past in both means", weight_decay = "g += weight_decay · p",
    maximize = "climbs instead"},
  example = "optim.Adadelta(nn.Linear(2, 1):parameters())"}

optimiser {"Adamax", [[(lr: float = 2e-3, betas: float[2] = {0.9, 0.999}, eps: float = 1e-8, weight_decay: float = 0,
    maximize: bool = false)]],
  ranges = {lr = "0 or more", betas = "0 or more and below 1", eps = "0 or more", weight_decay = "0 or more"},
  flags = {{"decays", "weight_decay != 0"}},
  state = {"step", "exp_avg", "exp_inf"},
  scalars = {
    "sign = maximize ? -1 : 1",
    "beta1 = betas[0]", "share1 = 1 - betas[0]", "beta2 = betas[1]",
    "step_size = lr / (1 - pow(betas[0], step))",
  },
  element = {
    "g = sign * grad",
    {"g = g + weight_decay * param", when = "decays"},
    "exp_avg = exp_avg * beta1 + g * share1",
    "exp_inf = exp_inf * beta2",
    "size = fabs(g) + eps",
    "exp_inf = exp_inf > size ? exp_inf : size", -- a NaN in g becomes the result
    "param = param - step_size * (exp_avg / exp_inf)",
  },
  doc = "Adam with the largest |g| of the recent past in place of √v̂ (Kingma and Ba 2015).",
  notes = {params = PARAMS, betas = "the shares of the past in the mean and in the largest |g|",
    weight_decay = "g += weight_decay · p", maximize = "climbs instead"},
  example = "optim.Adamax(nn.Linear(2, 1):parameters())"}

optimiser {"NAdam", [[(lr: float = 2e-3, betas: float[2] = {0.9, 0.999}, eps: float = 1e-8, weight_decay: float = 0,
    momentum_decay: float = 4e-3, decoupled_weight_decay: bool = false, maximize: bool = false)]],
  ranges = {lr = "0 or more", betas = "0 or more and below 1", eps = "0 or more", weight_decay = "0 or more",
    momentum_decay = "0 or more"},
  flags = {DECAYS},
  state = {"step", {"mu_product", number = 1}, "exp_avg", "exp_avg_sq"},
  scalars = {
    "sign = maximize ? -1 : 1",
    SHRINK,
    "beta1 = betas[0]", "share1 = 1 - betas[0]",
    "beta2 = betas[1]", "share2 = 1 - betas[1]",
    "mu = betas[0] * (1 - 0.5 * pow(0.96, step * momentum_decay))",
    "next_mu = betas[0] * (1 - 0.5 * pow(0.96, (step + 1) * momentum_decay))",
    "mu_product = mu_product * mu",
    "correction = 1 - pow(betas[1], step)",
    "of_grad = lr * (1 - mu) / (1 - mu_product)",
    "of_mean = lr * next_mu / (1 - mu_product * next_mu)",
  },
  element = {
    "g = sign * grad",
    {"g = g + weight_decay * param", when = "decays"},
    "param = param * shrink",
    "exp_avg = exp_avg * beta1 + g * share1",
    "exp_avg_sq = exp_avg_sq * beta2 + share2 * g * g",
    "size = sqrt(exp_avg_sq / correction) + eps",
    "param = param - of_grad * (g / size)",
    "param = param - of_mean * (exp_avg / size)",
  },
  doc = "Adam with Nesterov's momentum, whose factor grows from step to step (Dozat 2016).",
  notes = {params = PARAMS, betas = "the shares of the past in both means", weight_decay = "g += weight_decay · p",
    momentum_decay = "how fast the factor grows", decoupled_weight_decay = DECOUPLED, maximize = "climbs instead"},
  example = "optim.NAdam(nn.Linear(2, 1):parameters())"}

optimiser {"RAdam", [[(lr: float = 1e-3, betas: float[2] = {0.9, 0.999}, eps: float = 1e-8, weight_decay: float = 0,
    decoupled_weight_decay: bool = false, maximize: bool = false)]],
  ranges = {lr = "0 or more", betas = "0 or more and below 1", eps = "0 or more", weight_decay = "0 or more"},
  flags = {DECAYS},
  state = {"step", "exp_avg", "exp_avg_sq"},
  scalars = { -- `length`: how many steps the mean of g² stands for; with 5 or fewer its variance is unknown
    "sign = maximize ? -1 : 1",
    SHRINK,
    "beta1 = betas[0]", "share1 = 1 - betas[0]",
    "beta2 = betas[1]", "share2 = 1 - betas[1]",
    "correction = 1 - pow(betas[1], step)",
    "longest = 2 / (1 - betas[1]) - 1",
    "length = longest - 2 * step * pow(betas[1], step) / correction",
    "step_size = lr / (1 - pow(betas[0], step))",
    "surest = (longest - 4) * (longest - 2) / longest",
    "factor = length > 5 ? sqrt((length - 4) * (length - 2) / length / surest * correction) : 0",
  },
  element = {
    "g = sign * grad",
    {"g = g + weight_decay * param", when = "decays"},
    "param = param * shrink",
    "exp_avg = exp_avg * beta1 + g * share1",
    "exp_avg_sq = exp_avg_sq * beta2 + share2 * g * g",
    "scale = factor > 0 ? factor / (sqrt(exp_avg_sq) + eps) : 1",
    "param = param - step_size * (exp_avg * scale)",
  },
  doc = "Adam whose steps follow the mean alone until the variance of v̂ is small enough (Liu et al. 2020).",
  notes = {params = PARAMS, betas = "the shares of the past in both means", weight_decay = "g += weight_decay · p",
    decoupled_weight_decay = DECOUPLED, maximize = "climbs instead"},
  example = "optim.RAdam(nn.Linear(2, 1):parameters())"}

optimiser {"ASGD", [[(lr: float = 0.01, lambd: float = 1e-4, alpha: float = 0.75, t0: float = 1e6,
    weight_decay: float = 0, maximize: bool = false)]],
  ranges = {lr = "0 or more", weight_decay = "0 or more"},
  flags = {{"decays", "weight_decay != 0"}},
  state = {"step", {"eta", number = 0}, {"mu", number = 1}, "ax"},
  scalars = { -- the rate and the share of the mean are those of the step before; PyTorch keeps them in float32
    "sign = maximize ? -1 : 1",
    "rate = to_float32(first ? lr : eta)",
    "share = to_float32(mu)",
    "shrink = 1 - lambd * rate",
    "eta = lr / pow(1 + lambd * lr * step, alpha)",
    "mu = step - t0 > 1 ? 1 / (step - t0) : 1",
  },
  element = {
    "g = sign * grad",
    {"g = g + weight_decay * param", when = "decays"},
    "param = param * shrink - rate * g",
    "ax = share == 1 ? param : ax + (param - ax) * share",
  },
  doc = [[SGD whose rate falls, with the mean of the parameters in the state `ax` (Polyak and Juditsky 1992,
Acceleration of Stochastic Approximation by Averaging).]],
  notes = {params = PARAMS, lambd = "how fast the parameters and the rate fall",
    alpha = "the power with which the rate falls",
    t0 = "the step after which the mean begins", weight_decay = "g += weight_decay · p", maximize = "climbs instead"},
  example = "optim.ASGD(nn.Linear(2, 1):parameters())"}

optimiser {"Rprop", [[(lr: float = 0.01, etas: float[2] = {0.5, 1.2}, step_sizes: float[2] = {1e-6, 50},
    maximize: bool = false)]],
  ranges = {lr = "0 or more", etas = "above 0", step_sizes = "0 or more"},
  demands = {{"etas[0] < 1 && etas[1] > 1", "'etas' needs a first number below 1 and a second one above 1"}},
  state = {"step", "prev", {"step_size", initial = "lr"}},
  scalars = {"sign = maximize ? -1 : 1", "shorter = etas[0]", "longer = etas[1]", "least = step_sizes[0]",
    "most = step_sizes[1]"},
  element = {
    "g = sign * grad",
    "turn = (g > 0 ? K(1) : g < 0 ? K(-1) : K(0)) * prev",
    "step_size = step_size * (turn > 0 ? longer : turn < 0 ? shorter : K(1))",
    "step_size = step_size < least ? least : step_size > most ? most : step_size",
    "g = turn < 0 ? K(0) : g",
    "param = param - (g > 0 ? step_size : g < 0 ? -step_size : K(0))",
    "prev = g",
  },
  doc = [[Each element has a step size of its own, which grows while the sign of its gradient stays and falls when it
turns; the size of the gradient is not used (Riedmiller and Braun 1993). For whole sets of data, not for batches.]],
  notes = {params = PARAMS, lr = "the first step size", etas = "by what a step size falls and grows",
    step_sizes = "the least and the largest step size", maximize = "climbs instead"},
  example = "optim.Rprop(nn.Linear(2, 1):parameters())"}

optimiser {"Lion", [[(lr: float = 1e-4, betas: float[2] = {0.9, 0.99}, weight_decay: float = 0,
    maximize: bool = false)]],
  ranges = {lr = "0 or more", betas = "0 or more and below 1", weight_decay = "0 or more"},
  state = {"exp_avg"},
  scalars = {"sign = maximize ? -1 : 1", "shrink = 1 - lr * weight_decay", "beta1 = betas[0]", "share1 = 1 - betas[0]",
    "beta2 = betas[1]", "share2 = 1 - betas[1]"},
  element = {
    "g = sign * grad",
    "param = param * shrink",
    "c = exp_avg * beta1 + g * share1",
    "param = param - (c > 0 ? lr : c < 0 ? -lr : K(0))",
    "exp_avg = exp_avg * beta2 + g * share2",
  },
  doc = [[p -= lr · sign(β₁ · m + (1 - β₁) · g), m = β₂ · m + (1 - β₂) · g (Chen et al. 2023,
Symbolic Discovery of Optimization Algorithms). Wants a rate 3 to 10 times smaller than AdamW.]],
  notes = {params = PARAMS, betas = "the shares of the past in the step and in the mean",
    weight_decay = "p is multiplied by 1 - lr · weight_decay first", maximize = "climbs instead"},
  example = "optim.Lion(nn.Linear(2, 1):parameters())"}
