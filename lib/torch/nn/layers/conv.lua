-- Convolutions.
local layer, F = require "torch.nn.layer", require "torch.nn.functional"

-- What padding = "same" or a pair adds in front of dimension `i` of the plane, and behind it.
local function ends(m, i)
  if m.padding ~= "same" then return m.padding[i], m.padding[i] end
  local total = m.dilation[i] * (m.kernel_size[i] - 1)
  return total // 2, total - total // 2
end

-- Zeros are added by the convolution, other paddings before it.
local function padded(m, input)
  if m.padding == "valid" then return input end
  local top, bottom = ends(m, 1)
  local left, right = ends(m, 2)
  return F.pad(input, {left, right, top, bottom}, m.padding_mode)
end

layer {"Conv2d", "(in_channels: int, out_channels: int, kernel_size: pair, stride: pair = 1, "
    .. "padding: pair|same|valid = 0, dilation: pair = 1, groups: int = 1, bias: bool = true, "
    .. "padding_mode: zeros|reflect|replicate|circular = zeros, device: device = nil, dtype: dtype = nil)",
  repr = "in_channels:value out_channels:value kernel_size:tuple stride:tuple padding:tuple:changed "
    .. "dilation:tuple:changed groups:changed bias:changed padding_mode:changed",
  least = {kernel_size = 1, stride = 1, padding = 0, dilation = 1},
  check = {
    {"groups >= 1 && in_channels % groups == 0 && out_channels % groups == 0",
      "groups = {groups} does not divide in_channels = {in_channels} and out_channels = {out_channels}"},
    {"padding[1] != OPTION_WORD || (stride[1] == 1 && stride[2] == 1)", "padding = 'same' needs stride 1"},
  },
  parameters = {
    {"weight", "out_channels", "in_channels / groups", "kernel_size[1]", "kernel_size[2]", init = "fan_in"},
    {"bias", "out_channels", init = "fan_in", when = "bias"},
  },
  forward = function(m, input)
    if m.padding_mode ~= "zeros" then
      return F.conv2d(padded(m, input), m.weight, m.bias, m.stride, 0, m.dilation, m.groups)
    end
    local padding = m.padding
    if padding == "valid" then padding = 0 end
    return F.conv2d(input, m.weight, m.bias, m.stride, padding, m.dilation, m.groups)
  end,
  doc = [[Cross-correlation of images with out_channels filters. `weight` (out_channels ×
in_channels/groups × kH × kW) and `bias` start uniform in ±1/√(in_channels/groups · kH · kW).
groups must divide both numbers of channels.]],
  shape = [[(N, in_channels, H, W) → (N, out_channels, (H + 2 padding - dilation (kernel_size - 1) -
1) // stride + 1, …); also without N.]],
  notes = {padding = "zeros on both sides, or \"same\" (stride 1) or \"valid\"",
    padding_mode = "what stands around the image"},
  domain = "conv2d", example = "nn.Conv2d(1, 4, 3, {padding = 1})(torch.zeros(2, 1, 8, 8)).shape"}
