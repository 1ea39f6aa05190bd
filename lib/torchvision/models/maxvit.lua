-- MaxViT: attention in windows and over a grid, behind convolutions (Tu et al. 2022).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local layers = require "torchvision.ops.layers"
local options = require "torch.utils.options"
local windows = require "torchvision.models.windows"

local MBConv = build.class("maxvit.MBConv", function(self, from, to, stride, depth, given)
  if stride ~= 1 or from ~= to then
    local conv = nn.Conv2d(from, to, 1)
    self.proj = stride == 2 and nn.Sequential(nn.AvgPool2d(3, stride, 1), conv) or nn.Sequential(conv)
  else self.proj = nn.Identity() end
  self.stochastic_depth = depth > 0 and layers.StochasticDepth(depth, "row") or nn.Identity()
  local inner, norm = to * given.expansion_ratio // 1 | 0, given.norm_layer
  local how = {norm_layer = norm, activation_layer = given.activation_layer, inplace = false}
  local filter = {stride = stride, groups = inner, norm_layer = norm, activation_layer = given.activation_layer,
    inplace = false}
  self.layers = nn.Sequential {{"pre_norm", norm(from)},
    {"conv_a", layers.Conv2dNormActivation(from, inner, 1, how)},
    {"conv_b", layers.Conv2dNormActivation(inner, inner, 3, filter)},
    {"squeeze_excitation", layers.SqueezeExcitation(inner, to * given.squeeze_ratio // 1 | 0,
      {activation = nn.SiLU})},
    {"conv_c", nn.Conv2d(inner, to, 1)}}
end, function(self, x) return self.proj(x) + self.stochastic_depth(self.layers(x)) end)

-- Attention of the places of each group of N×groups×places×channels.
local Attention = build.class("maxvit.RelativePositionalMultiHeadAttention", function(self, channels, head, side)
  self.n_heads, self.head_dim, self.places = channels // head, head, side * side
  self.to_qkv = nn.Linear(channels, 3 * channels)
  self.merge = nn.Linear(channels, channels)
  local table = torch.empty((2 * side - 1) ^ 2 // 1 | 0, self.n_heads)
  self.relative_position_bias_table = nn.Parameter(nn.init.trunc_normal_(table, {std = 0.02}))
  self:register_buffer("relative_position_index", windows.distances(side, side))
end, function(self, x)
  local n, groups, places, channels = table.unpack(x.shape)
  local parts = self.to_qkv(x):chunk(3, -1)
  for i = 1, 3 do parts[i] = parts[i]:reshape(n, groups, places, self.n_heads, self.head_dim):transpose(3, 4) end
  local q, k, v = table.unpack(parts)
  local bias = windows.bias(self.relative_position_bias_table, self.relative_position_index, self.places)
  local weights = (q:matmul((k * channels ^ -0.5):transpose(-2, -1)) + bias):softmax(-1)
  return self.merge(weights:matmul(v):transpose(3, 4):reshape(n, groups, places, channels))
end)

-- kind "window": attention inside of windows; "grid": of the places that have the same place in their windows.
local Partition = build.class("maxvit.PartitionAttentionLayer", function(self, channels, kind, size, depth, given)
  local side = given.partition_size
  self.kind, self.size, self.side = kind, size, kind == "window" and side or size // side
  self.attn_layer = nn.Sequential(nn.LayerNorm(channels), Attention(channels, given.head_dim, side),
    nn.Dropout(given.attention_dropout))
  self.mlp_layer = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, channels * given.mlp_ratio),
    given.activation_layer(), nn.Linear(channels * given.mlp_ratio, channels), nn.Dropout(given.mlp_dropout))
  self.stochastic_dropout = layers.StochasticDepth(depth, "row")
end, function(self, x)
  local n, channels, height, width = table.unpack(x.shape)
  local side = self.side
  if height ~= self.size or width ~= self.size then
    options.raise(("maxvit: expected a map of %d×%d, got %d×%d: 'input_size' is the size of the images"):format(
      self.size, self.size, height, width))
  end
  x = windows.split(x:permute(1, 3, 4, 2), side, side):reshape(n, -1, side * side, channels)
  if self.kind == "grid" then x = x:transpose(2, 3) end
  x = x + self.stochastic_dropout(self.attn_layer(x))
  x = x + self.stochastic_dropout(self.mlp_layer(x))
  if self.kind == "grid" then x = x:transpose(2, 3) end
  return windows.join(x:reshape(-1, side * side, channels), side, side, height, width):permute(1, 4, 2, 3)
end)

local Layer = build.class("maxvit.MaxVitLayer", function(self, from, to, stride, size, depth, given)
  self.layers = nn.Sequential {{"MBconv", MBConv(from, to, stride, depth, given)},
    {"window_attention", Partition(to, "window", size, depth, given)},
    {"grid_attention", Partition(to, "grid", size, depth, given)}}
end, function(self, x) return self.layers(x) end)

local Block = build.class("maxvit.MaxVitBlock", function(self, from, to, size, depths, given)
  self.layers = nn.ModuleList()
  for i, depth in ipairs(depths) do
    self.layers:append(Layer(i == 1 and from or to, to, i == 1 and 2 or 1, size, depth, given))
  end
end, function(self, x)
  for _, layer in ipairs(self.layers) do x = layer(x) end
  return x
end)

--- The sizes of the maps behind the stem and behind each block; each must be a multiple of the windows.
local function sizes_of(given)
  local size, sizes = (given.input_size + 1) // 2, {}
  for i = 1, #given.block_channels do
    size = (size + 1) // 2
    sizes[i] = size
    if size % given.partition_size ~= 0 then
      options.wrong("MaxVit", "input_size", nil, ("a size whose map of %d in block %d is a multiple of %d"):format(size,
        i, given.partition_size), given.input_size)
    end
  end
  return sizes
end

local function init(self, given)
  local stem, total, done = given.stem_channels, 0, 0
  for _, count in ipairs(given.block_layers) do total = total + count end
  local sizes = sizes_of(given)
  self.stem = nn.Sequential(layers.Conv2dNormActivation(3, stem, 3, {stride = 2, norm_layer = given.norm_layer,
    activation_layer = given.activation_layer, bias = false, inplace = false}),
    layers.Conv2dNormActivation(stem, stem, 3, {norm_layer = false, activation_layer = false, bias = true}))
  self.blocks = nn.ModuleList()
  local from = stem
  for i, to in ipairs(given.block_channels) do
    local depths = {}
    for k = 1, given.block_layers[i] do
      depths[k] = given.stochastic_depth_prob * done / math.max(total - 1, 1)
      done = done + 1
    end
    self.blocks:append(Block(from, to, sizes[i], depths, given))
    from = to
  end
  self.classifier = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(from), nn.Linear(from, from),
    nn.Tanh(), nn.Linear(from, given.num_classes, {bias = false}))
  if not given.weights then build.each(self, build.normal(0.02), build.normal(0.02)) end
end

local DEFAULTS <const> = {squeeze_ratio = 0.25, expansion_ratio = 4, mlp_ratio = 4, mlp_dropout = 0,
  attention_dropout = 0, num_classes = 1000, input_size = 224, stem_channels = 64, partition_size = 7, head_dim = 32,
  stochastic_depth_prob = 0.2}

local MaxVit = build.class("MaxVit", function(self, given)
  local all = {block_channels = {64, 128, 256, 512}, block_layers = {2, 2, 5, 2}, activation_layer = nn.GELU,
    norm_layer = build.norm(1e-3, 0.01)}
  for key, value in pairs(DEFAULTS) do all[key] = value end
  for key, value in pairs(given or {}) do all[key] = value end
  init(self, all)
end, function(self, x)
  x = self.stem(x)
  for _, block in ipairs(self.blocks) do x = block(x) end
  return self.classifier(x)
end)

local OWN <const> = {{"input_size", kind = "positive", default = 224},
  {"stochastic_depth_prob", kind = "number", default = 0.2}, {"mlp_dropout", kind = "number", default = 0},
  {"attention_dropout", kind = "number", default = 0}, {"norm_layer", kind = "callable"},
  {"activation_layer", kind = "callable"}}

--- torchvision.models.maxvit_t(weights: any = nil, progress: bool = true, num_classes: int = 1000, input_size: int =
-- 224, stochastic_depth_prob: float = 0.2, mlp_dropout: float = 0, attention_dropout: float = 0, norm_layer: callable
-- = nil, activation_layer: callable = nil) -> Module: MaxViT, tiny (Tu et al. 2022), for images of input_size along
-- each edge.
local maxvit = {maxvit_t = build.constructor("maxvit_t", OWN, MaxVit)}

--- torchvision.models.MaxVit(options: table): The network of maxvit_t(); options input_size, stem_channels,
-- partition_size, block_channels, block_layers, head_dim, stochastic_depth_prob, norm_layer, activation_layer,
-- squeeze_ratio, expansion_ratio, mlp_ratio, mlp_dropout, attention_dropout, num_classes.
maxvit.MaxVit = MaxVit
return maxvit
