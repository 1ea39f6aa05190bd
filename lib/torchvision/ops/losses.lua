--- Losses of detection.
local torch = require "torch"
local options = require "torch.utils.options"
local check = require "torchvision.ops.argument"

local losses = {}

local function reduced(name, reduction, loss)
  if reduction == "none" then return loss end
  if reduction == "mean" then return loss:numel() > 0 and loss:mean() or 0 * loss:sum() end
  if reduction == "sum" then return loss:sum() end
  options.wrong(name, "reduction", nil, "\"none\", \"mean\" or \"sum\"", reduction)
end

--- torchvision.ops.sigmoid_focal_loss(inputs: Tensor, targets: Tensor, {alpha: float = 0.25, gamma: float = 2,
-- reduction: string = "none"}) -> Tensor: α (1 - p)^γ times the binary cross entropy of logits `inputs` and `targets`
-- (0 or 1), p the probability of the target; alpha < 0: no weights (Lin et al. 2017).
-- Example: torchvision.ops.sigmoid_focal_loss(torch.tensor({0.5, -1}), torch.tensor({1., 0}))
function losses.sigmoid_focal_loss(...)
  local given = options.read("sigmoid_focal_loss", {{"inputs", kind = "tensor", required = true},
    {"targets", kind = "tensor", required = true}, {"alpha", kind = "number", default = 0.25},
    {"gamma", kind = "number", default = 2}, {"reduction", kind = "string", default = "none"}}, ...)
  local targets = given.targets
  if given.alpha > 1 then options.wrong("sigmoid_focal_loss", "alpha", nil, "0 to 1, or -1", given.alpha) end
  local p = given.inputs:sigmoid()
  local entropy = torch.nn.functional.binary_cross_entropy_with_logits(given.inputs, targets, {reduction = "none"})
  local hit = p * targets + (1 - p) * (1 - targets)
  local loss = entropy * (1 - hit) ^ given.gamma
  if given.alpha >= 0 then loss = loss * (targets * given.alpha + (1 - targets) * (1 - given.alpha)) end
  return reduced("sigmoid_focal_loss", given.reduction, loss)
end

local PAIR <const> = {{"boxes1"}, {"boxes2"}, {"reduction", kind = "string", default = "none"},
  {"eps", kind = "number", default = 1e-7}}

--- The arguments, and the boxes as columns: of each pair the areas of what both cover and of what either does, and the
-- box around.
local function read(name, ...)
  local given = options.read(name, PAIR, ...)
  local a, b = check(name, "boxes1", 1, given.boxes1), check(name, "boxes2", 2, given.boxes2)
  if a.shape ~= b.shape then options.wrong(name, "boxes2", 2, "the shape of 'boxes1'", b) end
  local p = {eps = given.eps, reduction = given.reduction}
  p.a, p.b = a:unbind(-1), b:unbind(-1)
  local width = p.a[3]:minimum(p.b[3]) - p.a[1]:maximum(p.b[1])
  local height = p.a[4]:minimum(p.b[4]) - p.a[2]:maximum(p.b[2])
  p.both = (width * height):masked_fill(width:le(0):logical_or(height:le(0)), 0)
  p.either = (p.a[3] - p.a[1]) * (p.a[4] - p.a[2]) + (p.b[3] - p.b[1]) * (p.b[4] - p.b[2]) - p.both
  p.width = p.a[3]:maximum(p.b[3]) - p.a[1]:minimum(p.b[1])
  p.height = p.a[4]:maximum(p.b[4]) - p.a[2]:minimum(p.b[2])
  return p
end

--- torchvision.ops.generalized_box_iou_loss(boxes1: Tensor, boxes2: Tensor, {reduction: string = "none", eps: float =
-- 1e-7}) -> Tensor: 1 - generalized_box_iou of each box and its partner (both …×4).
-- Example: torchvision.ops.generalized_box_iou_loss(torch.tensor({{0., 0, 1, 1}}), torch.tensor({{2., 0, 3, 1}}))
function losses.generalized_box_iou_loss(...)
  local p = read("generalized_box_iou_loss", ...)
  local area = p.width * p.height
  local loss = 1 - p.both / (p.either + p.eps) + (area - p.either) / (area + p.eps)
  return reduced("generalized_box_iou_loss", p.reduction, loss)
end

--- 1 - distance_box_iou, and box_iou.
local function distance(p)
  local iou = p.both / (p.either + p.eps)
  local dx = (p.a[1] + p.a[3]) / 2 - (p.b[1] + p.b[3]) / 2
  local dy = (p.a[2] + p.a[4]) / 2 - (p.b[2] + p.b[4]) / 2
  return 1 - iou + (dx * dx + dy * dy) / (p.width * p.width + p.height * p.height + p.eps), iou
end

--- torchvision.ops.distance_box_iou_loss(boxes1: Tensor, boxes2: Tensor, {reduction: string = "none", eps: float =
-- 1e-7}) -> Tensor: 1 - distance_box_iou of each box and its partner (both …×4).
-- Example: torchvision.ops.distance_box_iou_loss(torch.tensor({{0., 0, 1, 1}}), torch.tensor({{2., 0, 3, 1}}))
function losses.distance_box_iou_loss(...)
  local p = read("distance_box_iou_loss", ...)
  return reduced("distance_box_iou_loss", p.reduction, (distance(p)))
end

--- torchvision.ops.complete_box_iou_loss(boxes1: Tensor, boxes2: Tensor, {reduction: string = "none", eps: float =
-- 1e-7}) -> Tensor: 1 - complete_box_iou of each box and its partner (both …×4).
-- Example: torchvision.ops.complete_box_iou_loss(torch.tensor({{0., 0, 1, 2}}), torch.tensor({{0., 0, 2, 1}}))
function losses.complete_box_iou_loss(...)
  local p = read("complete_box_iou_loss", ...)
  local loss, iou = distance(p)
  local turn = ((p.b[3] - p.b[1]) / (p.b[4] - p.b[2])):atan() - ((p.a[3] - p.a[1]) / (p.a[4] - p.a[2])):atan()
  local v = turn * turn * (4 / math.pi ^ 2)
  local alpha = torch.no_grad(function() return v / (1 - iou + v + p.eps) end)
  return reduced("complete_box_iou_loss", p.reduction, loss + alpha * v)
end

return losses
