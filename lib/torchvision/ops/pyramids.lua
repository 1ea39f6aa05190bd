--- Feature pyramids, and regions that are read from the level of a pyramid that fits their size.
local torch = require "torch"
local joined = require "torchvision.ops.joined_regions"
local named = require "torchvision.ops.named"
local nn = require "torch.nn"
local options = require "torch.utils.options"
local regions = require "torchvision.ops.regions"

local pyramids = {}

-- FeaturePyramidNetwork ----------------------------------------------------------------------

local PYRAMID <const> = {{"in_channels_list", kind = "table", required = true},
  {"out_channels", kind = "positive", required = true}, {"extra_blocks", kind = "callable"},
  {"norm_layer", kind = "callable"}}

--- torchvision.ops.FeaturePyramidNetwork(in_channels_list: int[], out_channels: int, extra_blocks: any = nil,
-- norm_layer: any = nil): Features of all levels with as many channels each, where the coarse ones are added to the
-- finer ones (Lin et al. 2017). Called with an array of {name, features}, the finest first, it gives a table of
-- features by name, which pairs walks in order. extra_blocks: LastLevelMaxPool() or LastLevelP6P7(…), which add
-- levels.
local Pyramid = torch.class("torchvision.ops.FeaturePyramidNetwork", nn.Module)
pyramids.FeaturePyramidNetwork = Pyramid

function Pyramid:__init(...)
  local given = options.read("FeaturePyramidNetwork", PYRAMID, ...)
  local conv = require("torchvision.ops.layers").Conv2dNormActivation
  self.inner_blocks, self.layer_blocks = nn.ModuleList(), nn.ModuleList()
  for i, channels in ipairs(given.in_channels_list) do
    if not options.integer(channels) or channels < 1 then
      options.wrong("FeaturePyramidNetwork", ("in_channels_list[%d]"):format(i), nil, "a positive integer", channels)
    end
    local how = {padding = 0, norm_layer = given.norm_layer or false, activation_layer = false}
    self.inner_blocks:append(conv(channels, given.out_channels, 1, how))
    how.padding = nil
    self.layer_blocks:append(conv(given.out_channels, given.out_channels, 3, how))
  end
  for _, module in ipairs(self:modules()) do
    if torch.isinstance(module, nn.Conv2d) then
      nn.init.kaiming_uniform_(module.weight, {a = 1})
      if module.bias then nn.init.zeros_(module.bias) end
    end
  end
  if given.extra_blocks then self.extra_blocks = given.extra_blocks end
  self:register_load_state_dict_pre_hook(Pyramid.rename)
end

--- Names of older files: the convolution stood where a block stands now.
function Pyramid:rename(state, prefix)
  for _, block in ipairs {"inner_blocks", "layer_blocks"} do
    for i = 0, #self[block] - 1 do
      for _, kind in ipairs {"weight", "bias"} do
        local old = ("%s%s.%d.%s"):format(prefix, block, i, kind)
        if state[old] then
          state[("%s%s.%d.0.%s"):format(prefix, block, i, kind)], state[old] = state[old], nil
        end
      end
    end
  end
end

function Pyramid:forward(x)
  local names, maps = named.read("FeaturePyramidNetwork", "x", 1, x)
  if #maps ~= #self.inner_blocks then
    options.wrong("FeaturePyramidNetwork", "x", 1, ("%d features"):format(#self.inner_blocks), x)
  end
  local last = self.inner_blocks[#maps](maps[#maps])
  local results = {[#maps] = self.layer_blocks[#maps](last)}
  for i = #maps - 1, 1, -1 do
    local lateral = self.inner_blocks[i](maps[i])
    local size = {lateral:size(-2), lateral:size(-1)}
    last = lateral + torch.nn.functional.interpolate(last, {size = size, mode = "nearest"})
    results[i] = self.layer_blocks[i](last)
  end
  if self.extra_blocks then results, names = self.extra_blocks(results, maps, names) end
  return named.make(names, results)
end

--- torchvision.ops.LastLevelMaxPool(): For a FeaturePyramidNetwork: one more level, every second pixel of the last.
local LastLevelMaxPool = torch.class("torchvision.ops.LastLevelMaxPool", nn.Module)
pyramids.LastLevelMaxPool = LastLevelMaxPool

function LastLevelMaxPool:forward(results, _, names)
  names[#names + 1] = "pool"
  results[#results + 1] = torch.nn.functional.max_pool2d(results[#results], 1, 2, 0)
  return results, names
end

--- torchvision.ops.LastLevelP6P7(in_channels: int, out_channels: int): For a FeaturePyramidNetwork: two more levels,
-- each a convolution of the one before (Lin et al. 2017).
local LastLevelP6P7 = torch.class("torchvision.ops.LastLevelP6P7", nn.Module)
pyramids.LastLevelP6P7 = LastLevelP6P7

function LastLevelP6P7:__init(...)
  local given = options.read("LastLevelP6P7", {{"in_channels", kind = "positive", required = true},
    {"out_channels", kind = "positive", required = true}}, ...)
  self.p6 = nn.Conv2d(given.in_channels, given.out_channels, 3, 2, 1)
  self.p7 = nn.Conv2d(given.out_channels, given.out_channels, 3, 2, 1)
  for _, conv in ipairs {self.p6, self.p7} do
    nn.init.kaiming_uniform_(conv.weight, {a = 1})
    nn.init.zeros_(conv.bias)
  end
  self.use_P5 = given.in_channels == given.out_channels
end

function LastLevelP6P7:forward(results, maps, names)
  local p6 = self.p6(self.use_P5 and results[#results] or maps[#maps])
  results[#results + 1] = p6
  results[#results + 1] = self.p7(torch.nn.functional.relu(p6))
  table.move({"p6", "p7"}, 1, 2, #names + 1, names)
  return results, names
end

-- MultiScaleRoIAlign ---------------------------------------------------------------------------

local MULTI <const> = {{"featmap_names", kind = "table", required = true}, {"output_size", required = true},
  {"sampling_ratio", kind = "integer", required = true}, {"canonical_scale", kind = "number", default = 224},
  {"canonical_level", kind = "number", default = 4}}

--- torchvision.ops.MultiScaleRoIAlign(featmap_names: string[], output_size: pair, sampling_ratio: int,
-- {canonical_scale: float = 224, canonical_level: float = 4}): roi_align of each box on the level of a pyramid that
-- fits its size. Called with the features (an array of {name, features}, the finest first, or what a
-- FeaturePyramidNetwork gives), an array of boxes (L×4, in pixels of the image) for each image, and an array of
-- {height, width} for each image; → (all boxes × channels × height × width).
local Multi = torch.class("torchvision.ops.MultiScaleRoIAlign", nn.Module)
pyramids.MultiScaleRoIAlign = Multi

function Multi:__init(...)
  local given = options.read("MultiScaleRoIAlign", MULTI, ...)
  for key, value in pairs(given) do self[key] = value end
end

--- The maps that are read, in their order.
local function chosen(self, x)
  local names, maps = named.read("MultiScaleRoIAlign", "x", 1, x)
  local wanted, kept = {}, {}
  for _, name in ipairs(self.featmap_names) do wanted[name] = true end
  for i, name in ipairs(names) do
    if wanted[name] then kept[#kept + 1] = maps[i] end
  end
  if #kept == 0 then
    options.wrong("MultiScaleRoIAlign", "x", 1, "features of the names " .. table.concat(self.featmap_names, ", "), x)
  end
  return kept
end

--- How much smaller each map is than the images: a power of 2.
local function scales_of(maps, image_shapes)
  local height = 0
  for i, shape in ipairs(image_shapes) do
    if type(shape) ~= "table" and type(shape) ~= "userdata" or not options.integer(shape[1]) then
      options.wrong("MultiScaleRoIAlign", ("image_shapes[%d]"):format(i), nil, "{height, width}", shape)
    end
    height = math.max(height, shape[1])
  end
  local scales = {}
  for i, map in ipairs(maps) do scales[i] = 2.0 ^ math.floor(math.log(map:size(-2) / height, 2) + 0.5) end
  return scales
end

--- The level (from 1) of each box: the larger a box, the coarser its level.
local function levels_of(self, boxes, scales)
  local side = ((boxes:select(2, 3) - boxes:select(2, 1)) * (boxes:select(2, 4) - boxes:select(2, 2))):sqrt()
  local level = (self.canonical_level + (side / self.canonical_scale):log2() + 1e-6):floor()
  local first, last = -math.log(scales[1], 2), -math.log(scales[#scales], 2)
  return (level:clamp(first // 1, last // 1) - first // 1 + 1):to("int64")
end

function Multi:forward(x, boxes, image_shapes)
  local maps = chosen(self, x)
  if type(boxes) ~= "table" or #boxes == 0 then
    options.wrong("MultiScaleRoIAlign", "boxes", 2, "an array of boxes (L×4) for each image", boxes)
  end
  if type(image_shapes) ~= "table" or #image_shapes == 0 then
    options.wrong("MultiScaleRoIAlign", "image_shapes", 3, "an array of {height, width} for each image", image_shapes)
  end
  local scales = scales_of(maps, image_shapes)
  local function read(level, rois)
    return regions.roi_align(maps[level], rois, self.output_size, scales[level], self.sampling_ratio)
  end
  if #maps == 1 then return read(1, boxes) end
  local rois = joined("MultiScaleRoIAlign", boxes)
  local levels = levels_of(self, rois:narrow(2, 2, 4), scales)
  local parts, order = {}, {}
  for level = 1, #maps do
    local at = levels:eq(level):nonzero():flatten()
    if #at > 0 or level == 1 then parts[#parts + 1], order[#order + 1] = read(level, rois:index_select(1, at)), at end
  end
  return torch.cat(parts):index_select(1, torch.cat(order):argsort())
end

return pyramids
