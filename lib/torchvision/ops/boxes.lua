--- Boxes: their areas, forms and overlaps, and what is kept of them.
local torch = require "torch"
local options = require "torch.utils.options"
local check = require "torchvision.ops.argument"

local boxes = {}

--- Integers as numbers that differences and products do not leave.
local function wide(x) return torch.is_floating_point(x) and x or x:long() end

--- The four columns of boxes.
local function columns(x) return x:select(-1, 1), x:select(-1, 2), x:select(-1, 3), x:select(-1, 4) end

--- torchvision.ops.box_area(boxes: Tensor) -> Tensor: (x2 - x1) (y2 - y1) of each box; boxes (…×4) → (…).
-- Example: torchvision.ops.box_area(torch.tensor({{0, 0, 2, 3}}))
function boxes.box_area(...)
  local x = check("box_area", "boxes", 1, options.read("box_area", {{"boxes"}}, ...).boxes)
  local x1, y1, x2, y2 = columns(wide(x))
  return (x2 - x1) * (y2 - y1)
end

-- Forms -----------------------------------------------------------------------------

local to_corners <const> = {
  xyxy = function(x) return x end,
  xywh = function(x)
    local x1, y1, w, h = columns(x)
    return torch.stack({x1, y1, x1 + w, y1 + h}, -1)
  end,
  cxcywh = function(x)
    local cx, cy, w, h = columns(x)
    return torch.stack({cx - w * 0.5, cy - h * 0.5, cx + w * 0.5, cy + h * 0.5}, -1)
  end,
}

local from_corners <const> = {
  xyxy = function(x) return x end,
  xywh = function(x)
    local x1, y1, x2, y2 = columns(x)
    return torch.stack({x1, y1, x2 - x1, y2 - y1}, -1)
  end,
  cxcywh = function(x)
    local x1, y1, x2, y2 = columns(x)
    return torch.stack({(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1}, -1)
  end,
}

local function check_form(name, value)
  if not to_corners[value] then
    options.wrong("box_convert", name, nil, "\"xyxy\", \"xywh\" or \"cxcywh\"", value)
  end
end

--- torchvision.ops.box_convert(boxes: Tensor, in_fmt: string, out_fmt: string) -> Tensor: Boxes (…×4) in another
-- form: "xyxy" (two corners), "xywh" (the first corner, width and height) or "cxcywh" (the centre, width and height).
-- Example: torchvision.ops.box_convert(torch.tensor({{0., 0, 2, 4}}), "xyxy", "cxcywh")
function boxes.box_convert(...)
  local given = options.read("box_convert", {{"boxes"}, {"in_fmt", kind = "string", required = true},
    {"out_fmt", kind = "string", required = true}}, ...)
  check("box_convert", "boxes", 1, given.boxes)
  check_form("in_fmt", given.in_fmt)
  check_form("out_fmt", given.out_fmt)
  if given.in_fmt == given.out_fmt then return given.boxes:clone() end
  return from_corners[given.out_fmt](to_corners[given.in_fmt](given.boxes)):to(given.boxes.dtype)
end

-- Overlaps ----------------------------------------------------------------------------

--- Of each pair of a box of `a` (N×4) and one of `b` (M×4): the areas of what both cover and of what either does.
local function overlap(a, b)
  local ax1, ay1, ax2, ay2 = columns(a:unsqueeze(-2))
  local bx1, by1, bx2, by2 = columns(b:unsqueeze(-3))
  local width = (ax2:minimum(bx2) - ax1:maximum(bx1)):clamp({min = 0})
  local height = (ay2:minimum(by2) - ay1:maximum(by1)):clamp({min = 0})
  local both = width * height
  return both, (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - both
end

--- Width and height of the smallest box around each pair.
local function around(a, b)
  local ax1, ay1, ax2, ay2 = columns(a:unsqueeze(-2))
  local bx1, by1, bx2, by2 = columns(b:unsqueeze(-3))
  return ax2:maximum(bx2) - ax1:minimum(bx1), ay2:maximum(by2) - ay1:minimum(by1)
end

local PAIR <const> = {{"boxes1"}, {"boxes2"}}
local PAIR_EPS <const> = {{"boxes1"}, {"boxes2"}, {"eps", kind = "number", default = 1e-7}}

local function pair(name, parameters, ...)
  local given = options.read(name, parameters, ...)
  local a, b = check(name, "boxes1", 1, given.boxes1), check(name, "boxes2", 2, given.boxes2)
  return wide(a), wide(b), given.eps
end

--- torchvision.ops.box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor: Intersection over union of each pair: boxes1
-- (N×4), boxes2 (M×4) → (N×M).
-- Example: torchvision.ops.box_iou(torch.tensor({{0., 0, 2, 2}}), torch.tensor({{1., 0, 3, 2}}))
function boxes.box_iou(...)
  local both, either = overlap(pair("box_iou", PAIR, ...))
  return both / either
end

--- torchvision.ops.generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor: box_iou less the share of the
-- smallest box around the pair that neither covers (Rezatofighi et al. 2019); N×4, M×4 → N×M.
-- Example: torchvision.ops.generalized_box_iou(torch.tensor({{0., 0, 1, 1}}), torch.tensor({{2., 0, 3, 1}}))
function boxes.generalized_box_iou(...)
  local a, b = pair("generalized_box_iou", PAIR, ...)
  local both, either = overlap(a, b)
  local width, height = around(a, b)
  local area = width * height
  return both / either - (area - either) / area
end

--- box_iou less the squared distance of the centres over that of the corners of the box around; and box_iou.
local function distance_iou(a, b, eps)
  local both, either = overlap(a, b)
  local iou = both / either
  local width, height = around(a, b)
  local ax1, ay1, ax2, ay2 = columns(a:unsqueeze(-2))
  local bx1, by1, bx2, by2 = columns(b:unsqueeze(-3))
  local dx, dy = (ax1 + ax2) / 2 - (bx1 + bx2) / 2, (ay1 + ay2) / 2 - (by1 + by2) / 2
  return iou - (dx * dx + dy * dy) / (width * width + height * height + eps), iou
end

--- torchvision.ops.distance_box_iou(boxes1: Tensor, boxes2: Tensor, {eps: float = 1e-7}) -> Tensor: box_iou less the
-- squared distance of the centres over the squared diagonal of the box around (Zheng et al. 2020); N×4, M×4 → N×M.
-- Example: torchvision.ops.distance_box_iou(torch.tensor({{0., 0, 1, 1}}), torch.tensor({{2., 0, 3, 1}}))
function boxes.distance_box_iou(...) return (distance_iou(pair("distance_box_iou", PAIR_EPS, ...))) end

--- torchvision.ops.complete_box_iou(boxes1: Tensor, boxes2: Tensor, {eps: float = 1e-7}) -> Tensor: distance_box_iou
-- less a term for the difference of the aspect ratios (Zheng et al. 2020); N×4, M×4 → N×M.
-- Example: torchvision.ops.complete_box_iou(torch.tensor({{0., 0, 1, 2}}), torch.tensor({{0., 0, 2, 1}}))
function boxes.complete_box_iou(...)
  local a, b, eps = pair("complete_box_iou", PAIR_EPS, ...)
  local distance, iou = distance_iou(a, b, eps)
  local ax1, ay1, ax2, ay2 = columns(a:unsqueeze(-2))
  local bx1, by1, bx2, by2 = columns(b:unsqueeze(-3))
  local turn = ((ax2 - ax1) / (ay2 - ay1)):atan() - ((bx2 - bx1) / (by2 - by1)):atan()
  local v = turn * turn * (4 / math.pi ^ 2)
  local alpha = torch.no_grad(function() return v / (1 - iou + v + eps) end)
  return distance - alpha * v
end

-- What is kept ---------------------------------------------------------------------------

--- torchvision.ops.clip_boxes_to_image(boxes: Tensor, size: int[]) -> Tensor: Boxes (…×4) cut at the edges of an
-- image of size {height, width}.
-- Example: torchvision.ops.clip_boxes_to_image(torch.tensor({{-1., 2, 9, 9}}), {5, 6})
function boxes.clip_boxes_to_image(...)
  local given = options.read("clip_boxes_to_image", {{"boxes"}, {"size", kind = "table", required = true}}, ...)
  local x = check("clip_boxes_to_image", "boxes", 1, given.boxes)
  local height, width = options.integer(given.size[1]), options.integer(given.size[2])
  if not (height and width) then options.wrong("clip_boxes_to_image", "size", 2, "{height, width}", given.size) end
  local x1, y1, x2, y2 = columns(x)
  return torch.stack({x1:clamp(0, width), y1:clamp(0, height), x2:clamp(0, width), y2:clamp(0, height)}, -1)
end

--- torchvision.ops.remove_small_boxes(boxes: Tensor, min_size: float) -> Positions: The positions of the boxes (N×4)
-- whose sides are at least min_size long.
-- Example: torchvision.ops.remove_small_boxes(torch.tensor({{0., 0, 5, 5}, {0., 0, 1, 9}}), 2)
function boxes.remove_small_boxes(...)
  local given = options.read("remove_small_boxes", {{"boxes"}, {"min_size", kind = "number", required = true}}, ...)
  local x1, y1, x2, y2 = columns(check("remove_small_boxes", "boxes", 1, given.boxes))
  return (x2 - x1):ge(given.min_size):logical_and((y2 - y1):ge(given.min_size)):nonzero():squeeze(2)
end

--- torchvision.ops.masks_to_boxes(masks: Tensor) -> Tensor: The smallest box around what is not 0 in each of the masks
-- (N×H×W), N×4: numbers of pixels from 0, the last ones inclusive.
-- Example: torchvision.ops.masks_to_boxes(torch.eye(3):unsqueeze(1))
function boxes.masks_to_boxes(...)
  local masks = options.read("masks_to_boxes", {{"masks", kind = "tensor", required = true}}, ...).masks
  if masks.ndim ~= 3 then options.wrong("masks_to_boxes", "masks", 1, "masks (N×H×W)", masks) end
  local found = torch.zeros(masks:size(1), 4, {device = masks.device})
  for i = 1, masks:size(1) do
    local at = masks[i]:nonzero()
    if #at > 0 then
      local first, last = at:amin(1) - 1, at:amax(1) - 1
      found[i]:copy_(torch.stack {first[2], first[1], last[2], last[1]})
    end
  end
  return found
end

local function check_scores(name, given)
  local x = check(name, "boxes", 1, given.boxes)
  if x.ndim ~= 2 then options.wrong(name, "boxes", 1, "boxes (N×4)", x) end
  if given.scores.ndim ~= 1 or #given.scores ~= #x then
    options.wrong(name, "scores", 2, ("a score of each of the %d boxes"):format(#x), given.scores)
  end
end

--- The positions of the boxes that are kept, the best first: each drops the later ones that overlap it too much.
local function suppress(x, scores, threshold)
  local order = scores:argsort({descending = true, stable = true})
  x = x:index_select(1, order)
  local kept = {}
  local left = torch.arange(1, #x + 1, {device = x.device})
  while #left > 0 do
    kept[#kept + 1] = left[1]:item()
    local iou = boxes.box_iou(x[kept[#kept]]:unsqueeze(1), x:index_select(1, left)):squeeze(1)
    iou[1] = math.huge -- itself, also where its area is 0
    left = left:masked_select(iou:gt(threshold):logical_not())
  end
  return order:index_select(1, torch.tensor(kept, {dtype = "int64", device = x.device}))
end

--- torchvision.ops.nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Positions: Non-maximum suppression: the
-- positions of boxes (N×4) by falling score, without those that a better one overlaps by more than iou_threshold.
-- Example: torchvision.ops.nms(torch.tensor({{0., 0, 4, 4}, {0., 0, 4, 5}}), torch.tensor({.5, .9}), 0.5)
function boxes.nms(...)
  local given = options.read("nms", {{"boxes"}, {"scores", kind = "tensor", required = true},
    {"iou_threshold", kind = "number", required = true}}, ...)
  check_scores("nms", given)
  return torch.no_grad(function() return suppress(given.boxes, given.scores, given.iou_threshold) end)
end

--- torchvision.ops.batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Positions: nms of
-- the boxes of each class (idxs, N) by itself; the positions by falling score.
-- Example: torchvision.ops.batched_nms(torch.ones(2, 4), torch.tensor({.5, .9}), torch.tensor({1, 2}), 0.5)
function boxes.batched_nms(...)
  local given = options.read("batched_nms", {{"boxes"}, {"scores", kind = "tensor", required = true},
    {"idxs", kind = "tensor", required = true}, {"iou_threshold", kind = "number", required = true}}, ...)
  check_scores("batched_nms", given)
  local kept = {}
  for _, class in ipairs(#given.idxs > 0 and given.idxs:unique():tolist() or {}) do
    local at = given.idxs:eq(class):nonzero():squeeze(2)
    kept[#kept + 1] = at:index_select(1, boxes.nms(given.boxes:index_select(1, at), given.scores:index_select(1, at),
      given.iou_threshold))
  end
  if #kept == 0 then return torch.zeros(0, {dtype = "int64", device = given.boxes.device}) end
  local all = torch.cat(kept)
  return all:index_select(1, given.scores:index_select(1, all):argsort({descending = true, stable = true}))
end

return boxes
