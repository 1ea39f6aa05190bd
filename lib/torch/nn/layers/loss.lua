-- Losses as modules: loss(input, target). Class targets count from 1.
local layer, F = require "torch.nn.layer", require "torch.nn.functional"

local BATCH = "what becomes of the losses of the batch"
local ELEMENTS = "what becomes of the losses of the elements"

layer {"CrossEntropyLoss", "(weight: Tensor = nil, ignore_index: index = -100, reduction: none|mean|sum = mean, "
    .. "label_smoothing: float = 0.0)",
  forward = function(m, input, target)
    return F.cross_entropy(input, target, m.weight,
      {ignore_index = m.ignore_index, reduction = m.reduction, label_smoothing = m.label_smoothing})
  end,
  doc = "The negative log probability of the target class under softmax(input).",
  shape = [[input (N, C), (C) or (N, C, d…); target classes from 1, (N), () or (N, d…), or
probabilities in the shape of input.]],
  notes = {weight = "of each class, (C)", ignore_index = "targets of this value count for nothing", reduction = BATCH,
    label_smoothing = "the share of the uniform distribution in the target"},
  domain = "classes", example = "nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor({1, 3}))"}

layer {"NLLLoss", "(weight: Tensor = nil, ignore_index: index = -100, reduction: none|mean|sum = mean)",
  forward = function(m, input, target)
    return F.nll_loss(input, target, m.weight, {ignore_index = m.ignore_index, reduction = m.reduction})
  end,
  doc = "-input[target]: the negative log likelihood, for inputs that are log probabilities, as of nn.LogSoftmax.",
  shape = "input (N, C), (C) or (N, C, d…); target classes from 1, (N), () or (N, d…).",
  notes = {weight = "of each class, (C)", ignore_index = "targets of this value count for nothing", reduction = BATCH},
  domain = "classes", example = "nn.NLLLoss()(torch.zeros(2, 3), torch.tensor({1, 3}))"}

layer {"MSELoss", "(reduction: none|mean|sum = mean)",
  forward = function(m, input, target) return F.mse_loss(input, target, {reduction = m.reduction}) end,
  doc = "(input - target)², of tensors of one shape.", notes = {reduction = ELEMENTS},
  domain = "pair", example = "nn.MSELoss()(torch.ones(3), torch.zeros(3))"}

layer {"L1Loss", "(reduction: none|mean|sum = mean)",
  forward = function(m, input, target) return F.l1_loss(input, target, {reduction = m.reduction}) end,
  doc = "|input - target|, of tensors of one shape.", notes = {reduction = ELEMENTS},
  domain = "pair", example = "nn.L1Loss()(torch.ones(3), torch.zeros(3))"}

layer {"SmoothL1Loss", "(reduction: none|mean|sum = mean, beta: float = 1.0)",
  forward = function(m, input, target)
    return F.smooth_l1_loss(input, target, {reduction = m.reduction, beta = m.beta})
  end,
  doc = "0.5 d² / beta where |d| = |input - target| < beta, else |d| - 0.5 beta (Girshick 2015).",
  notes = {reduction = ELEMENTS, beta = "where the square ends; 0 makes it nn.L1Loss"},
  domain = "pair", example = "nn.SmoothL1Loss()(torch.ones(3), torch.zeros(3))"}

layer {"HuberLoss", "(reduction: none|mean|sum = mean, delta: float = 1.0)",
  forward = function(m, input, target)
    return F.huber_loss(input, target, {reduction = m.reduction, delta = m.delta})
  end,
  doc = "0.5 d² where |d| = |input - target| <= delta, else delta (|d| - 0.5 delta) (Huber 1964).",
  notes = {reduction = ELEMENTS, delta = "where the square ends, above 0"},
  domain = "pair", example = "nn.HuberLoss()(torch.ones(3), torch.zeros(3))"}

layer {"KLDivLoss", "(reduction: none|mean|sum|batchmean = mean, log_target: bool = false)",
  forward = function(m, input, target)
    return F.kl_div(input, target, {reduction = m.reduction, log_target = m.log_target})
  end,
  doc = [[target (log target - input), the divergence of Kullback and Leibler where input are
log probabilities and target probabilities.]],
  notes = {reduction = ELEMENTS .. "; \"batchmean\" divides their sum by the length of the first dimension",
    log_target = "the target are log probabilities too"},
  domain = "probabilities", example = "nn.KLDivLoss()(torch.zeros(2, 2), torch.ones(2, 2))"}

layer {"BCELoss", "(weight: Tensor = nil, reduction: none|mean|sum = mean)",
  forward = function(m, input, target)
    return F.binary_cross_entropy(input, target, m.weight, {reduction = m.reduction})
  end,
  doc = "-(t log x + (1 - t) log(1 - x)) for probabilities x in [0, 1]; logarithms are at least -100.",
  notes = {weight = "of each element, broadcast", reduction = ELEMENTS},
  domain = "probabilities", example = "nn.BCELoss()(torch.tensor({0.5}), torch.tensor({1.0}))"}

layer {"BCEWithLogitsLoss", "(weight: Tensor = nil, reduction: none|mean|sum = mean, pos_weight: Tensor = nil)",
  forward = function(m, input, target)
    return F.binary_cross_entropy_with_logits(input, target, m.weight,
      {pos_weight = m.pos_weight, reduction = m.reduction})
  end,
  doc = "nn.BCELoss of sigmoid(input), computed without overflow.",
  notes = {weight = "of each element, broadcast", reduction = ELEMENTS,
    pos_weight = "of the positive targets, broadcast"},
  domain = "pair", example = "nn.BCEWithLogitsLoss()(torch.zeros(1), torch.ones(1))"}
