--- Overlaps of boxes, of pairs of predictions and targets.
local options = require "torch.utils.options"
local ops = require "torchvision.ops"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local INPUTS <const> = paired.inputs
local LISTS <const> = {{"preds", kind = "table", required = true}, {"target", kind = "table", required = true}}
local THRESHOLD <const> = {"iou_threshold", kind = "number"}
local FORMAT <const> = {"box_format", kind = "string", choices = {"xyxy", "xywh", "cxcywh"}, default = "xyxy"}
local INVALID <const> = -1

local function check_boxes(o, name, x)
  if not torch.is_tensor(x) or x.ndim ~= 2 or x:size(2) ~= 4 then
    options.wrong(o._name, name, nil, "boxes (N, 4)", x)
  end
  return x
end

local function overlap(o, of, preds, target, replacement)
  if #preds == 0 or #target == 0 then
    local n = math.max(#preds, #target)
    return torch.zeros(n, n, {device = preds.device})
  end
  local iou = of(preds, target)
  if o.iou_threshold then iou = iou:masked_fill(iou:lt(o.iou_threshold), replacement) end
  return iou
end

--- That items of both lists are tables of tensors with boxes and labels; calls f(pred, target) for each.
local function each_image(o, preds, target, f)
  paired.check_length(o, preds, target, "images")
  for i, p in ipairs(preds) do
    for name, item in pairs {preds = p, target = target[i]} do
      if type(item) ~= "table" or not torch.is_tensor(item.labels) then
        options.wrong(o._name, ("%s[%d]"):format(name, i), nil, "{boxes =, labels =}", item)
      end
      check_boxes(o, ("%s[%d].boxes"):format(name, i), item.boxes:numel() == 0 and torch.zeros(0, 4) or item.boxes)
    end
    f(p, target[i])
  end
end

local function corners(o, boxes)
  if boxes:numel() == 0 then return torch.zeros(0, 4) end
  return ops.box_convert(boxes, o.box_format, "xyxy")
end

local function of_images(o, of, preds, target)
  local values, labels = {}, {}
  each_image(o, preds, target, function(p, t)
    local iou = overlap(o, of, corners(o, p.boxes), corners(o, t.boxes), INVALID)
    if o.respect_labels then
      local same
      if p.boxes:numel() > 0 and t.boxes:numel() > 0 then same = p.labels:unsqueeze(2):eq(t.labels:unsqueeze(1))
      else same = torch.eye(#iou):ne(0) end
      iou = iou:masked_fill(same:logical_not(), INVALID)
    end
    local classes = t.boxes:numel() > 0 and p.boxes:numel() > 0 and t.labels:unsqueeze(1):expand(iou.shape)
      or torch.zeros(iou.shape):long()
    local keep = iou:ne(INVALID)
    values[#values + 1], labels[#labels + 1] = iou:masked_select(keep), classes:masked_select(keep):long()
  end)
  return {values = #values > 0 and torch.cat(values) or torch.zeros(0),
    labels = #labels > 0 and torch.cat(labels) or torch.zeros(0):long()}
end

local function result(o, s, short)
  local function mean(x) return x:numel() == 0 and torch.tensor(0.0) or x:mean() end
  local found = {[short] = mean(s.values)}
  if o.class_metrics and s.labels:numel() > 0 then
    for _, label in ipairs(s.labels:unique():tolist()) do
      found[("%s/cl_%d"):format(short, label)] = mean(s.values:masked_select(s.labels:eq(label)))
    end
  end
  return found
end

for _, metric in ipairs {
  {"intersection_over_union", "IntersectionOverUnion", "iou", "box_iou", "Intersection over union"},
  {"generalized_intersection_over_union", "GeneralizedIntersectionOverUnion", "giou", "generalized_box_iou",
    "Generalized intersection over union"},
  {"distance_intersection_over_union", "DistanceIntersectionOverUnion", "diou", "distance_box_iou",
    "Intersection over union less the distance of the centres"},
  {"complete_intersection_over_union", "CompleteIntersectionOverUnion", "ciou", "complete_box_iou",
    "Intersection over union less distance and difference of aspect"},
} do
  local name, class, short, of, doc = table.unpack(metric)
  rows.define {name, family = "detection", inputs = INPUTS, options = {THRESHOLD,
    {"replacement_val", kind = "number", default = 0}, {"aggregate", kind = "boolean", default = true}},
    doc = doc .. " of boxes (N, 4) and (M, 4): the mean of the pairs, or all (aggregate = false).",
    update = function(o, preds, target)
      check_boxes(o, "preds", preds)
      check_boxes(o, "target", target)
      return overlap(o, ops[of], preds, target, o.replacement_val)
    end,
    compute = function(o, iou)
      if not o.aggregate then return iou end
      return iou:numel() > 0 and iou:diagonal():mean() or torch.tensor(0.0)
    end}
  rows.define {class = class, family = "detection", inputs = LISTS, results = "any", higher_is_better = true,
    options = {FORMAT, THRESHOLD, {"class_metrics", kind = "boolean", default = false},
      {"respect_labels", kind = "boolean", default = true}}, states = {values = "cat", labels = "cat"},
    doc = doc .. (" of the boxes of images, {%s =}: preds and target are arrays of {boxes =, labels =}."):format(short),
    update = function(o, preds, target) return of_images(o, ops[of], preds, target) end,
    compute = function(o, s) return result(o, s, short) end}
end
