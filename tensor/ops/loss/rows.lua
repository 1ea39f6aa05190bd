-- Losses. reduction: "none" gives every loss, "sum" their sum, "mean" their mean.
op {"nll_loss", "(input: Tensor, target: Positions, weight: Tensor = nil, *, ignore_index: index = -100, reduction: none|mean|sum = mean) -> Tensor, Tensor",
  module = "nn.functional", method = false, returns = 1, infer = "nll_loss", contiguous = true, types = "float", domain = "classes",
  backward = "nll_loss", grad_inputs = {"input"}, save = {"target", "weight", "out2"},
  doc = [[-weight[target] · input[target]: input are log-probabilities (N×C), (C) or (N×C×d…), target classes (N), () or (N×d…), counted from 1. Targets equal to ignore_index count nothing; "mean" divides by the sum of the weights of the targets.]],
  example = "nn.functional.nll_loss(torch.log_softmax(torch.eye(3), 2), torch.tensor({1, 2, 3}))", gives = "0.5514"}
op {"nll_loss_backward", "(g: Tensor, target: Positions, weight: Tensor = nil, total: Tensor = nil, size: shape, ignore_index: index, reduction: none|mean|sum) -> Tensor",
  private = true, infer = "nll_loss_backward", contiguous = true, types = "float",
  backward = "nll_loss_backward", grad_inputs = {"g"}, save = {"target", "weight"},
  doc = [[The gradient of nll_loss. total: the sum of the weights.]]}
op {"cross_entropy", "(input: Tensor, target: Positions, weight: Tensor = nil, *, ignore_index: index = -100, reduction: none|mean|sum = mean, label_smoothing: float = 0) -> Tensor",
  module = "nn.functional", method = false, composite = true, types = "float", domain = "classes",
  doc = [[nll_loss of log_softmax(input) along the classes: input (N×C), (C) or (N×C×d…), target classes from 1, (N), () or (N×d…), or probabilities in the shape of input. label_smoothing mixes the target with the uniform distribution.]],
  example = "nn.functional.cross_entropy(torch.eye(3), torch.tensor({1, 2, 3}))", gives = "0.5514"}
op {"cross_entropy_soft", "(input: Tensor, target: Tensor, weight: Tensor = nil, *, ignore_index: index = -100, reduction: none|mean|sum = mean, label_smoothing: float = 0) -> Tensor",
  lua = "cross_entropy", module = "nn.functional", method = false, composite = true, types = "float", domain = "probabilities",
  doc = [[cross_entropy with class probabilities as target: -Σ weight · target · log_softmax(input); "mean" divides by N (and d…).]],
  example = "nn.functional.cross_entropy(torch.eye(3), torch.full({3, 3}, 1 / 3))", gives = "1.2181"}

local function loss(name, doc, extra, gives)
  op {name, "(input: Tensor, target: Tensor, " .. (extra or "") .. "*, reduction: none|mean|sum = mean) -> Tensor",
    module = "nn.functional", method = false, composite = true, types = "float", domain = "loss", doc = doc,
    example = ("nn.functional.%s(torch.zeros(2), torch.ones(2))"):format(name), gives = gives or "1"}
end
loss("mse_loss", "(input - target)², broadcast.")
loss("l1_loss", "|input - target|, broadcast.")
loss("smooth_l1_loss", "0.5 d² / beta where |d| = |input - target| < beta, else |d| - 0.5 beta (Girshick 2015).", "beta: float = 1, ", "0.5")
loss("huber_loss", "0.5 d² where |d| = |input - target| <= delta, else delta (|d| - 0.5 delta) (Huber 1964).", "delta: float = 1, ", "0.5")

op {"binary_cross_entropy", "(input: Tensor, target: Tensor, weight: Tensor = nil, *, reduction: none|mean|sum = mean) -> Tensor",
  module = "nn.functional", method = false, composite = true, types = "float", domain = "probability",
  doc = [[-weight (target log(input) + (1 - target) log(1 - input)); input between 0 and 1, logarithms at least -100; target in the shape of input.]],
  example = "nn.functional.binary_cross_entropy(torch.full({2}, 0.5), torch.ones(2))", gives = "0.6931"}
op {"binary_cross_entropy_with_logits", "(input: Tensor, target: Tensor, weight: Tensor = nil, *, pos_weight: Tensor = nil, reduction: none|mean|sum = mean) -> Tensor",
  module = "nn.functional", method = false, composite = true, types = "float", domain = "loss",
  doc = [[binary_cross_entropy of sigmoid(input), without overflow; pos_weight multiplies the part of target. target in the shape of input.]],
  example = "nn.functional.binary_cross_entropy_with_logits(torch.zeros(2), torch.ones(2))", gives = "0.6931"}

op {"smooth_l1_of", "(d: Tensor, beta: float) -> Tensor", private = true, types = "float",
  expr = "ABS(a) < beta ? K(0.5) * a * a / beta : ABS(a) - K(0.5) * beta", doc = "smooth_l1_loss of a difference.",
  backward = function(o) return {d = o.grad * (o.d / o.beta):clamp(-1, 1)} end}
op {"bce_of", "(input: Tensor, target: Tensor) -> Tensor", private = true, types = "float", cost = true, domain = "unit",
  expr = "(b - 1) * maximum_of(log1p(-a), K(-100)) - b * maximum_of(log(a), K(-100))", doc = "binary_cross_entropy, element by element.",
  backward = function(o)
    return {input = o.grad * (o.input - o.target) / (o.input * (-o.input + 1)):clamp(1e-12),
      target = o.grad * ((-o.input):log1p():clamp(-100) - o.input:log():clamp(-100))}
  end}
op {"bce_logits_of", "(input: Tensor, target: Tensor) -> Tensor", private = true, types = "float", cost = true,
  expr = "choose(a > 0, a, K(0)) - a * b + log1p(exp(-ABS(a)))", doc = "binary_cross_entropy_with_logits, element by element.",
  backward = function(o) return {input = o.grad * (o.input:sigmoid() - o.target), target = -(o.grad * o.input)} end}

op {"kl_div", "(input: Tensor, target: Tensor, *, reduction: none|mean|sum|batchmean = mean, log_target: bool = false) -> Tensor",
  module = "nn.functional", method = false, composite = true, types = "float", domain = "unit",
  doc = [[target (log(target) - input), the divergence of Kullback and Leibler where input are log-probabilities; log_target: target are too. "batchmean" divides the sum by the length of the first dimension.]],
  example = "nn.functional.kl_div(torch.log_softmax(torch.eye(2), 2), torch.full({2, 2}, 0.5), {reduction = \"batchmean\"})"}
op {"kl_div_of", "(input: Tensor, target: Tensor) -> Tensor", private = true, types = "float", cost = true, domain = "unit",
  expr = "choose(b == 0, K(0), b * (log(b) - a))", doc = "kl_div, element by element.",
  backward = function(o)
    return {input = -(o.grad * o.target), target = o.grad * (o.target:log() + 1 - o.input)}
  end}
