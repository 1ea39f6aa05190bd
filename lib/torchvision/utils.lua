--- torchvision.utils: pictures of many images, and boxes, masks, key points and labels drawn on them.
--
-- Coordinates in an image are distances from its left and its upper edge, in pixels: they do not count from 1.
local canvas = require "torchvision.utils.canvas"
local colours = require "torchvision.utils.colours"
local options = require "torch.utils.options"
local torch = require "torch"

local utils = {}

-- Grids -----------------------------------------------------------------------------------------

local GRID <const> = {{"tensor"}, {"nrow", kind = "positive", default = 8}, {"padding", kind = "count", default = 2},
  {"normalize", kind = "boolean", default = false}, {"value_range", kind = "table"},
  {"scale_each", kind = "boolean", default = false}, {"pad_value", kind = "number", default = 0}}

--- A batch (N×C×H×W) of what make_grid takes; grey images become three channels.
local function batch_of(who, x)
  local expected = "an image (H×W or C×H×W), images (N×C×H×W) or an array of images of one size"
  if type(x) == "table" and #x > 0 then
    for _, image in ipairs(x) do
      if not torch.is_tensor(image) then options.wrong(who, "tensor", 1, expected, image) end
    end
    local ok, stacked = options.try(torch.stack, x, 1)
    if not ok then options.raise(who .. ": 'tensor' (argument 1): " .. stacked:gsub("^[^\n]-stack: ", "")) end
    x = stacked
  end
  if not torch.is_tensor(x) or x.ndim < 2 or x.ndim > 4 then options.wrong(who, "tensor", 1, expected, x) end
  if x.ndim == 2 then x = x:unsqueeze(1) end
  if x.ndim == 3 then x = x:unsqueeze(1) end
  if x.shape[1] == 0 then options.wrong(who, "tensor", 1, "at least one image", x) end
  return x.shape[2] == 1 and x:expand(x.shape[1], 3, x.shape[3], x.shape[4]) or x
end

local function check_range(who, range)
  if range == nil then return end
  if type(range[1]) ~= "number" or type(range[2]) ~= "number" or #range ~= 2 then
    options.wrong(who, "value_range", 5, "{least, most}", range)
  end
end

--- Values from `range` (nil: from the least to the greatest) to [0, 1].
local function normalized(x, range)
  local low, high = range and range[1], range and range[2]
  if range == nil then low, high = x:min():item(), x:max():item() end
  return (x:clamp(low, high) - low) / math.max(high - low, 1e-5)
end

local function normalized_batch(x, range, each)
  if not each then return normalized(x, range) end
  local list = {}
  for i = 1, x.shape[1] do list[i] = normalized(x[i], range) end
  return torch.stack(list, 1)
end

local function grid_of(who, given)
  local x = batch_of(who, given.tensor)
  check_range(who, given.value_range)
  if given.normalize then x = normalized_batch(x, given.value_range, given.scale_each) end
  local n, padding = x.shape[1], given.padding
  if n == 1 then return x[1]:clone() end
  local across = math.min(given.nrow, n)
  local down, height, width = (n + across - 1) // across, x.shape[3], x.shape[4]
  local grid = torch.full({x.shape[2], (height + padding) * down + padding, (width + padding) * across + padding},
    given.pad_value, {dtype = x.dtype, device = x.device})
  for i = 0, n - 1 do
    local top, left = i // across * (height + padding) + padding, i % across * (width + padding) + padding
    grid:narrow(2, top + 1, height):narrow(3, left + 1, width):copy_(x[i + 1])
  end
  return grid
end

--- torchvision.utils.make_grid(tensor: any, nrow: positive = 8, padding: count = 2, normalize: bool = false,
-- value_range: table = nil, scale_each: bool = false, pad_value: number = 0) -> Tensor: Images in one: nrow of them
-- side by side. normalize: values from value_range = {least, most}, or from the least to the greatest of all images
-- (scale_each: of each), are brought to [0, 1].
-- Example: torchvision.utils.make_grid(torch.rand(4, 1, 2, 2), 2).shape
function utils.make_grid(...)
  local given = options.read("make_grid", GRID, ...)
  return torch.no_grad(function() return grid_of("make_grid", given) end)
end

--- torchvision.utils.save_image(tensor: any, fp: path, format: string = nil, nrow: positive = 8, padding: count = 2,
-- normalize: bool = false, value_range: table = nil, scale_each: bool = false, pad_value: number = 0): Writes images
-- of values in [0, 1] as one file, in the format of the ending of its name, as torchvision.utils.make_grid puts them
-- together.
function utils.save_image(...)
  local list = {GRID[1], {"fp", kind = "string", required = true}, {"format", kind = "string"}}
  local given = options.read("save_image", table.move(GRID, 2, #GRID, 4, list), ...)
  local encode = require "torchvision.io.encode"
  local format = encode.format("save_image", given.fp, given.format)
  local bytes = torch.no_grad(function()
    local image = (grid_of("save_image", given):cpu():to "float32" * 255 + 0.5):clamp(0, 255):to "uint8"
    return encode.image("save_image", format, image, {})
  end)
  encode.write("save_image", given.fp, bytes)
end

-- What is drawn on ----------------------------------------------------------------------------------

--- Checks an image; gives it as uint8 (3×H×W) on the CPU.
local function drawn_on(who, image, grey)
  local expected = grey and "an image (1×H×W or 3×H×W) of uint8 or floating point numbers"
    or "an image (3×H×W) of uint8 or floating point numbers"
  local good = torch.is_tensor(image) and image.ndim == 3 and (image.shape[1] == 3 or (grey and image.shape[1] == 1))
    and (image.dtype == torch.uint8 or torch.is_floating_point(image)) and options.has_data(image)
  if not good then options.wrong(who, "image", 1, expected, image) end
  local x = image:detach():cpu()
  if x.dtype ~= torch.uint8 then x = (x:to "float32" * (255 + 1 - 1e-3)):to "uint8" end
  return x.shape[1] == 1 and x:expand(3, x.shape[2], x.shape[3]) or x
end

--- The image with the dtype and the device of the one that was given.
local function as_given(drawn, image)
  if image.dtype ~= torch.uint8 then drawn = drawn:to(image.dtype) / 255 end
  return drawn:to(image.device)
end

-- Boxes ---------------------------------------------------------------------------------------------

local BOXES <const> = {{"image"}, {"boxes", kind = "tensor", required = true}, {"labels", kind = "table"}, {"colors"},
  {"fill", kind = "boolean", default = false}, {"width", kind = "positive", default = 1}, {"font", kind = "string"},
  {"font_size", kind = "positive", default = 9}, {"label_colors"}, {"label_background_colors"},
  {"fill_labels", kind = "boolean", default = false}}
for _, row in ipairs(BOXES) do
  if row[1]:find "color" then row.kind = "any" end
end

local MOST_DASHED <const> = 1 << 16 -- pixels of a side
local FILLED <const> = 100 -- of 255 parts of the colour that fills a box

--- A box of four corners: its first side is a line of dashes, so that one sees where it begins.
local function draw_turned(on, box, width, rgb, fill)
  local corners = {}
  for i = 1, 4 do corners[i] = {box[2 * i - 1], box[2 * i]} end
  if fill then on:polygon(corners, rgb, FILLED) end
  for i = 2, 4 do
    local a, b = corners[i], corners[i % 4 + 1]
    on:line(a[1], a[2], b[1], b[2], width, rgb)
  end
  local a, b = corners[1], corners[2]
  local length = math.max(math.sqrt((b[1] - a[1]) ^ 2 + (b[2] - a[2]) ^ 2), 1)
  if length > MOST_DASHED then return on:line(a[1], a[2], b[1], b[2], width, rgb) end
  for from = 0, length, 10 do
    local to = math.min(from + 5, length)
    local function at(k, axis) return math.floor(a[axis] + (b[axis] - a[axis]) * k / length + 0.5) end
    on:line(at(from, 1), at(from, 2), at(to, 1), at(to, 2), width, rgb)
  end
end

local function draw_box(on, box, width, rgb, fill)
  if #box == 8 then return draw_turned(on, box, width, rgb, fill) end
  if fill then on:fill(box[1], box[2], box[3], box[4], rgb, FILLED) end
  on:frame(box[1], box[2], box[3], box[4], width, rgb)
end

--- A label inside of the upper left corner of a box; `ground`: the colour behind it, or nil.
local function draw_label(on, box, label, given, rgb, ground)
  local scale, margin = math.max(1, (given.font_size + 4) // 9), given.width + 1
  local x, y = box[1] + margin, box[2] + margin
  if ground then
    local width, height = canvas.text_size(label, scale)
    on:fill(x - 1, y - 1, x + width, y + height, ground)
  end
  on:text(x, y, label, rgb, scale)
end

local function check_boxes(boxes, labels)
  local expected = "boxes (N×4: x1, y1, x2, y2 with x1 ≤ x2 and y1 ≤ y2; or N×8: four corners)"
  if boxes.ndim ~= 2 or (boxes.shape[2] ~= 4 and boxes.shape[2] ~= 8) or not options.has_data(boxes) then
    options.wrong("draw_bounding_boxes", "boxes", 2, expected, boxes)
  end
  local list = boxes:detach():cpu():to("float64"):trunc():to("int64"):tolist()
  for i, box in ipairs(list) do
    if #box == 4 and (box[1] > box[3] or box[2] > box[4]) then
      options.raise(("draw_bounding_boxes: 'boxes' (argument 2): box %d is {%s}, expected %s"):format(i,
        table.concat(box, ", "), expected))
    end
  end
  if labels and #labels ~= #list then
    options.wrong("draw_bounding_boxes", "labels", 3, ("%d labels, one for each box"):format(#list), labels)
  end
  return list
end

--- torchvision.utils.draw_bounding_boxes(image: Tensor, boxes: Tensor, labels: string[] = nil, colors: any = nil,
-- fill: bool = false, width: positive = 1, font: path = nil, font_size: positive = 9, label_colors: any = nil,
-- label_background_colors: any = nil, fill_labels: bool = false) -> Tensor: The image with boxes (N×4; N×8: four
-- corners), and labels in letters of our own. colors: one, or a list of them: a name, "#rrggbb" or {r, g, b}.
-- font_size: the height in pixels, in steps of 9. Fonts of files are not read.
-- Example: torchvision.utils.draw_bounding_boxes(torch.zeros(3, 8, 8), torch.tensor {{1, 1, 6, 6}}).shape
function utils.draw_bounding_boxes(...)
  local who = "draw_bounding_boxes"
  local given = options.read(who, BOXES, ...)
  if given.font then options.raise(who .. ": 'font' (argument 7): fonts of files are not read; leave it out") end
  local on, boxes = canvas.of(drawn_on(who, given.image, true)), check_boxes(given.boxes, given.labels)
  local n = #boxes
  local rgb = colours.list(who, "colors", given.colors, n)
  local inks = given.label_colors or given.fill_labels
  inks = inks and colours.list(who, "label_colors", given.label_colors or "black", n) or rgb
  local grounds = given.label_background_colors
  grounds = grounds and colours.list(who, "label_background_colors", grounds, n) or rgb
  for i, box in ipairs(boxes) do
    draw_box(on, box, given.width, rgb[i], given.fill)
    local label = given.labels and given.labels[i]
    if label then draw_label(on, box, tostring(label), given, inks[i], given.fill_labels and grounds[i]) end
  end
  return as_given(on.image, given.image)
end

-- Masks ---------------------------------------------------------------------------------------------

local function check_masks(image, masks)
  local expected = ("bool masks (N×%d×%d or %d×%d)"):format(image.shape[2], image.shape[3], image.shape[2],
    image.shape[3])
  local list = masks.ndim == 2 and masks:unsqueeze(1) or masks
  if list.ndim ~= 3 or list.dtype ~= torch.bool or list.shape[2] ~= image.shape[2] or list.shape[3] ~= image.shape[3]
  then options.wrong("draw_segmentation_masks", "masks", 2, expected, masks) end
  return list
end

--- torchvision.utils.draw_segmentation_masks(image: Tensor, masks: Tensor, alpha: number = 0.8, colors: any = nil) ->
-- Tensor: The image with bool masks (N×H×W) in colours: alpha 0 shows the image alone, 1 the mask. Where masks
-- overlap it is black.
-- Example: torchvision.utils.draw_segmentation_masks(torch.ones(3, 2, 2), torch.eye(2):bool(), 1, "red")
function utils.draw_segmentation_masks(...)
  local who = "draw_segmentation_masks"
  local given = options.read(who, {{"image"}, {"masks", kind = "tensor", required = true},
    {"alpha", kind = "number", default = 0.8}, {"colors", kind = "any"}}, ...)
  local image = given.image
  drawn_on(who, image)
  local masks = check_masks(image, given.masks):to(image.device)
  local rgb = colours.list(who, "colors", given.colors, masks.shape[1])
  return torch.no_grad(function()
    local drawn = image:clone()
    for i = 1, masks.shape[1] do
      local colour = torch.tensor(rgb[i], {dtype = "float32", device = image.device}):view(3, 1, 1)
      if image.dtype ~= torch.uint8 then colour = colour / 255 end
      drawn = torch.where(masks[i], colour:to(image.dtype), drawn)
    end
    if masks.shape[1] > 1 then drawn = drawn:masked_fill(masks:to("int64"):sum(1):gt(1), 0) end
    return (image * (1 - given.alpha) + drawn * given.alpha):to(image.dtype)
  end)
end

-- Key points ----------------------------------------------------------------------------------------

local POINTS <const> = {{"image"}, {"keypoints", kind = "tensor", required = true}, {"connectivity", kind = "table"},
  {"colors", kind = "any", default = "white"}, {"radius", kind = "count", default = 2},
  {"width", kind = "positive", default = 3}, {"visibility", kind = "tensor"}}

local function check_points(points, visibility)
  if points.ndim ~= 3 or points.shape[3] ~= 2 or not options.has_data(points) then
    options.wrong("draw_keypoints", "keypoints", 2, "points (N×K×2: x, y)", points)
  end
  local seen = visibility or torch.ones(points.shape[1], points.shape[2])
  if seen.ndim == 3 then seen = seen:squeeze(3) end
  if seen.ndim ~= 2 or seen.shape[1] ~= points.shape[1] or seen.shape[2] ~= points.shape[2] then
    options.wrong("draw_keypoints", "visibility", 7,
      ("%d×%d of them, one for each point"):format(points.shape[1], points.shape[2]), visibility)
  end
  return points:detach():cpu():to("float64"):trunc():to("int64"):tolist(), seen:detach():cpu():ne(0):tolist()
end

local function check_pairs(pairs_of, count)
  for _, pair in ipairs(pairs_of or {}) do
    local given = type(pair) == "table" and pair or {}
    local a, b = options.integer(given[1]), options.integer(given[2])
    if not a or not b or math.min(a, b) < 1 or math.max(a, b) > count then
      options.wrong("draw_keypoints", "connectivity", 3, ("pairs of positions from 1 to %d"):format(count), pair)
    end
  end
  return pairs_of or {}
end

--- torchvision.utils.draw_keypoints(image: Tensor, keypoints: Tensor, connectivity: table = nil, colors: any =
-- "white", radius: count = 2, width: positive = 3, visibility: Tensor = nil) -> Tensor: The image with points (N×K×2:
-- x and y of K points of N instances), and white lines between those that connectivity names: pairs of positions from
-- 1 to K. visibility (N×K): 0 leaves a point out.
-- Example: torchvision.utils.draw_keypoints(torch.zeros(3, 9, 9), torch.tensor {{{4, 4}}}):sum(1):gt(0):sum()
function utils.draw_keypoints(...)
  local given = options.read("draw_keypoints", POINTS, ...)
  local on = canvas.of(drawn_on("draw_keypoints", given.image))
  local instances, seen = check_points(given.keypoints, given.visibility)
  local rgb = colours.one("draw_keypoints", "colors", given.colors)
  local joined = check_pairs(given.connectivity, given.keypoints.shape[2])
  for i, points in ipairs(instances) do
    for k, point in ipairs(points) do
      if seen[i][k] then on:disc(point[1], point[2], given.radius, rgb) end
    end
    for _, pair in ipairs(joined) do
      local a, b = points[pair[1]], points[pair[2]]
      if seen[i][pair[1]] and seen[i][pair[2]] then
        on:line(a[1], a[2], b[1], b[2], given.width, {255, 255, 255})
      end
    end
  end
  return as_given(on.image, given.image)
end

-- Flow ----------------------------------------------------------------------------------------------

--- torchvision.utils.flow_to_image(flow: Tensor) -> Tensor: Colours of optical flow, float32 (2×H×W or N×2×H×W):
-- the hue is the direction, the strength the speed, on the wheel of Baker et al. (2007); uint8 (3×H×W or N×3×H×W).
-- Example: torchvision.utils.flow_to_image(torch.zeros(2, 1, 1))
function utils.flow_to_image(...)
  local flow = options.read("flow_to_image", {{"flow", kind = "tensor", required = true}}, ...).flow
  local d = flow.ndim
  if flow.dtype ~= torch.float32 or (d ~= 3 and d ~= 4) or flow.shape[d - 2] ~= 2 then
    options.wrong("flow_to_image", "flow", 1, "float32 flow (2×H×W or N×2×H×W)", flow)
  end
  return torch.no_grad(function()
    local image = require "torchvision.utils.flow"(d == 3 and flow:unsqueeze(1) or flow)
    return d == 3 and image[1] or image
  end)
end

return utils
