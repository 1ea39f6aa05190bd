-- Distances, and losses with a margin: loss(inputs…, target).
local layer, F = require "torch.nn.layer", require "torch.nn.functional"

local ELEMENTS = "what becomes of the losses of the elements"
local ROWS = "what becomes of the losses of the rows"

layer {"CosineSimilarity", "(dim: dim = 2, eps: float = 1e-8)",
  forward = function(m, x1, x2) return F.cosine_similarity(x1, x2, m.dim, m.eps) end,
  doc = "The cosine of the angle between two tensors along dim.",
  notes = {dim = "the dimension of the vectors", eps = "the least length of a vector"},
  domain = "pair", example = "nn.CosineSimilarity()(torch.ones(1, 2), torch.ones(1, 2))"}

layer {"PairwiseDistance", "(p: float = 2.0, eps: float = 1e-6, keepdim: bool = false)",
  forward = function(m, x1, x2) return F.pairwise_distance(x1, x2, m.p, m.eps, m.keepdim) end,
  doc = "The p-norm of x1 - x2 + eps along the last dimension.",
  domain = "pair", example = "nn.PairwiseDistance()(torch.ones(1, 2), torch.zeros(1, 2))"}

layer {"TripletMarginLoss", "(margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = false, "
    .. "reduction: none|mean|sum = mean)",
  forward = function(m, anchor, positive, negative)
    return F.triplet_margin_loss(anchor, positive, negative, m.margin, m.p, m.eps, m.swap, {reduction = m.reduction})
  end,
  doc = "max(0, d(anchor, positive) - d(anchor, negative) + margin), d the p-norm of the difference.",
  notes = {swap = "the smaller one of d(anchor, negative) and d(positive, negative) counts", reduction = ROWS},
  domain = "three", example = "nn.TripletMarginLoss()(torch.ones(1, 2), torch.ones(1, 2), torch.zeros(1, 2))"}

layer {"CosineEmbeddingLoss", "(margin: float = 0.0, reduction: none|mean|sum = mean)",
  forward = function(m, input1, input2, target)
    return F.cosine_embedding_loss(input1, input2, target, m.margin, {reduction = m.reduction})
  end,
  doc = "1 - cos(input1, input2) where target is 1, max(0, cos(input1, input2) - margin) where it is -1.",
  notes = {reduction = ROWS}, domain = "two_and_row_signs",
  example = "nn.CosineEmbeddingLoss()(torch.ones(1, 2), torch.ones(1, 2), torch.tensor({1}))"}

layer {"HingeEmbeddingLoss", "(margin: float = 1.0, reduction: none|mean|sum = mean)",
  forward = function(m, input, target)
    return F.hinge_embedding_loss(input, target, m.margin, {reduction = m.reduction})
  end,
  doc = "input where target is 1, max(0, margin - input) where it is -1.", notes = {reduction = ELEMENTS},
  domain = "one_and_signs", example = "nn.HingeEmbeddingLoss()(torch.ones(2), torch.tensor({1, -1}))"}

layer {"MarginRankingLoss", "(margin: float = 0.0, reduction: none|mean|sum = mean)",
  forward = function(m, input1, input2, target)
    return F.margin_ranking_loss(input1, input2, target, m.margin, {reduction = m.reduction})
  end,
  doc = "max(0, -target (input1 - input2) + margin): target 1 wants input1 larger, -1 input2.",
  notes = {reduction = ELEMENTS}, domain = "two_and_signs",
  example = "nn.MarginRankingLoss()(torch.ones(2), torch.zeros(2), torch.tensor({1, -1}))"}

layer {"SoftMarginLoss", "(reduction: none|mean|sum = mean)",
  forward = function(m, input, target) return F.soft_margin_loss(input, target, {reduction = m.reduction}) end,
  doc = "log(1 + exp(-target · input)), target 1 or -1.", notes = {reduction = ELEMENTS},
  domain = "one_and_signs", example = "nn.SoftMarginLoss()(torch.zeros(2), torch.ones(2))"}

layer {"MultiMarginLoss", "(p: int = 1, margin: float = 1.0, weight: Tensor = nil, reduction: none|mean|sum = mean)",
  check = {{"p == 1 || p == 2", "'p' (argument 1): expected 1 or 2, got {p}"}},
  forward = function(m, input, target)
    return F.multi_margin_loss(input, target, m.p, m.margin, m.weight, {reduction = m.reduction})
  end,
  doc = "Σ max(0, margin - x[target] + x[i])^p / C over the classes i other than target, times weight[target].",
  shape = "input (N, C) or (C); target classes from 1, (N) or ().",
  notes = {weight = "of each class, (C)", reduction = ROWS}, domain = "rows_of_classes",
  example = "nn.MultiMarginLoss()(torch.zeros(2, 3), torch.tensor({1, 3}))"}

layer {"MultiLabelMarginLoss", "(reduction: none|mean|sum = mean)",
  forward = function(m, input, target) return F.multilabel_margin_loss(input, target, {reduction = m.reduction}) end,
  doc = "Σ max(0, 1 - x[t] + x[i]) / C over the classes t of target and the other classes i.",
  shape = "input and target (N, C) or (C); target classes from 1, and -1 behind the last.",
  notes = {reduction = ROWS}, domain = "labels",
  example = "nn.MultiLabelMarginLoss()(torch.zeros(1, 3), torch.tensor({{1, 3, -1}}))"}

layer {"MultiLabelSoftMarginLoss", "(weight: Tensor = nil, reduction: none|mean|sum = mean)",
  forward = function(m, input, target)
    return F.multilabel_soft_margin_loss(input, target, m.weight, {reduction = m.reduction})
  end,
  doc = "The mean over the classes of -(target log σ(x) + (1 - target) log σ(-x)), σ the sigmoid.",
  notes = {weight = "of each class, (C)", reduction = ROWS}, domain = "pair",
  example = "nn.MultiLabelSoftMarginLoss()(torch.zeros(1, 2), torch.ones(1, 2))"}

layer {"PoissonNLLLoss", "(log_input: bool = true, full: bool = false, eps: float = 1e-8, "
    .. "reduction: none|mean|sum = mean)",
  forward = function(m, input, target)
    return F.poisson_nll_loss(input, target, m.log_input, m.full, {eps = m.eps, reduction = m.reduction})
  end,
  doc = "exp(x) - target x, or x - target log(x + eps) without log_input: for counts of Poisson's law.",
  notes = {log_input = "the input are logarithms", full = "log(target!) is added, by Stirling's formula",
    reduction = ELEMENTS},
  domain = "probabilities", example = "nn.PoissonNLLLoss()(torch.zeros(2), torch.ones(2))"}

layer {"GaussianNLLLoss", "(full: bool = false, eps: float = 1e-6, reduction: none|mean|sum = mean)",
  forward = function(m, input, target, var)
    return F.gaussian_nll_loss(input, target, var, m.full, {eps = m.eps, reduction = m.reduction})
  end,
  doc = "0.5 (log(var) + (x - target)² / var), for numbers of the normal law with this variance.",
  notes = {full = "0.5 log(2π) is added", eps = "the least variance", reduction = ELEMENTS},
  domain = "gaussian", example = "nn.GaussianNLLLoss()(torch.zeros(2), torch.ones(2), torch.ones(2))"}
