-- What GoogLeNet and Inception share.
local torch = require "torch"
local nn = require "torch.nn"
local build = require "torchvision.models.build"

local parts = {}

--- BasicConv2d(from, to, kernel_size, options): a convolution without bias, a norm, a ReLU.
parts.BasicConv2d = build.class("inception.BasicConv2d", function(self, from, to, kernel_size, how)
  how = how or {}
  self.conv = nn.Conv2d(from, to, kernel_size, {stride = how.stride, padding = how.padding, bias = false})
  self.bn = nn.BatchNorm2d(to, {eps = 0.001})
end, function(self, x)
  return self.bn(self.conv(x)):relu_()
end)

-- What networks of TensorFlow expect, of what those of PyTorch do: {scale, shift} of each channel.
local SCALES <const>, SHIFTS <const> = {0.229 / 0.5, 0.224 / 0.5, 0.225 / 0.5},
  {(0.485 - 0.5) / 0.5, (0.456 - 0.5) / 0.5, (0.406 - 0.5) / 0.5}

--- The images as they are normalised for networks of TensorFlow.
function parts.transform_input(x)
  local function of(list) return torch.tensor(list, {dtype = x.dtype, device = x.device}):reshape(1, 3, 1, 1) end
  return x * of(SCALES) + of(SHIFTS)
end

--- What files of weights were trained with.
function parts.options(given)
  if given.weights and given.transform_input == nil then given.transform_input = true end
  return given
end

parts.OWN = {{"aux_logits", kind = "boolean", default = true}, {"transform_input", kind = "boolean"},
  {"init_weights", kind = "boolean", default = true}, {"dropout", kind = "number"}}

return parts
