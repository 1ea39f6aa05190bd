-- Transforms of bounding boxes and key points: their forms, those outside of the image, those too small.
local torch = require "torch"
local options = require "torch.utils.options"
local tv_tensors = require "torchvision.tv_tensors"
local meta = require "torchvision.transforms.v2.functional.meta"
local define = require "torchvision.transforms.v2.define"
local sample = require "torchvision.transforms.v2.sample"

local objects = {}

local BOXES <const> = {BoundingBoxes = true}

--- torchvision.transforms.v2.ConvertBoundingBoxFormat(format: string): Boxes in another form: "XYXY", "XYWH" or
-- "CXCYWH".
-- Example:
--     local boxes = torchvision.tv_tensors.BoundingBoxes({{1, 2, 9, 8}}, "XYXY", {13, 17})
--     return torchvision.transforms.v2.ConvertBoundingBoxFormat("XYWH")(boxes)
objects.ConvertBoundingBoxFormat = define("ConvertBoundingBoxFormat", {{"format", kind = "string", required = true}},
  {kinds = BOXES, setup = function(self)
    self.format = tv_tensors._format("ConvertBoundingBoxFormat", "format", 1, self.format)
  end})
function objects.ConvertBoundingBoxFormat:transform(x)
  return meta.convert_bounding_box_format(x, {new_format = self.format})
end

local function check_mode(self, auto)
  local mode = self.clamping_mode
  if mode ~= "soft" and mode ~= "hard" and mode ~= false and not (auto and mode == "auto") then
    local words = auto and '"soft", "hard", "auto" or false' or '"soft", "hard" or false'
    options.wrong(self._name, "clamping_mode", 1, words, mode)
  end
end

--- torchvision.transforms.v2.ClampBoundingBoxes(clamping_mode: string = "auto"): Boxes cut at the edges of their
-- canvas: functional.clamp_bounding_boxes.
-- Example:
--     local boxes = torchvision.tv_tensors.BoundingBoxes({{1, 2, 9, 8}}, "XYXY", {5, 5})
--     return torchvision.transforms.v2.ClampBoundingBoxes()(boxes)
objects.ClampBoundingBoxes = define("ClampBoundingBoxes", {{"clamping_mode", default = "auto", off = true}},
  {kinds = BOXES, setup = function(self) check_mode(self, true) end})
function objects.ClampBoundingBoxes:transform(x)
  return meta.clamp_bounding_boxes(x, {clamping_mode = self.clamping_mode})
end

--- torchvision.transforms.v2.SetClampingMode(clamping_mode: string): How transforms from here on cut boxes: "soft",
-- "hard", or false: not at all.
-- Example:
--     local boxes = torchvision.tv_tensors.BoundingBoxes({{1, 2, 9, 8}}, "XYXY", {5, 5})
--     return torchvision.transforms.v2.SetClampingMode("hard")(boxes).clamping_mode
objects.SetClampingMode = define("SetClampingMode", {{"clamping_mode", off = true}},
  {kinds = BOXES, setup = function(self) check_mode(self, false) end})
function objects.SetClampingMode:transform(x)
  local out = tv_tensors._wrap(x:clone(), x)
  out.clamping_mode = self.clamping_mode
  return out
end

--- torchvision.transforms.v2.ClampKeyPoints(): Points moved to the nearest pixel of their canvas.
-- Example:
--     local points = torchvision.tv_tensors.KeyPoints({{1, 9}}, {5, 5})
--     return torchvision.transforms.v2.ClampKeyPoints()(points)
objects.ClampKeyPoints = define("ClampKeyPoints", {}, {kinds = {KeyPoints = true}})
function objects.ClampKeyPoints:transform(x) return meta.clamp_keypoints(x) end

-- What is left out -------------------------------------------------------------------------------------

local function check_getter(self)
  local getter = self.labels_getter
  if getter ~= "default" and getter ~= nil and getter ~= false and not options.is_callable(getter) then
    options.wrong(self._name, "labels_getter", nil, '"default", a function, or false', getter)
  end
end

-- The labels of the sample: an array of tensors of n items.
local function labels_of(self, n, ...)
  local getter, labels = self.labels_getter, nil
  if getter == "default" then labels = sample.labels(self._name, ...)
  elseif getter then labels = getter(...) end
  if labels == nil then return {} end
  if torch.is_tensor(labels) then labels = {labels} end
  local function wrong(words, value) options.wrong(self._name, "labels", nil, words, value) end
  if type(labels) ~= "table" then wrong("a tensor or an array of tensors", labels) end
  for _, item in ipairs(labels) do
    if not torch.is_tensor(item) then wrong("a tensor or an array of tensors", item) end
    if item.ndim == 0 or #item ~= n then wrong(("labels of %d items"):format(n), item) end
  end
  return labels
end

-- The sample without the items that are not valid, in what `touches` says and in the labels.
local function left(self, valid, touches, ...)
  local leaves, labels = sample.leaves(...), {}
  for _, item in ipairs(labels_of(self, #valid, ...)) do labels[item] = true end
  for i = 1, leaves.n do
    local x = leaves[i]
    local kind = sample.kind(x)
    if kind and labels[x] then leaves[i] = x[valid]
    elseif kind and touches[kind] and x.ndim > 0 and #x == #valid then leaves[i] = tv_tensors._wrap(x[valid], x) end
  end
  return sample.rebuilt(leaves, ...)
end

--- torchvision.transforms.v2.SanitizeBoundingBoxes({min_size: float = 1, min_area: float = 1, labels_getter: any =
-- "default"}): The sample without boxes that lie outside of their canvas or are too small, and without their masks and
-- labels. labels_getter: a function that gets the sample and gives its labels, or an array of them; false: there are
-- none; else they are the second part of the sample or in its field whose name has "label" in it.
-- Example:
--     local boxes = torchvision.tv_tensors.BoundingBoxes({{1, 2, 9, 8}, {3, 3, 3, 3}}, "XYXY", {13, 17})
--     local T = torchvision.transforms.v2
--     return T.SanitizeBoundingBoxes()({boxes = boxes, labels = torch.tensor({1, 2})}).labels
objects.SanitizeBoundingBoxes = define("SanitizeBoundingBoxes", {{"min_size", kind = "number", default = 1.0},
  {"min_area", kind = "number", default = 1.0}, {"labels_getter", default = "default", off = true}}, {
  setup = function(self)
    for _, field in ipairs {"min_size", "min_area"} do
      if self[field] < 1 then options.wrong(self._name, field, nil, "a number, 1 or more", self[field]) end
    end
    check_getter(self)
  end})
function objects.SanitizeBoundingBoxes:forward(...)
  local boxes = sample.first(sample.leaves(...), "BoundingBoxes")
  if boxes == nil then options.raise "SanitizeBoundingBoxes: expected a sample with bounding boxes" end
  local valid = meta._valid_boxes(boxes, boxes.format, boxes.canvas_size, self.min_size, self.min_area)
  return left(self, valid, {BoundingBoxes = true, Mask = true}, ...)
end

--- torchvision.transforms.v2.SanitizeKeyPoints({labels_getter: any = nil}): The sample without points that lie
-- outside of their canvas, of groups of points without those of which one does; and without their labels, which
-- labels_getter gives: "default" or a function, as in SanitizeBoundingBoxes.
-- Example:
--     local points = torchvision.tv_tensors.KeyPoints({{1, 2}, {30, 3}}, {13, 17})
--     return torchvision.transforms.v2.SanitizeKeyPoints()(points)
objects.SanitizeKeyPoints = define("SanitizeKeyPoints", {{"labels_getter", off = true}}, {setup = check_getter})
function objects.SanitizeKeyPoints:forward(...)
  local points = sample.first(sample.leaves(...), "KeyPoints")
  if points == nil then options.raise "SanitizeKeyPoints: expected a sample with key points" end
  return left(self, meta._valid_points(points, points.canvas_size), {KeyPoints = true}, ...)
end

return objects
