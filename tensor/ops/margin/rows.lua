-- Distances between rows, and losses with a margin. reduction: "none" gives every loss, "sum" their sum, "mean" their
-- mean.
local FUNCTIONAL, FLOATS = "nn.functional", {cpu = "float", cuda = "float"}
local REDUCTION = "reduction: none|mean|sum = mean"

local function reduced(o, losses)
  if o.reduction == "mean" then return losses:mean() end
  if o.reduction == "sum" then return losses:sum() end
  return losses
end

-- A loss that is a formula; `columns` are those of its row.
local function loss(name, arguments, columns)
  local row = {name, ("(%s, *, %s) -> Tensor"):format(arguments, REDUCTION), module = FUNCTIONAL, method = false,
    amp = FLOATS, computes = true}
  row.specialize = {"reduction"}
  for key, value in pairs(columns) do row[key] = value end
  op(row)
end

op {"raised", "(input: Tensor, least: float) -> Tensor", private = true, types = "float",
  expr = "at_least(a, least)", domain = "raised", backward = function(o) return {input = o.grad:helper("pass")} end,
  doc = "At least `least`; the gradient passes as if nothing had been raised."}

-- ---- distances ---------------------------------------------------------------------

op {"pairwise_distance", "(x1: Tensor, x2: Tensor, p: float = 2, eps: float = 1e-6, keepdim: bool = false) -> Tensor",
  module = {"torch", "nn.functional"}, method = false, computes = true, domain = "rows",
  composite = function(o) return (o.x1 - o.x2 + o.eps):norm(o.p, {-1}, o.keepdim) end,
  doc = "The p-norm of x1 - x2 + eps along the last dimension, broadcast.",
  example = "torch.pairwise_distance(torch.tensor({{3.0, 4.0}}), torch.zeros(1, 2))", gives = "{5}"}
op {"cosine_similarity", "(x1: Tensor, x2: Tensor, dim: dim = 2, eps: float = 1e-8) -> Tensor", amp = {cuda = "float"},
  module = {"torch", "nn.functional"}, method = false, computes = true, domain = "rows", types = "float",
  check = {{"x2", "broadcast(x1, x2, 0)", "a shape that broadcasts with {x1.shape}"}},
  composite = function(o)
    local shape = o.x1.shape:broadcast(o.x2.shape)
    local a, b = o.x1:expand(shape), o.x2:expand(shape)
    local length_a, length_b = a:norm(2, o.dim, true):raised(o.eps), b:norm(2, o.dim, true):raised(o.eps)
    return (a / length_a * (b / length_b)):sum(o.dim)
  end,
  doc = "The cosine of the angle between x1 and x2 along dim, whose lengths count as at least eps; broadcast.",
  example = "torch.cosine_similarity(torch.tensor({{1.0, 1.0}}), torch.tensor({{1.0, 0.0}}))", gives = "{0.7071}"}

-- ---- losses of distances -----------------------------------------------------------

loss("triplet_margin_loss", "anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1, p: float = 2, "
    .. "eps: float = 1e-6, swap: bool = false", {module = {"torch", "nn.functional"}, domain = "triplets",
  check = {{"margin", "margin > 0", "a number above 0"}},
  specialize = {"reduction", "swap"},
  composite = function(o)
    local function distance(a, b) return a:pairwise_distance(b, o.p, o.eps) end
    local far = distance(o.anchor, o.negative)
    if o.swap then far = far:minimum(distance(o.positive, o.negative)) end
    return reduced(o, (distance(o.anchor, o.positive) - far + o.margin):relu())
  end,
  doc = [[max(0, d(anchor, positive) - d(anchor, negative) + margin), where d is the p-norm of the difference; swap:
the smaller one of d(anchor, negative) and d(positive, negative) counts (Balntas et al. 2016).]],
  example = "nn.functional.triplet_margin_loss(torch.zeros(1, 2), torch.zeros(1, 2), torch.zeros(1, 2))",
  gives = "1"})
loss("cosine_embedding_loss", "input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0", {
  module = {"torch", "nn.functional"}, domain = "two_and_signs",
  check = {{"target", "target.ndim + 1 == input1.ndim", "one number for each row of 'input1' {input1.shape}"}},
  composite = function(o)
    local a, b, y = o.input1, o.input2, o.target
    local function direction(x) return x / x:norm(2, -1, true):hypot(1e-6) end
    local cosine = (direction(a) * direction(b)):sum({-1})
    local near, far = 1 - cosine, (cosine - o.margin):relu()
    return reduced(o, near:masked_fill(y:ne(1), 0) + far:masked_fill(y:ne(-1), 0))
  end,
  doc = "1 - cos(input1, input2) where target is 1, max(0, cos(input1, input2) - margin) where it is -1.",
  example = "nn.functional.cosine_embedding_loss(torch.ones(1, 2), torch.ones(1, 2), torch.tensor({-1}))",
  gives = "1"})
loss("hinge_embedding_loss", "input: Tensor, target: Tensor, margin: float = 1", {domain = "one_and_signs",
  module = {"torch", "nn.functional"},
  composite = function(o)
    local far = (o.margin - o.input):relu()
    return reduced(o, o.input:masked_fill(o.target:eq(-1), 0) + far:masked_fill(o.target:eq(1), 0))
  end,
  doc = "input where target is 1, max(0, margin - input) where it is -1.",
  example = "nn.functional.hinge_embedding_loss(torch.tensor({0.5, 0.5}), torch.tensor({1, -1}))", gives = "0.5"})
loss("margin_ranking_loss", "input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0", {
  module = {"torch", "nn.functional"}, domain = "two_and_signs_of_each",
  check = {{"target", "input1.ndim == input2.ndim and input1.ndim == target.ndim",
    "as many dimensions as 'input1' {input1.shape} and 'input2' {input2.shape}"}},
  composite = function(o) return reduced(o, (-o.target * (o.input1 - o.input2) + o.margin):relu()) end,
  doc = "max(0, -target (input1 - input2) + margin): target 1 wants input1 larger, -1 input2.",
  example = "nn.functional.margin_ranking_loss(torch.tensor({1.0}), torch.tensor({3.0}), torch.tensor({1}))",
  gives = "2"})
loss("soft_margin_loss", "input: Tensor, target: Tensor", {domain = "one_and_signs", types = "float",
  composite = function(o) return reduced(o, -(o.target * o.input):logsigmoid()) end,
  doc = "log(1 + exp(-target · input)), target 1 or -1.",
  example = "nn.functional.soft_margin_loss(torch.zeros(2), torch.tensor({1.0, -1.0}))", gives = "0.6931"})

-- ---- losses of classes -------------------------------------------------------------

loss("multi_margin_loss", "input: Tensor, target: Positions, p: int = 1, margin: float = 1, weight: Tensor = nil", {
  domain = "classes_of_rows", types = "float",
  specialize = {"reduction", "weight", p = {1}, ["input.ndim"] = {0, 1}},
  check = {{"p", "p == 1 or p == 2", "1 or 2"}, {"input", "input.ndim <= 2", "(C) or (N×C)"},
    {"target", "target.ndim < 2 and ((input.ndim < 2 and target.numel == 1) or "
      .. "(input.ndim == 2 and target.numel == input.shape[1]))", "one class for each row of 'input' {input.shape}"},
    {"weight", "weight.ndim == 1 and (input.ndim == 0 or weight.shape[1] == input.shape[-1])", "one for each class"}},
  composite = function(o)
    local rank, x, y = o.input.ndim, o.input, o.target:reshape({-1, 1})
    local one_row = rank == 0 or rank == 1
    if one_row then x = x:reshape({1, -1}) end
    local losses = (x - x:gather(2, y) + o.margin):relu()
    if o.p ~= 1 then losses = losses * losses end
    if o.weight then losses = losses * o.weight:index_select(1, o.target:reshape({-1})):unsqueeze(2) end
    return reduced(o, losses:scatter_value(2, y, 0):mean(2):reshape(o.target.shape))
  end,
  doc = "Σ max(0, margin - x[target] + x[i])^p / C over the classes i other than target, times weight[target].",
  example = "nn.functional.multi_margin_loss(torch.tensor({{0.0, 1.0}}), torch.tensor({1}))", gives = "1"})
loss("multilabel_soft_margin_loss", "input: Tensor, target: Tensor, weight: Tensor = nil", {types = "float",
  amp = {}, domain = "one_and_labels", specialize = {"reduction", "weight"},
  check = {{"input", "input.ndim >= 1", "at least 1 dimension"}},
  composite = function(o)
    local x, y = o.input, o.target
    local losses = -(y * x:logsigmoid() + (1 - y) * (-x):logsigmoid())
    if o.weight then losses = losses * o.weight end
    return reduced(o, losses:mean({-1}))
  end,
  doc = "The mean over the classes of -(target log σ(input) + (1 - target) log σ(-input)), σ the sigmoid.",
  example = "nn.functional.multilabel_soft_margin_loss(torch.zeros(1, 2), torch.ones(1, 2))", gives = "0.6931"})
loss("multilabel_margin_loss", "input: Tensor, target: Positions", {types = "float", domain = "labels",
  specialize = {"reduction", ["input.ndim"] = {0, 1}},
  check = {{"input", "input.ndim <= 2", "(C) or (N×C)"},
    {"target", "same_shape(input, target)", "the shape of 'input' {input.shape}"}},
  composite = function(o)
    local rank = o.input.ndim
    if rank ~= 0 and rank ~= 1 then return reduced(o, o.input:native_multilabel_margin_loss(o.target)) end
    local losses = o.input:reshape({1, -1}):native_multilabel_margin_loss(o.target:reshape({1, -1}))
    return reduced(o, losses:reshape {shape = {}})
  end,
  doc = [[Σ max(0, 1 - x[t] + x[i]) / C over the classes t of target, which end at the first -1, and the other classes
i.]],
  example = "nn.functional.multilabel_margin_loss(torch.tensor({{0.0, 1.0}}), torch.tensor({{1, -1}}))", gives = "1"})
op {"native_multilabel_margin_loss", "(input: Tensor, target: Positions) -> Tensor", private = true, types = "float",
  infer = "multilabel_margin_loss", contiguous = true, domain = "labels",
  backward = function(o) return {input = o.grad:multilabel_margin_loss_backward(o.input, o.target)} end,
  doc = "multilabel_margin_loss of each row."}
op {"multilabel_margin_loss_backward", "(g: Tensor, input: Tensor, target: Positions) -> Tensor", private = true,
  types = "float", infer = "multilabel_margin_loss_backward", contiguous = true,
  backward = function(o) -- linear in g, and of no slope in input
    local slopes = o.g:ones_like():multilabel_margin_loss_backward(o.input, o.target)
    return {g = (o.grad * slopes):sum({-1}), input = o.input:zeros_like()}
  end,
  doc = "The gradient of native_multilabel_margin_loss."}
