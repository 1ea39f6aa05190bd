-- Losses. reduction: "none" gives every loss, "sum" their sum, "mean" their mean.
op {"nll_loss", "(input: Tensor, target: Positions, weight: Tensor = nil, *, ignore_index: index = -100, "
    .. "reduction: none|mean|sum = mean) -> Tensor, Tensor",
  amp = {cpu = "float", cuda = "float"},
  module = "nn.functional", method = false, returns = 1, infer = "nll_loss", contiguous = true, types = "float",
  domain = "classes",
  backward = function(o)
    return {input = o.grad:nll_loss_backward(o.target, o.weight, o.outs[2], o.shape_of.input, o.ignore_index,
      o.reduction)}
  end,
  doc = [[-weight[target] · input[target]: input are log-probabilities (N×C), (C) or (N×C×d…), target classes
(N), () or (N×d…), counted from 1. Targets equal to ignore_index count nothing; "mean" divides by the sum of the
weights of the targets.]],
  example = "nn.functional.nll_loss(torch.log_softmax(torch.eye(3), 2), torch.tensor({1, 2, 3}))", gives = "0.5514"}
op {"nll_loss_backward", "(g: Tensor, target: Positions, weight: Tensor = nil, total: Tensor = nil, size: shape, "
    .. "ignore_index: index, reduction: none|mean|sum) -> Tensor",
  private = true, infer = "nll_loss_backward", contiguous = true, types = "float",
  backward = function(o) -- nll_loss is linear in its input
    return {g = (o.grad:nll_loss(o.target, o.weight, {ignore_index = o.ignore_index, reduction = o.reduction}))}
  end,
  doc = [[The gradient of nll_loss. total: the sum of the weights.]]}

local FLOAT = {"input", "input.is_float", "a float tensor"}
local FLOAT_OR_COMPLEX = {"input", "input.is_float or input.is_complex", "a float or complex tensor"}
local SAME_SHAPE = {"target", "same_shape(input, target)", "the shape of 'input' {input.shape}"}
-- Shapes such as (8×1) and (8) make 64 losses where 8 are meant.
local ONE_SHAPE = {"same_shape(input, target) or not broadcast(input, target, 0)",
  "'target' {target.shape} does not have the shape of 'input' {input.shape}; both are broadcast, which "
  .. "is most likely not what you mean", warns = true}

-- What "none", "mean" or "sum" makes of losses.
local function reduced(o, losses)
  if o.reduction == "mean" then return losses:mean() end
  if o.reduction == "sum" then return losses:sum() end
  return losses
end

-- ---- cross_entropy ----------------------------------------------------------------

-- The dimension of the classes: (C) or (N×C×…).
local function classes_of(o) return o.input.ndim == 1 and 1 or 2 end

-- -Σ weight · x over the classes.
local function over_classes(o, x)
  local dim = classes_of(o)
  if o.weight then x = x * o.weight:reshape(o.input.shape:only(dim)) end
  return -x:sum(dim)
end

local CLASSES = {specialize = {"target.is_float", "reduction", "weight", label_smoothing = {0}, ["input.ndim"] = {1}},
  check = {FLOAT,
  {"input", "input.ndim >= 1", "(C), (N×C) or (N×C×d…)"},
  {"label_smoothing", "label_smoothing >= 0 and label_smoothing <= 1", "a number from 0 to 1"},
  {"ignore_index", "not target.is_float or ignore_index < 0", "none, for the target holds probabilities"},
  {"target", "not target.is_float or same_shape(input, target)", "the shape of 'input' {input.shape}"}}}

-- nll_loss mixed with the uniform distribution: 0 where the target is ignored, and "mean" divides by the sum of the
-- targets' weights, as in nll_loss.
local function of_classes(o)
  local logp = o.input:log_softmax(classes_of(o))
  local same = {ignore_index = o.ignore_index, reduction = o.as_given.reduction}
  local loss, total = logp:nll_loss(o.target, o.as_given.weight, same)
  local e = o.label_smoothing
  if e == 0 then return loss end
  local smooth = over_classes(o, logp):masked_fill(o.target:eq(o.ignore_index), 0)
  if o.reduction ~= "none" then smooth = smooth:sum() end
  if o.reduction == "mean" then smooth = smooth / total end
  return loss * (1 - e) + smooth * (e / o.input.shape[classes_of(o)])
end

local function of_probabilities(o)
  local e, target = o.label_smoothing, o.target
  local logp = o.input:log_softmax(classes_of(o))
  if e ~= 0 then target = target * (1 - e) + e / o.input.shape[classes_of(o)] end
  return reduced(o, over_classes(o, logp * target))
end

local function cross_entropy(o) return o.target.is_float and of_probabilities(o) or of_classes(o) end

op {"cross_entropy", "(input: Tensor, target: Positions, weight: Tensor = nil, *, ignore_index: index = -100, "
    .. "reduction: none|mean|sum = mean, label_smoothing: float = 0) -> Tensor",
  amp = {cpu = "float", cuda = "float"},
  module = "nn.functional", method = false, domain = "classes",
  computes = true, specialize = CLASSES.specialize, check = CLASSES.check, composite = cross_entropy,
  doc = [[nll_loss of log_softmax(input) along the classes: input (N×C), (C) or (N×C×d…), target classes from 1,
(N), () or (N×d…), or probabilities in the shape of input. label_smoothing mixes the target with the uniform
distribution.]],
  example = "nn.functional.cross_entropy(torch.eye(3), torch.tensor({1, 2, 3}))", gives = "0.5514"}
op {"cross_entropy_soft", "(input: Tensor, target: Tensor, weight: Tensor = nil, *, ignore_index: index = -100, "
    .. "reduction: none|mean|sum = mean, label_smoothing: float = 0) -> Tensor",
  amp = {cpu = "float", cuda = "float"},
  lua = "cross_entropy", module = "nn.functional", method = false, domain = "probabilities",
  computes = true, specialize = CLASSES.specialize, check = CLASSES.check, composite = cross_entropy,
  doc = [[cross_entropy with class probabilities as target: -Σ weight · target · log_softmax(input); "mean" divides
by N (and d…).]],
  example = "nn.functional.cross_entropy(torch.eye(3), torch.full({3, 3}, 1 / 3))", gives = "1.2181"}

-- ---- of differences ---------------------------------------------------------------

-- The losses of differences that autocast computes in float32.
local WEIGHTED = ". weight, in the shape of input, multiplies each loss"
local BY_WEIGHT = WEIGHTED .. "; \"mean\" then divides by the sum of the weights"
local WEIGHT = {"weight", "same_shape(input, weight)", "the shape of 'input' {input.shape}"}
local function loss(name, doc, rest)
  local weight = rest.weighted and "weight: Tensor = nil, " or ""
  local specialize = {"reduction", rest.weighted and "weight" or nil}
  for attribute, value in pairs(rest.special or {}) do specialize[attribute] = {value} end
  local check = {rest.complex and FLOAT_OR_COMPLEX or FLOAT, ONE_SHAPE}
  if rest.check then check[#check + 1] = rest.check end
  if rest.weighted then check[#check + 1] = WEIGHT end
  op {name, ("(input: Tensor, target: Tensor, %s*, %sreduction: none|mean|sum = mean) -> Tensor"):format(
      rest.extra or "", weight),
    amp = {cpu = "float", cuda = "float"}, computes = true, module = "nn.functional", method = false, domain = "loss",
    check = check,
    doc = doc .. (rest.weighted or "") .. ".", specialize = specialize, composite = rest.composite,
    example = ("nn.functional.%s(torch.zeros(2), torch.ones(2)%s)"):format(name,
      rest.weighted and ", {weight = torch.tensor({1.0, 3.0})}" or ""),
    gives = rest.gives or "1"}
end
-- The losses with their weights, where there are some. "mean" divides by the number of losses, or by the sum of the
-- weights.
local function weighted(o, losses) return reduced(o, o.weight and losses * o.weight or losses) end
local function reduced_by_weight(o, losses)
  if o.weight and o.reduction == "mean" then return (losses * o.weight):sum() / o.weight:sum() end
  return weighted(o, losses)
end
loss("mse_loss", "(input - target)², broadcast", {weighted = BY_WEIGHT,
  composite = function(o) return reduced_by_weight(o, (o.input - o.target):square()) end})
loss("l1_loss", "|input - target|, broadcast", {weighted = BY_WEIGHT, complex = true,
  composite = function(o) return reduced_by_weight(o, (o.input - o.target):abs()) end})
loss("smooth_l1_loss", "0.5 d² / beta where |d| = |input - target| < beta, else |d| - 0.5 beta (Girshick 2015)", {
  extra = "beta: float = 1, ", gives = "0.5", check = {"beta", "beta >= 0", "a number of at least 0"},
  special = {beta = 0},
  composite = function(o)
    local d = o.input - o.target
    return reduced(o, o.beta == 0 and d:abs() or d:native_smooth_l1_loss(o.beta))
  end})
loss("huber_loss", "0.5 d² where |d| = |input - target| <= delta, else delta (|d| - 0.5 delta) (Huber 1964)", {
  weighted = WEIGHTED, extra = "delta: float = 1, ", gives = "1", check = {"delta", "delta > 0", "a number above 0"},
  special = {delta = 1},
  composite = function(o)
    local losses = weighted(o, (o.input - o.target):native_smooth_l1_loss(o.delta))
    return o.delta == 1 and losses or losses * o.delta
  end})

-- ---- binary cross entropy ---------------------------------------------------------

op {"binary_cross_entropy", "(input: Tensor, target: Tensor, weight: Tensor = nil, *, "
    .. "reduction: none|mean|sum = mean) -> Tensor",
  amp = {cpu = "float", cuda = "banned"},
  module = "nn.functional", method = false, domain = "probability", computes = true,
  specialize = {"reduction", "weight"},
  check = {FLOAT, SAME_SHAPE},
  composite = function(o)
    local p, y = o.input:probabilities(false), o.target:probabilities(true)
    return weighted(o, p:native_binary_cross_entropy(y))
  end,
  doc = [[-weight (target log(input) + (1 - target) log(1 - input)); input between 0 and 1, logarithms at least -100;
target in the shape of input.]],
  example = "nn.functional.binary_cross_entropy(torch.full({2}, 0.5), torch.ones(2))", gives = "0.6931"}
op {"binary_cross_entropy_with_logits",
  "(input: Tensor, target: Tensor, weight: Tensor = nil, *, pos_weight: Tensor = nil, "
    .. "reduction: none|mean|sum = mean) -> Tensor",
  amp = {cpu = "float", cuda = "float"},
  module = "nn.functional", method = false, domain = "loss", computes = true,
  specialize = {"reduction", "weight", "pos_weight"},
  check = {FLOAT, SAME_SHAPE},
  composite = function(o)
    local x, y, p = o.input, o.target, o.pos_weight
    if not p then return weighted(o, x:native_binary_cross_entropy_with_logits(y)) end
    return weighted(o, ((p - 1) * y + 1) * (-x):softplus() + (1 - y) * x) -- (1 - y) x + (1 + (p - 1) y) softplus(-x)
  end,
  doc = [[binary_cross_entropy of sigmoid(input), without overflow; pos_weight multiplies the part of target. target
in the shape of input.]],
  example = "nn.functional.binary_cross_entropy_with_logits(torch.zeros(2), torch.ones(2))", gives = "0.6931"}
op {"probabilities", "(input: Tensor, target: bool) -> Tensor", private = true, types = "float", composite = true,
  doc = [[input itself, whose elements lie between 0 and 1; fails, naming the argument of the loss, when they do not.]]}

op {"native_smooth_l1_loss", "(d: Tensor, beta: float) -> Tensor", private = true, types = "float",
  expr = "ABS(a) < beta ? K(0.5) * a * a / beta : ABS(a) - K(0.5) * beta", doc = "smooth_l1_loss of a difference.",
  backward = function(o) return {d = o.grad * (o.d / o.beta):clamp(-1, 1)} end}
op {"native_binary_cross_entropy", "(input: Tensor, target: Tensor) -> Tensor", private = true, types = "float",
  cost = true, domain = "unit",
  expr = "(b - 1) * maximum_of(log1p(-a), K(-100)) - b * maximum_of(log(a), K(-100))",
  doc = "binary_cross_entropy, element by element.",
  backward = function(o)
    return {input = o.grad * (o.input - o.target) / (o.input * (-o.input + 1)):clamp(1e-12),
      target = o.grad * ((-o.input):log1p():clamp(-100) - o.input:log():clamp(-100))}
  end}
op {"native_binary_cross_entropy_with_logits", "(input: Tensor, target: Tensor) -> Tensor", private = true,
  types = "float", cost = true,
  expr = "bce_with_logits(a, b)",
  doc = "binary_cross_entropy_with_logits, element by element.",
  backward = function(o)
    return {input = o.grad:native_binary_cross_entropy_with_logits_backward(o.input, o.target),
      target = -(o.grad * o.input)}
  end}
op {"native_binary_cross_entropy_with_logits_backward", "(g: Tensor, input: Tensor, target: Tensor) -> Tensor",
  private = true, types = "float", cost = true, expr = "a * bce_with_logits_slope(b, c)",
  doc = "The gradient of native_binary_cross_entropy_with_logits to input.",
  backward = function(o)
    local g, x = o.grad * o.g, o.input
    return {g = o.grad:native_binary_cross_entropy_with_logits_backward(x, o.target),
      input = g * (x:sigmoid() * (-x):sigmoid()), target = -g}
  end}

op {"kl_div", "(input: Tensor, target: Tensor, *, reduction: none|mean|sum|batchmean = mean, "
    .. "log_target: bool = false) -> Tensor",
  amp = {cpu = "float", cuda = "float"},
  module = "nn.functional", method = false, domain = "unit", computes = true,
  specialize = {"reduction", "log_target", ["input.ndim"] = {0}}, check = {ONE_SHAPE},
  composite = function(o)
    local x, y = o.input, o.target
    local losses = o.log_target and y:exp() * (y - x) or x:native_kl_div(y)
    if o.reduction == "batchmean" then return x.ndim == 0 and losses:sum() or losses:sum() / x.shape[1] end
    return reduced(o, losses)
  end,
  doc = [[target (log(target) - input), the divergence of Kullback and Leibler where input are log-probabilities;
log_target: target are too. "batchmean" divides the sum by the length of the first dimension.]],
  example = "nn.functional.kl_div(torch.log_softmax(torch.eye(2), 2), torch.full({2, 2}, 0.5), "
    .. "{reduction = 'batchmean'})"}
op {"native_kl_div", "(input: Tensor, target: Tensor) -> Tensor", private = true, types = "float", cost = true,
  domain = "unit",
  expr = "choose(b == 0, K(0), b * (log(b) - a))", doc = "kl_div, element by element.",
  backward = function(o)
    return {input = -(o.grad * o.target), target = o.grad * (o.target:log() + 1 - o.input)}
  end}

-- ---- of distributions --------------------------------------------------------------

op {"poisson_nll_loss", "(input: Tensor, target: Tensor, log_input: bool = true, full: bool = false, *, "
    .. "eps: float = 1e-8, reduction: none|mean|sum = mean) -> Tensor", amp = {cpu = "float", cuda = "float"},
  module = "nn.functional", method = false, domain = "counts", computes = true,
  specialize = {"reduction", "log_input", "full"},
  composite = function(o)
    local x, y = o.input, o.target
    local losses = o.log_input and x:exp() - y * x or x - y * (x + o.eps):log()
    if o.full then -- Stirling's formula for log(target!) above 1
      local small = y:le(1)
      local n = y:masked_fill(small, 1)
      losses = losses + (n * n:log() - n + (n * 6.283185307179586477):log() * 0.5):masked_fill(small, 0)
    end
    return reduced(o, losses)
  end,
  doc = [[exp(input) - target · input, or input - target log(input + eps) where log_input is false: the negative
logarithm of Poisson's law but for log(target!), which full adds by Stirling's formula.]],
  example = "nn.functional.poisson_nll_loss(torch.zeros(2), torch.ones(2))", gives = "1"}
op {"gaussian_nll_loss", "(input: Tensor, target: Tensor, var: Tensor, full: bool = false, *, eps: float = 1e-6, "
    .. "reduction: none|mean|sum = mean) -> Tensor",
  module = "nn.functional", method = false, domain = "gaussian", computes = true,
  specialize = {"reduction", "full", {"by_row", "var.ndim > 0 and var.ndim + 1 == input.ndim"}},
  check = {FLOAT, {"eps", "eps > 0", "a number above 0"},
    {"var", "var.numel == 1 or same_shape(input, var) or var.ndim + 1 == input.ndim or "
      .. "(var.ndim == input.ndim and var.shape[-1] == 1)", "the shape of 'input' {input.shape}, or one for each row"}},
  composite = function(o)
    local var = o.var:variances()
    if o.by_row then var = var:unsqueeze(-1) end
    var = var:raised(o.eps)
    local losses = (var:log() + (o.input - o.target):square() / var) * 0.5
    return reduced(o, o.full and losses + 0.91893853320467274178 or losses)
  end,
  doc = [[0.5 (log(var) + (input - target)² / var): the negative logarithm of the normal law but for 0.5 log(2π),
which full adds. var is at least eps; it has the shape of input, or one number for each row.]],
  example = "nn.functional.gaussian_nll_loss(torch.zeros(2), torch.ones(2), torch.ones(2))", gives = "0.5"}
op {"variances", "(input: Tensor) -> Tensor", private = true, composite = true,
  doc = [[input itself, of which no element is below 0; fails, naming the argument of the loss, when one is.]]}
