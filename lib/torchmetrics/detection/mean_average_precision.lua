--- The mean average precision of detections, by the definition of COCO.
local coco = require "torchmetrics.detection.coco"
local ops = require "torchvision.ops"
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local LISTS <const> = {{"preds", kind = "table", required = true}, {"target", kind = "table", required = true}}

local function check_item(o, name, item, fields)
  if type(item) ~= "table" then options.wrong(o._name, name, nil, "a table of tensors", item) end
  for _, field in ipairs(fields) do
    if not torch.is_tensor(item[field]) then options.wrong(o._name, name .. "." .. field, nil, "a tensor",
      item[field]) end
    if #item[field] ~= #item[fields[1]] then
      options.wrong(o._name, name .. "." .. field, nil, ("as many as labels (%d)"):format(#item[fields[1]]),
        item[field])
    end
  end
end

--- Boxes as corners, or masks as rows of numbers; and their areas.
local function regions(o, item)
  if o.iou_type == "segm" then
    local masks = item.masks:reshape(#item.masks, -1):ne(0):double()
    return masks, masks:sum(2):tolist()
  end
  local boxes = item.boxes:numel() == 0 and torch.zeros(0, 4) or ops.box_convert(item.boxes, o.box_format, "xyxy")
  boxes = boxes:double()
  return boxes, ops.box_area(boxes):tolist()
end

--- What both of each pair have over what either has; over the detection where the truth is a crowd.
local function overlaps(o, a, b, areas, crowd)
  if #a == 0 or #b == 0 then return {} end
  local both
  if o.iou_type == "segm" then both = a:mm(b:t())
  else
    local low = a:unsqueeze(2):narrow(3, 1, 2):maximum(b:unsqueeze(1):narrow(3, 1, 2))
    local high = a:unsqueeze(2):narrow(3, 3, 2):minimum(b:unsqueeze(1):narrow(3, 3, 2))
    both = (high - low):clamp({min = 0}):prod(3)
  end
  local own = torch.tensor(areas[1], {dtype = "float64"}):unsqueeze(2)
  local either = own + torch.tensor(areas[2], {dtype = "float64"}) - both
  local is_crowd = torch.tensor(crowd):unsqueeze(1):expand(either.shape)
  return (both / torch.where(is_crowd, own:expand(either.shape), either)):tolist()
end

local function image_of(o, p, t)
  local a, areas = regions(o, p)
  local b, true_areas = regions(o, t)
  local crowd = {}
  for g = 1, #t.labels do
    crowd[g] = t.iscrowd ~= nil and t.iscrowd[g]:item() ~= 0
    local given = t.area and t.area[g]:item() or 0
    if given > 0 then true_areas[g] = given end
  end
  return {scores = p.scores:tolist(), labels = p.labels:tolist(), areas = areas, true_labels = t.labels:tolist(),
    true_areas = true_areas, crowd = crowd, iou = overlaps(o, a, b, {areas, true_areas}, crowd)}
end

local function update(o, preds, target)
  paired.check_length(o, preds, target, "images")
  local region, images = o.iou_type == "segm" and "masks" or "boxes", {}
  for i, p in ipairs(preds) do
    check_item(o, ("preds[%d]"):format(i), p, {"labels", "scores", region})
    check_item(o, ("target[%d]"):format(i), target[i], {"labels", region})
    images[i] = image_of(o, p, target[i])
  end
  return {images = images}
end

-- ---- values ----------------------------------------------------------------------------------

local function rounded(x) return (string.unpack("f", string.pack("f", x))) end

--- n numbers from `first` to `last` with the rounding of PyTorch, which decides where a recall meets one exactly.
local function steps(first, last, n)
  local step, list = rounded((last - first) / (n - 1)), {}
  for i = 0, n - 1 do list[i + 1] = rounded(i < n // 2 and first + step * i or last - step * (n - 1 - i)) end
  return list
end

local function settings(o)
  local limits = {table.unpack(o.max_detection_thresholds or {1, 10, 100})} -- the caller's stays as it is
  table.sort(limits)
  return o.iou_thresholds or steps(0.5, 0.95, 10), o.rec_thresholds or steps(0, 1, 101), limits
end

local function labels_of(images)
  local known, list = {}, {}
  for _, image in ipairs(images) do
    for _, from in ipairs {image.labels, image.true_labels} do
      for _, label in ipairs(from) do
        if not known[label] then known[label], list[#list + 1] = true, label end
      end
    end
  end
  table.sort(list)
  return list
end

--- The mean over labels of what `value(entry)` sums up: it returns a sum and a count. -1 where there is nothing.
local function mean(results, area, limit, value)
  local sum, n = 0, 0
  for _, result in ipairs(results) do
    local entry = result[area][limit]
    if entry then
      local s, k = value(entry)
      sum, n = sum + s, n + k
    end
  end
  return n > 0 and sum / n or -1
end

local function precisions(only)
  return function(entry)
    local sum, n = 0, 0
    for t, list in ipairs(entry.precision) do
      if not only or only == t then
        for _, p in ipairs(list) do sum, n = sum + p, n + 1 end
      end
    end
    return sum, n
  end
end

local function recall(entry)
  local sum = 0
  for _, r in ipairs(entry.recall) do sum = sum + r end
  return sum, #entry.recall
end

local function value(x) return torch.tensor(x, {dtype = "float32"}) end

local function at_threshold(thresholds, wanted)
  for t, x in ipairs(thresholds) do if math.abs(x - wanted) < 1e-6 then return t end end
end

--- The values of each label by itself.
local function per_class(found, images, labels, thresholds, recalls, limits)
  local maps, mars, last = {}, {}, #limits
  for i, label in ipairs(labels) do
    local results = {coco.of_label(images, label, thresholds, recalls, limits)}
    maps[i], mars[i] = mean(results, 1, last, precisions()), mean(results, 1, last, recall)
  end
  found.map_per_class, found[("mar_%d_per_class"):format(limits[last])] = value(maps), value(mars)
end

local function compute(o, s)
  local images = s.images or {}
  local thresholds, recalls, limits = settings(o)
  local labels, results, last = labels_of(images), {}, #limits
  if o.average == "micro" then results[1] = coco.of_label(images, nil, thresholds, recalls, limits)
  else
    for i, label in ipairs(labels) do results[i] = coco.of_label(images, label, thresholds, recalls, limits) end
  end
  local found = {map = value(mean(results, 1, last, precisions())),
    classes = torch.tensor(labels, {dtype = "int32"}), map_per_class = value(-1)}
  for name, wanted in pairs {map_50 = 0.5, map_75 = 0.75} do
    local t = at_threshold(thresholds, wanted)
    found[name] = value(t and mean(results, 1, last, precisions(t)) or -1)
  end
  for m, limit in ipairs(limits) do found["mar_" .. limit] = value(mean(results, 1, m, recall)) end
  for a = 2, 4 do
    found["map_" .. coco.areas[a][1]] = value(mean(results, a, last, precisions()))
    found["mar_" .. coco.areas[a][1]] = value(mean(results, a, last, recall))
  end
  found[("mar_%d_per_class"):format(limits[last])] = value(-1)
  if o.class_metrics then per_class(found, images, labels, thresholds, recalls, limits) end
  return found
end

rows.define {"mean_average_precision", class = "MeanAveragePrecision", family = "detection", inputs = LISTS,
  options = {{"box_format", kind = "string", choices = {"xyxy", "xywh", "cxcywh"}, default = "xyxy"},
    {"iou_type", kind = "string", choices = {"bbox", "segm"}, default = "bbox"}, {"iou_thresholds", kind = "table"},
    {"rec_thresholds", kind = "table"}, {"max_detection_thresholds", kind = "table"},
    {"class_metrics", kind = "boolean", default = false},
    {"average", kind = "string", choices = {"macro", "micro"}, default = "macro"}},
  states = {images = "list"}, results = "any", higher_is_better = true, update = update, compute = compute,
  doc = "COCO's mean average precision, {map =, map_50 =, map_75 =, map_small =, …, mar_1 =, …}: preds is an array "
    .. "of {boxes =, scores =, labels =}, target of {boxes =, labels =, iscrowd =, area =}; -1 where there is nothing."}
