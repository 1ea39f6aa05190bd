-- Swin transformers: attention in windows that are shifted by half from layer to layer (Liu et al. 2021, 2022).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local layers = require "torchvision.ops.layers"
local windows = require "torchvision.models.windows"

-- Attention ----------------------------------------------------------------------------------

--- -100 between places of a window that are neighbours only because the map was rolled: windows×1×n×n.
local function mask_of(x, height, width, h, w, shift_h, shift_w)
  local function regions(size, window, shift)
    local at = torch.arange(size, {dtype = x.dtype})
    return at:ge(size - window):to(x.dtype) + at:ge(size - shift):to(x.dtype)
  end
  local number = regions(height, h, shift_h):reshape(-1, 1) * 3 + regions(width, w, shift_w):reshape(1, -1)
  local of = windows.split(number:reshape(1, height, width, 1), h, w):squeeze(-1)
  local differs = of:unsqueeze(2):ne(of:unsqueeze(3))
  return (differs:to(x.dtype) * -100):unsqueeze(2):to(x.device)
end

--- Softmax of the scores, times the values: (windows)×heads×n×(C/heads).
local function attend(self, q, k, v, bias, mask)
  local scores
  if self.logit_scale then
    local normalize = torch.nn.functional.normalize
    scores = normalize(q, {dim = -1}):matmul(normalize(k, {dim = -1}):transpose(-2, -1))
    scores = scores * self.logit_scale:clamp({max = math.log(100)}):exp()
  else
    scores = (q * (q:size(-1) ^ -0.5)):matmul(k:transpose(-2, -1))
  end
  scores = scores + bias
  if mask then
    local count, heads, n = mask:size(1), scores:size(2), scores:size(3)
    scores = (scores:reshape(-1, count, heads, n, n) + mask):reshape(-1, heads, n, n)
  end
  local weights = torch.nn.functional.dropout(scores:softmax(-1), self.attention_dropout, self.training)
  return weights:matmul(v)
end

--- The bias of keys is 0 in the second version.
local function qkv_bias(self)
  local bias = self.qkv.bias
  if not (self.logit_scale and bias) then return bias end
  local third = #bias // 3
  return torch.cat({bias:narrow(1, 1, third), bias:new_zeros({third}), bias:narrow(1, 2 * third + 1, third)})
end

local function forward(self, input)
  local n, height, width, channels = table.unpack(input.shape)
  local h, w = self.window_size[1], self.window_size[2]
  local right, below = -width % w, -height % h
  local x = right + below > 0 and torch.nn.functional.pad(input, {0, 0, 0, right, 0, below}) or input
  local full_h, full_w = height + below, width + right
  local shift_h = h >= full_h and 0 or self.shift_size[1]
  local shift_w = w >= full_w and 0 or self.shift_size[2]
  local is_shifted = shift_h + shift_w > 0
  if is_shifted then x = x:roll({-shift_h, -shift_w}, {2, 3}) end
  x = windows.split(x, h, w)
  local places, heads = h * w, self.num_heads
  local qkv = torch.nn.functional.linear(x, self.qkv.weight, qkv_bias(self))
    :reshape(-1, places, 3, heads, channels // heads):permute(3, 1, 4, 2, 5)
  x = attend(self, qkv[1], qkv[2], qkv[3], self:relative_position_bias(),
    is_shifted and mask_of(x, full_h, full_w, h, w, shift_h, shift_w))
  x = self.proj(x:transpose(2, 3):reshape(-1, places, channels))
  x = windows.join(torch.nn.functional.dropout(x, self.dropout, self.training), h, w, full_h, full_w)
  if is_shifted then x = x:roll({shift_h, shift_w}, {2, 3}) end
  if right + below > 0 then x = x:narrow(2, 1, height):narrow(3, 1, width):contiguous() end
  return x
end

local function init(self, channels, window_size, shift_size, heads, how)
  self.window_size, self.shift_size, self.num_heads = window_size, shift_size, heads
  self.attention_dropout, self.dropout = how.attention_dropout, how.dropout
end

local function init_maps(self, channels)
  self.qkv, self.proj = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
end

local Attention = build.class("swin_transformer.ShiftedWindowAttention", function(self, channels, window, shift, heads,
    how)
  init(self, channels, window, shift, heads, how)
  local h, w = window[1], window[2]
  local table = torch.empty((2 * h - 1) * (2 * w - 1), heads)
  self.relative_position_bias_table = nn.Parameter(nn.init.trunc_normal_(table, {std = 0.02}))
  self:register_buffer("relative_position_index", windows.distances(h, w):flatten())
  init_maps(self, channels)
end, forward)

function Attention:relative_position_bias()
  return windows.bias(self.relative_position_bias_table, self.relative_position_index,
    self.window_size[1] * self.window_size[2])
end

--- Distances between two places along both edges, on a scale of logarithms: 1×(2h-1)×(2w-1)×2.
local function log_distances(h, w)
  local function scaled(n)
    local d = torch.arange(-(n - 1), n, {dtype = "float32"}) / (n - 1) * 8
    return d:sign() * (d:abs() + 1):log2() / 3
  end
  local rows, columns = scaled(h), scaled(w)
  return torch.stack({rows:reshape(-1, 1):expand(#rows, #columns), columns:reshape(1, -1):expand(#rows, #columns)}, 3)
    :unsqueeze(1)
end

local AttentionV2 = build.class("swin_transformer.ShiftedWindowAttentionV2", function(self, channels, window, shift,
    heads, how)
  init(self, channels, window, shift, heads, how)
  self.logit_scale = nn.Parameter(torch.full({heads, 1, 1}, math.log(10)))
  self:register_buffer("relative_coords_table", log_distances(window[1], window[2]))
  self:register_buffer("relative_position_index", windows.distances(window[1], window[2]):flatten())
  init_maps(self, channels)
  self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU {inplace = true}, nn.Linear(512, heads, {bias = false}))
end, forward)

function AttentionV2:relative_position_bias()
  local table = self.cpb_mlp(self.relative_coords_table):reshape(-1, self.num_heads)
  return windows.bias(table, self.relative_position_index, self.window_size[1] * self.window_size[2]):sigmoid() * 16
end

-- Blocks and merging ---------------------------------------------------------------------------

local function block_class(name, attention, forward_block)
  return build.class("swin_transformer." .. name, function(self, channels, heads, window, shift, depth, how)
    self.norm1 = how.norm_layer(channels)
    self.attn = attention(channels, window, shift, heads, how)
    self.stochastic_depth = layers.StochasticDepth(depth, "row")
    self.norm2 = how.norm_layer(channels)
    self.mlp = layers.MLP(channels, {channels * how.mlp_ratio // 1 | 0, channels}, {activation_layer = nn.GELU,
      dropout = how.dropout})
  end, forward_block)
end

local Block = block_class("SwinTransformerBlock", Attention, function(self, x)
  x = x + self.stochastic_depth(self.attn(self.norm1(x)))
  return x + self.stochastic_depth(self.mlp(self.norm2(x)))
end)

local BlockV2 = block_class("SwinTransformerBlockV2", AttentionV2, function(self, x)
  x = x + self.stochastic_depth(self.norm1(self.attn(x)))
  return x + self.stochastic_depth(self.norm2(self.mlp(x)))
end)

--- Each 2×2 places as one, with all their channels: N×H×W×C → N×(H/2)×(W/2)×4C.
local function merged(x)
  local height, width = x:size(2), x:size(3)
  if height % 2 + width % 2 > 0 then x = torch.nn.functional.pad(x, {0, 0, 0, width % 2, 0, height % 2}) end
  local n, h, w, channels = table.unpack(x.shape)
  return x:reshape(n, h // 2, 2, w // 2, 2, channels):permute(1, 2, 4, 5, 3, 6):reshape(n, h // 2, w // 2, 4 * channels)
end

local Merging = build.class("swin_transformer.PatchMerging", function(self, channels, norm)
  self.reduction, self.norm = nn.Linear(4 * channels, 2 * channels, {bias = false}), norm(4 * channels)
end, function(self, x) return self.reduction(self.norm(merged(x))) end)

local MergingV2 = build.class("swin_transformer.PatchMergingV2", function(self, channels, norm)
  self.reduction, self.norm = nn.Linear(4 * channels, 2 * channels, {bias = false}), norm(2 * channels)
end, function(self, x) return self.norm(self.reduction(merged(x))) end)

-- The network ------------------------------------------------------------------------------------

local VERSIONS <const> = {{Block, Merging}, {BlockV2, MergingV2}}

local function features(patch, size, depths, heads, window, given)
  local block, merging = table.unpack(VERSIONS[given.version])
  local total, done = 0, 0
  for _, count in ipairs(depths) do total = total + count end
  local made = nn.Sequential(nn.Sequential(nn.Conv2d(3, size, patch, patch), layers.Permute {1, 3, 4, 2},
    given.norm_layer(size)))
  for i, count in ipairs(depths) do
    local stage, channels = nn.Sequential(), size << i - 1
    for k = 1, count do
      local shift = k % 2 == 1 and {0, 0} or {window[1] // 2, window[2] // 2}
      local depth = given.stochastic_depth_prob * done / math.max(total - 1, 1)
      stage:append(block(channels, heads[i], window, shift, depth, given))
      done = done + 1
    end
    made:append(stage)
    if i < #depths then made:append(merging(channels, given.norm_layer)) end
  end
  return made
end

local DEFAULTS <const> = {mlp_ratio = 4, dropout = 0, attention_dropout = 0, stochastic_depth_prob = 0.1,
  num_classes = 1000, version = 1}

local Swin = build.class("SwinTransformer", function(self, patch, size, depths, heads, window, given)
  local all = {norm_layer = nn.LayerNorm}
  for key, value in pairs(DEFAULTS) do all[key] = value end
  for key, value in pairs(given or {}) do all[key] = value end
  self.features = features(patch, size, depths, heads, window, all)
  local channels = size << #depths - 1
  self.norm, self.permute, self.avgpool = all.norm_layer(channels), layers.Permute {1, 4, 2, 3}, nn.AdaptiveAvgPool2d(1)
  self.flatten, self.head = nn.Flatten(2), nn.Linear(channels, all.num_classes)
  if not all.weights then build.each(self, nil, build.truncated(0.02)) end
end, function(self, x) return self.head(self.flatten(self.avgpool(self.permute(self.norm(self.features(x)))))) end)

local OWN <const> = {{"mlp_ratio", kind = "number", default = 4}, {"dropout", kind = "number", default = 0},
  {"attention_dropout", kind = "number", default = 0}, {"stochastic_depth_prob", kind = "number"},
  {"norm_layer", kind = "callable"}}

--- torchvision.models.swin_t(weights: any = nil, progress: bool = true, num_classes: int = 1000, mlp_ratio: float = 4,
-- dropout: float = 0, attention_dropout: float = 0, stochastic_depth_prob: float = 0.2, norm_layer: callable = nil)
-- -> Module: Swin transformer, tiny (Liu et al. 2021).

--- torchvision.models.swin_s(weights: any = nil, progress: bool = true, num_classes: int = 1000, mlp_ratio: float = 4,
-- dropout: float = 0, attention_dropout: float = 0, stochastic_depth_prob: float = 0.3, norm_layer: callable = nil)
-- -> Module: Swin transformer, small.

--- torchvision.models.swin_b(weights: any = nil, progress: bool = true, num_classes: int = 1000, mlp_ratio: float = 4,
-- dropout: float = 0, attention_dropout: float = 0, stochastic_depth_prob: float = 0.5, norm_layer: callable = nil)
-- -> Module: Swin transformer, base.

--- torchvision.models.swin_v2_t(weights: any = nil, progress: bool = true, num_classes: int = 1000, mlp_ratio: float =
-- 4, dropout: float = 0, attention_dropout: float = 0, stochastic_depth_prob: float = 0.2, norm_layer: callable =
-- nil) -> Module: Swin transformer V2, tiny: attention by angles, norms behind (Liu et al. 2022).

--- torchvision.models.swin_v2_s(weights: any = nil, progress: bool = true, num_classes: int = 1000, mlp_ratio: float =
-- 4, dropout: float = 0, attention_dropout: float = 0, stochastic_depth_prob: float = 0.3, norm_layer: callable =
-- nil) -> Module: Swin transformer V2, small.

--- torchvision.models.swin_v2_b(weights: any = nil, progress: bool = true, num_classes: int = 1000, mlp_ratio: float =
-- 4, dropout: float = 0, attention_dropout: float = 0, stochastic_depth_prob: float = 0.5, norm_layer: callable =
-- nil) -> Module: Swin transformer V2, base.

local few <const>, many <const> = {3, 6, 12, 24}, {4, 8, 16, 32}
-- {version, channels, blocks of the third stage, heads, window, probability of dropped paths}
local swin = build.family(OWN, {swin_t = {1, 96, 6, few, 7, 0.2}, swin_s = {1, 96, 18, few, 7, 0.3},
  swin_b = {1, 128, 18, many, 7, 0.5}, swin_v2_t = {2, 96, 6, few, 8, 0.2}, swin_v2_s = {2, 96, 18, few, 8, 0.3},
  swin_v2_b = {2, 128, 18, many, 8, 0.5}}, function(given, row)
  given.version, given.stochastic_depth_prob = row[1], given.stochastic_depth_prob or row[6]
  return Swin(4, row[2], {2, 2, row[3], 2}, row[4], {row[5], row[5]}, given)
end)
--- torchvision.models.SwinTransformer(patch_size: pair, embed_dim: int, depths: int[], num_heads: int[], window_size:
-- int[], options: table = nil): The network of swin_t() and the like; options mlp_ratio, dropout, attention_dropout,
-- stochastic_depth_prob, num_classes, norm_layer, version (1 or 2).
swin.SwinTransformer = Swin
return swin
