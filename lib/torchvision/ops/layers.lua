--- Layers that models for images share: convolution, norm and activation in one; excitation; dropped paths and blocks.
local torch = require "torch"
local nn = require "torch.nn"
local options = require "torch.utils.options"

local layers = {}

--- A probability between 0 and 1.
local function probability(name, parameter, position, value)
  if not (value >= 0 and value <= 1) then
    options.wrong(name, parameter, position, "a probability from 0 to 1", value)
  end
end

-- Convolution, norm, activation ------------------------------------------------------------

local CONV <const> = {{"in_channels", kind = "positive", required = true},
  {"out_channels", kind = "positive", required = true}, {"kernel_size", default = 3}, {"stride", default = 1},
  {"padding"}, {"groups", kind = "positive", default = 1}, {"norm_layer", kind = "callable", off = true},
  {"activation_layer", kind = "callable", off = true}, {"dilation", default = 1},
  {"inplace", kind = "boolean", default = true}, {"bias", kind = "boolean"}}

--- Entry i of a size that is a number or an array.
local function entry(size, i) return type(size) == "table" and size[i] or size end

--- The padding that leaves the size as it is where the stride is 1.
local function same(kernel_size, dilation, dims)
  local padding = {}
  for i = 1, dims do padding[i] = (entry(kernel_size, i) - 1) // 2 * entry(dilation, i) end
  return padding
end

--- Sizes must be numbers or arrays before one computes with them.
local function check_sizes(name, given, dims)
  for position, key in pairs {[3] = "kernel_size", [9] = "dilation"} do
    for i = 1, dims do
      local size = entry(given[key], i)
      if not options.integer(size) then
        options.wrong(name, key, position, ("an integer or an array of %d"):format(dims), given[key])
      end
    end
  end
end

local function conv_init(class, name, dims, conv, norm)
  function class:__init(...)
    local given = options.read(name, CONV, ...)
    check_sizes(name, given, dims)
    local norm_layer, activation = given.norm_layer, given.activation_layer
    if norm_layer == nil then norm_layer = nn[norm] end
    if activation == nil then activation = nn.ReLU end
    local bias = given.bias
    if bias == nil then bias = not norm_layer end
    class.super.__init(self, nn[conv](given.in_channels, given.out_channels, given.kernel_size,
      {stride = given.stride, padding = given.padding or same(given.kernel_size, given.dilation, dims),
        dilation = given.dilation, groups = given.groups, bias = bias}))
    if norm_layer then self:append(norm_layer(given.out_channels)) end
    if activation then self:append(given.inplace and activation {inplace = true} or activation()) end
    self.out_channels = given.out_channels
  end
end

--- torchvision.ops.Conv2dNormActivation(in_channels: int, out_channels: int, kernel_size: pair = 3, stride: pair = 1,
-- padding: any = nil, groups: int = 1, norm_layer: any = nil, activation_layer: any = nil, dilation: pair = 1,
-- inplace: bool = true, bias: bool = nil): A convolution, a norm and an activation, one after another. padding: as
-- much as leaves the size as it is at stride 1. norm_layer: a class or a function of the channels (nn.BatchNorm2d),
-- activation_layer: a class or a function (nn.ReLU); false: none. The convolution has a bias where there is no norm.
layers.Conv2dNormActivation = torch.class("torchvision.ops.Conv2dNormActivation", nn.Sequential)
conv_init(layers.Conv2dNormActivation, "Conv2dNormActivation", 2, "Conv2d", "BatchNorm2d")

--- torchvision.ops.Conv3dNormActivation(in_channels: int, out_channels: int, kernel_size: any = 3, stride: any = 1,
-- padding: any = nil, groups: int = 1, norm_layer: any = nil, activation_layer: any = nil, dilation: any = 1,
-- inplace: bool = true, bias: bool = nil): As Conv2dNormActivation, for volumes and videos.
layers.Conv3dNormActivation = torch.class("torchvision.ops.Conv3dNormActivation", nn.Sequential)
conv_init(layers.Conv3dNormActivation, "Conv3dNormActivation", 3, "Conv3d", "BatchNorm3d")

-- Perceptron, permutation --------------------------------------------------------------------

local PERCEPTRON <const> = {{"in_channels", kind = "positive", required = true},
  {"hidden_channels", kind = "table", required = true}, {"norm_layer", kind = "callable", off = true},
  {"activation_layer", kind = "callable"}, {"inplace", kind = "boolean"},
  {"bias", kind = "boolean", default = true}, {"dropout", kind = "number", default = 0}}

--- torchvision.ops.MLP(in_channels: int, hidden_channels: int[], norm_layer: any = nil, activation_layer: any = nil,
-- inplace: bool = nil, bias: bool = true, dropout: float = 0): Linear maps with an activation (nn.ReLU) and dropout
-- behind each but the last, which has dropout alone. norm_layer: a class or a function of the features, behind each
-- map but the last.
-- Example: torchvision.ops.MLP(4, {8, 3})(torch.ones(2, 4)).shape
local MLP = torch.class("torchvision.ops.MLP", nn.Sequential)
layers.MLP = MLP

function MLP:__init(...)
  local given = options.read("MLP", PERCEPTRON, ...)
  local sizes, from = given.hidden_channels, given.in_channels
  if #sizes == 0 then options.wrong("MLP", "hidden_channels", 2, "an array of sizes", sizes) end
  probability("MLP", "dropout", 7, given.dropout)
  local how = given.inplace ~= nil and {inplace = given.inplace} or nil
  for i, size in ipairs(sizes) do
    self:append(nn.Linear(from, size, {bias = given.bias}))
    if i < #sizes then
      if given.norm_layer then self:append(given.norm_layer(size)) end
      self:append((given.activation_layer or nn.ReLU)(how))
    end
    self:append(nn.Dropout(given.dropout, how))
    from = size
  end
end

--- torchvision.ops.Permute(dims: dims): A module that gives its input with the dimensions in another order.
-- Example: torchvision.ops.Permute({1, 3, 4, 2})(torch.ones(1, 3, 2, 2)).shape
local Permute = torch.class("torchvision.ops.Permute", nn.Module)
layers.Permute = Permute

function Permute:__init(...)
  self.dims = options.read("Permute", {{"dims", kind = "table", required = true}}, ...).dims
end

function Permute:forward(x) return x:permute(self.dims) end

-- Squeeze and excitation ---------------------------------------------------------------------

local EXCITATION <const> = {{"input_channels", kind = "positive", required = true},
  {"squeeze_channels", kind = "positive", required = true}, {"activation", kind = "callable"},
  {"scale_activation", kind = "callable"}}

--- torchvision.ops.SqueezeExcitation(input_channels: int, squeeze_channels: int, activation: any = nil,
-- scale_activation: any = nil): Each channel times a number that two layers make of the means of all channels (Hu et
-- al. 2018). activation (nn.ReLU) stands between them, scale_activation (nn.Sigmoid) behind them.
-- Example: torchvision.ops.SqueezeExcitation(4, 2)(torch.ones(1, 4, 3, 3)).shape
local SqueezeExcitation = torch.class("torchvision.ops.SqueezeExcitation", nn.Module)
layers.SqueezeExcitation = SqueezeExcitation

function SqueezeExcitation:__init(...)
  local given = options.read("SqueezeExcitation", EXCITATION, ...)
  self.avgpool = nn.AdaptiveAvgPool2d(1)
  self.fc1 = nn.Conv2d(given.input_channels, given.squeeze_channels, 1)
  self.fc2 = nn.Conv2d(given.squeeze_channels, given.input_channels, 1)
  self.activation = (given.activation or nn.ReLU)()
  self.scale_activation = (given.scale_activation or nn.Sigmoid)()
end

function SqueezeExcitation:forward(x)
  local scale = self.fc2(self.activation(self.fc1(self.avgpool(x))))
  return x * self.scale_activation(scale)
end

-- A norm that does not learn -------------------------------------------------------------------

--- torchvision.ops.FrozenBatchNorm2d(num_features: int, eps: float = 1e-5): nn.BatchNorm2d whose statistics, weight
-- and bias are buffers: training does not change them.
-- Example: torchvision.ops.FrozenBatchNorm2d(3)(torch.ones(1, 3, 2, 2)).shape
local FrozenBatchNorm2d = torch.class("torchvision.ops.FrozenBatchNorm2d", nn.Module)
layers.FrozenBatchNorm2d = FrozenBatchNorm2d

function FrozenBatchNorm2d:__init(...)
  local given = options.read("FrozenBatchNorm2d", {{"num_features", kind = "positive", required = true},
    {"eps", kind = "number", default = 1e-5}}, ...)
  self.eps, self.num_features = given.eps, given.num_features
  self:register_buffer("weight", torch.ones(given.num_features))
  self:register_buffer("bias", torch.zeros(given.num_features))
  self:register_buffer("running_mean", torch.zeros(given.num_features))
  self:register_buffer("running_var", torch.ones(given.num_features))
  -- A file of a BatchNorm2d counts its batches.
  self:register_load_state_dict_pre_hook(function(_, state, prefix) state[prefix .. "num_batches_tracked"] = nil end)
end

function FrozenBatchNorm2d:forward(x)
  return torch.nn.functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, false, 0,
    self.eps)
end

function FrozenBatchNorm2d:extra_repr() return ("%d, eps=%s"):format(self.num_features, self.eps) end

-- Dropped paths and blocks -----------------------------------------------------------------------

local DEPTH <const> = {{"input", kind = "tensor", required = true}, {"p", kind = "number", required = true},
  {"mode", kind = "string", required = true}, {"training", kind = "boolean", default = true}}

local function check_depth(name, given)
  probability(name, "p", nil, given.p)
  if given.mode ~= "batch" and given.mode ~= "row" then
    options.wrong(name, "mode", nil, "\"batch\" or \"row\"", given.mode)
  end
end

local function dropped(x, p, mode)
  local shape = {}
  for i = 1, x.ndim do shape[i] = 1 end
  if mode == "row" and x.ndim > 0 then shape[1] = x:size(1) end
  local kept = torch.empty(shape, {dtype = x.dtype, device = x.device}):bernoulli_(1 - p)
  if p < 1 then kept:div_(1 - p) end
  return x * kept
end

--- torchvision.ops.stochastic_depth(input: Tensor, p: float, mode: string, training: bool = true) -> Tensor: In
-- training, zeros with probability p in place of the whole input (mode "batch") or of each of its rows ("row"), and
-- what is kept divided by 1 - p (Huang et al. 2016).
-- Example: torchvision.ops.stochastic_depth(torch.ones(2, 3), 0, "row")
function layers.stochastic_depth(...)
  local given = options.read("stochastic_depth", DEPTH, ...)
  check_depth("stochastic_depth", given)
  if not given.training or given.p == 0 then return given.input end
  return dropped(given.input, given.p, given.mode)
end

--- torchvision.ops.StochasticDepth(p: float, mode: string): stochastic_depth as a module.
-- Example: torchvision.ops.StochasticDepth(0.2, "row"):eval()(torch.ones(2, 3))
local StochasticDepth = torch.class("torchvision.ops.StochasticDepth", nn.Module)
layers.StochasticDepth = StochasticDepth

function StochasticDepth:__init(...)
  local given = options.read("StochasticDepth", {{"p", kind = "number", required = true},
    {"mode", kind = "string", required = true}}, ...)
  check_depth("StochasticDepth", given)
  self.p, self.mode = given.p, given.mode
end

function StochasticDepth:forward(x)
  if not self.training or self.p == 0 then return x end
  return dropped(x, self.p, self.mode)
end

function StochasticDepth:extra_repr() return ("p=%s, mode=%s"):format(self.p, self.mode) end

local BLOCK <const> = {{"input", kind = "tensor", required = true}, {"p", kind = "number", required = true},
  {"block_size", kind = "positive", required = true}, {"inplace", kind = "boolean", default = false},
  {"eps", kind = "number", default = 1e-6}, {"training", kind = "boolean", default = true}}

--- The input with blocks of `dims` dimensions left out.
local function drop_block(name, dims, pool, ...)
  local given = options.read(name, BLOCK, ...)
  local x = given.input
  probability(name, "p", 2, given.p)
  if x.ndim ~= dims + 2 then options.wrong(name, "input", 1, ("%d dimensions"):format(dims + 2), x) end
  if not given.training or given.p == 0 then return x end
  local size = given.block_size
  for i = 3, x.ndim do size = math.min(size, x:size(i)) end
  local shape, gamma, around = {x:size(1), x:size(2)}, given.p / size ^ dims, {}
  for i = 3, x.ndim do
    shape[i] = x:size(i) - size + 1
    gamma = gamma * x:size(i) / shape[i]
    around[#around + 1], around[#around + 2] = (size - 1) // 2, size - 1 - (size - 1) // 2
  end
  -- The centres of blocks lie where whole blocks fit.
  local centres = torch.empty(shape, {dtype = x.dtype, device = x.device}):bernoulli_(math.min(gamma, 1))
  local blocks = pool(torch.nn.functional.pad(torch.nn.functional.pad(centres, around), around), size, 1)
  local kept = 1 - blocks
  local scale = kept:numel() / (given.eps + kept:sum():item())
  kept:mul_(scale)
  return given.inplace and x:mul_(kept) or x * kept
end

--- torchvision.ops.drop_block2d(input: Tensor, p: float, block_size: int, inplace: bool = false, eps: float = 1e-6,
-- training: bool = true) -> Tensor: In training, zeros in place of square blocks of the channels (N×C×H×W), so that
-- a pixel is left out with probability p or nearly so; the rest is scaled (Ghiasi et al. 2018).
-- Example: torchvision.ops.drop_block2d(torch.ones(1, 1, 4, 4), 0.5, 3, {training = false})
function layers.drop_block2d(...) return drop_block("drop_block2d", 2, torch.nn.functional.max_pool2d, ...) end

--- torchvision.ops.drop_block3d(input: Tensor, p: float, block_size: int, inplace: bool = false, eps: float = 1e-6,
-- training: bool = true) -> Tensor: drop_block2d for volumes and videos (N×C×D×H×W).
-- Example: torchvision.ops.drop_block3d(torch.ones(1, 1, 2, 2, 2), 0.5, 1, {training = false})
function layers.drop_block3d(...) return drop_block("drop_block3d", 3, torch.nn.functional.max_pool3d, ...) end

local BLOCKS <const> = {{"p", kind = "number", required = true}, {"block_size", kind = "positive", required = true},
  {"inplace", kind = "boolean", default = false}, {"eps", kind = "number", default = 1e-6}}

local function block_class(class, name, f)
  function class:__init(...)
    local given = options.read(name, BLOCKS, ...)
    probability(name, "p", 1, given.p)
    for key, value in pairs(given) do self[key] = value end
  end
  function class:forward(x)
    return layers[f](x, self.p, self.block_size, self.inplace, self.eps, self.training)
  end
  function class:extra_repr()
    return ("p=%s, block_size=%d, inplace=%s"):format(self.p, self.block_size, self.inplace)
  end
end

--- torchvision.ops.DropBlock2d(p: float, block_size: int, inplace: bool = false, eps: float = 1e-6): drop_block2d as a
-- module.
layers.DropBlock2d = torch.class("torchvision.ops.DropBlock2d", nn.Module)
block_class(layers.DropBlock2d, "DropBlock2d", "drop_block2d")

--- torchvision.ops.DropBlock3d(p: float, block_size: int, inplace: bool = false, eps: float = 1e-6): drop_block3d as a
-- module.
layers.DropBlock3d = torch.class("torchvision.ops.DropBlock3d", nn.Module)
block_class(layers.DropBlock3d, "DropBlock3d", "drop_block3d")

return layers
