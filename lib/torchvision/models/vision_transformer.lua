-- The vision transformer: patches of an image as the words of a sequence (Dosovitskiy et al. 2021).
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"
local layers = require "torchvision.ops.layers"
local options = require "torch.utils.options"

local function norm(size) return nn.LayerNorm(size, {eps = 1e-6}) end

local EncoderBlock = build.class("vision_transformer.EncoderBlock", function(self, given)
  self.num_heads = given.num_heads
  self.ln_1 = given.norm_layer(given.hidden_dim)
  self.self_attention = nn.MultiheadAttention(given.hidden_dim, given.num_heads,
    {dropout = given.attention_dropout, batch_first = true})
  self.dropout = nn.Dropout(given.dropout)
  self.ln_2 = given.norm_layer(given.hidden_dim)
  self.mlp = layers.MLP(given.hidden_dim, {given.mlp_dim, given.hidden_dim}, {activation_layer = nn.GELU,
    dropout = given.dropout})
  build.each(self.mlp, nil, function(module)
    nn.init.xavier_uniform_(module.weight)
    nn.init.normal_(module.bias, 0, 1e-6)
  end)
end, function(self, input)
  local x = self.ln_1(input)
  x = self.dropout((self.self_attention(x, x, x, {need_weights = false}))) + input
  return x + self.mlp(self.ln_2(x))
end)

local Encoder = build.class("vision_transformer.Encoder", function(self, length, given)
  self.pos_embedding = nn.Parameter(torch.randn(1, length, given.hidden_dim) * 0.02)
  self.dropout, self.layers = nn.Dropout(given.dropout), nn.Sequential()
  for i = 0, given.num_layers - 1 do self.layers:add_module("encoder_layer_" .. i, EncoderBlock(given)) end
  self.ln = given.norm_layer(given.hidden_dim)
end, function(self, x) return self.ln(self.layers(self.dropout(x + self.pos_embedding))) end)

--- Convolutions {out_channels, kernel_size, stride} in front, in place of patches.
local function stem(rows, hidden)
  local made, from = nn.Sequential(), 3
  for i, row in ipairs(rows) do
    made:add_module("conv_bn_relu_" .. i - 1, layers.Conv2dNormActivation(from, row[1] or row.out_channels,
      row[2] or row.kernel_size, row[3] or row.stride))
    from = row[1] or row.out_channels
  end
  local last = nn.Conv2d(from, hidden, 1)
  build.normal(math.sqrt(2 / hidden))(last)
  made:add_module("conv_last", last)
  return made
end

local function patches(given)
  if given.conv_stem_configs then return stem(given.conv_stem_configs, given.hidden_dim) end
  local size = given.patch_size
  local conv = nn.Conv2d(3, given.hidden_dim, size, size)
  build.truncated(math.sqrt(1 / (3 * size * size)))(conv)
  return conv
end

local function heads(given)
  local made, from = nn.Sequential(), given.hidden_dim
  if given.representation_size then
    local linear = nn.Linear(from, given.representation_size)
    build.truncated(math.sqrt(1 / from))(linear)
    made:add_module("pre_logits", linear)
    made:add_module("act", nn.Tanh())
    from = given.representation_size
  end
  local head = nn.Linear(from, given.num_classes)
  nn.init.zeros_(head.weight)
  nn.init.zeros_(head.bias)
  made:add_module("head", head)
  return made
end

local OWN <const> = {{"image_size", kind = "positive", default = 224}, {"dropout", kind = "number", default = 0},
  {"attention_dropout", kind = "number", default = 0}, {"representation_size", kind = "positive"},
  {"norm_layer", kind = "callable"}, {"conv_stem_configs", kind = "table"}}
local CLASS <const> = {{"image_size", kind = "positive", required = true},
  {"patch_size", kind = "positive", required = true}, {"num_layers", kind = "positive", required = true},
  {"num_heads", kind = "positive", required = true}, {"hidden_dim", kind = "positive", required = true},
  {"mlp_dim", kind = "positive", required = true}, OWN[2], OWN[3],
  {"num_classes", kind = "positive", default = 1000}, OWN[4], OWN[5], OWN[6]}

local VisionTransformer = build.class("VisionTransformer", function(self, ...)
  local given = options.read("VisionTransformer", CLASS, ...)
  if given.image_size % given.patch_size ~= 0 then
    options.wrong("VisionTransformer", "image_size", 1, ("a multiple of %d"):format(given.patch_size), given.image_size)
  end
  given.norm_layer = given.norm_layer or norm
  self.image_size, self.patch_size, self.hidden_dim = given.image_size, given.patch_size, given.hidden_dim
  self.seq_length = (given.image_size // given.patch_size) ^ 2 // 1 + 1 | 0
  self.conv_proj = patches(given)
  self.class_token = nn.Parameter(torch.zeros(1, 1, given.hidden_dim))
  self.encoder, self.heads = Encoder(self.seq_length, given), heads(given)
end, function(self, x)
  local size = self.image_size
  if x.ndim ~= 4 or x:size(3) ~= size or x:size(4) ~= size then
    options.wrong("VisionTransformer", "x", 1, ("images (N×3×%d×%d)"):format(size, size), x)
  end
  local sequence = self.conv_proj(x):flatten(3):transpose(2, 3)
  sequence = torch.cat({self.class_token:expand(x:size(1), 1, self.hidden_dim), sequence}, 2)
  return self.heads(self.encoder(sequence):select(2, 1))
end)

--- Files of older versions have linear_1 and linear_2 where the two maps of a block are 0 and 3 now.
local function rename(state)
  local renamed = {}
  for name, value in pairs(state) do
    renamed[name:gsub("%.mlp%.linear_1%.", ".mlp.0."):gsub("%.mlp%.linear_2%.", ".mlp.3.")] = value
  end
  return renamed
end

--- torchvision.models.vit_b_16(weights: any = nil, progress: bool = true, num_classes: int = 1000, image_size: int =
-- 224, dropout: float = 0, attention_dropout: float = 0, representation_size: int = nil, norm_layer: callable = nil,
-- conv_stem_configs: table = nil) -> Module: Vision transformer, base, with patches of 16×16 (Dosovitskiy et al.
-- 2021).

--- torchvision.models.vit_b_32(weights: any = nil, progress: bool = true, num_classes: int = 1000, image_size: int =
-- 224, dropout: float = 0, attention_dropout: float = 0, representation_size: int = nil, norm_layer: callable = nil,
-- conv_stem_configs: table = nil) -> Module: Vision transformer, base, with patches of 32×32.

--- torchvision.models.vit_l_16(weights: any = nil, progress: bool = true, num_classes: int = 1000, image_size: int =
-- 224, dropout: float = 0, attention_dropout: float = 0, representation_size: int = nil, norm_layer: callable = nil,
-- conv_stem_configs: table = nil) -> Module: Vision transformer, large, with patches of 16×16.

--- torchvision.models.vit_l_32(weights: any = nil, progress: bool = true, num_classes: int = 1000, image_size: int =
-- 224, dropout: float = 0, attention_dropout: float = 0, representation_size: int = nil, norm_layer: callable = nil,
-- conv_stem_configs: table = nil) -> Module: Vision transformer, large, with patches of 32×32.

--- torchvision.models.vit_h_14(weights: any = nil, progress: bool = true, num_classes: int = 1000, image_size: int =
-- 224, dropout: float = 0, attention_dropout: float = 0, representation_size: int = nil, norm_layer: callable = nil,
-- conv_stem_configs: table = nil) -> Module: Vision transformer, huge, with patches of 14×14.

-- {patch, layers, heads, size, size inside}
local transformer = build.family(OWN, {vit_b_16 = {16, 12, 12, 768, 3072}, vit_b_32 = {32, 12, 12, 768, 3072},
  vit_l_16 = {16, 24, 16, 1024, 4096}, vit_l_32 = {32, 24, 16, 1024, 4096}, vit_h_14 = {14, 32, 16, 1280, 5120}},
  function(given, row)
    local own = {num_classes = given.num_classes, patch_size = row[1], num_layers = row[2], num_heads = row[3],
      hidden_dim = row[4], mlp_dim = row[5]}
    for _, parameter in ipairs(OWN) do own[parameter[1]] = given[parameter[1]] end
    return VisionTransformer(own)
  end, rename)
--- torchvision.models.VisionTransformer(image_size: int, patch_size: int, num_layers: int, num_heads: int, hidden_dim:
-- int, mlp_dim: int, dropout: float = 0, attention_dropout: float = 0, num_classes: int = 1000, representation_size:
-- int = nil, norm_layer: callable = nil, conv_stem_configs: table = nil): The network of vit_b_16() and the like.
-- conv_stem_configs: {out_channels, kernel_size, stride} of convolutions in place of patches.
transformer.VisionTransformer = VisionTransformer
return transformer
