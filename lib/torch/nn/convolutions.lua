-- The classes of convolutions that are composed in Lua.
local options = require "torch.utils.options"
local composed = require "torch.nn.composed"
local sizes = require "torch.nn.functional.sizes"

local convolutions = {}

local MODES <const> = {zeros = "constant", reflect = "reflect", replicate = "replicate", circular = "circular"}

local COMMON <const> = {{"in_channels", kind = "positive", required = true},
  {"out_channels", kind = "positive", required = true}, {"kernel_size", required = true}, {"stride", default = 1}}
local LAST <const> = {{"padding_mode", kind = "string", default = "zeros"}, {"device"}, {"dtype"}}

local function parameters(...)
  local list = table.move(COMMON, 1, #COMMON, 1, {})
  for _, more in ipairs {{...}, LAST} do table.move(more, 1, #more, #list + 1, list) end
  return list
end

-- Uniform in ±1/√n, where n elements of the weight make one output.
local function make_parameters(self, given, shape, n)
  local how = {device = given.device, dtype = given.dtype}
  local weight = torch.empty(shape, how)
  local bound = 1
  for i = 2, n + 2 do bound = bound * shape[i] end
  bound = bound > 0 and 1 / math.sqrt(bound) or 0
  self.weight = torch.nn.Parameter(torch.nn.init.uniform_(weight, -bound, bound))
  self:register_parameter("bias", given.bias
    and torch.nn.Parameter(torch.nn.init.uniform_(torch.empty(given.out_channels, how), -bound, bound)) or nil)
end

local function check(name, given, n)
  given.kernel_size = sizes.list(name, "kernel_size", 3, given.kernel_size, n, 1)
  given.stride = sizes.list(name, "stride", 4, given.stride, n, 1)
  given.dilation = sizes.list(name, "dilation", nil, given.dilation, n, 1)
  local groups = given.groups
  if given.in_channels % groups ~= 0 or given.out_channels % groups ~= 0 then
    options.raise(("%s: groups = %d does not divide in_channels = %d and out_channels = %d"):format(name, groups,
      given.in_channels, given.out_channels))
  end
  if not MODES[given.padding_mode] then
    options.wrong(name, "padding_mode", nil, "one of zeros, reflect, replicate, circular", given.padding_mode)
  end
end

local function check_padding(name, given, n)
  local padding = given.padding
  if padding == "valid" then return end
  if padding ~= "same" then
    given.padding = sizes.list(name, "padding", 5, padding, n, 0)
    return
  end
  for i = 1, n do
    if given.stride[i] ~= 1 then options.raise(name .. ": padding = 'same' needs stride 1") end
  end
end

-- The input with what its padding mode puts around it.
local function around(self, x, n)
  local list = {}
  for i = 1, n do
    local total = self.padding == "same" and self.dilation[i] * (self.kernel_size[i] - 1)
    local at = 2 * (n - i)
    list[at + 1] = total and total // 2 or self.padding[i]
    list[at + 2] = total and total - total // 2 or self.padding[i]
  end
  return torch.nn.functional.pad(x, list, MODES[self.padding_mode])
end

--- The class nn.Conv1d or nn.Conv3d.
function convolutions.plain(n)
  local name, convolution = ("Conv%dd"):format(n), ("conv%dd"):format(n)
  local list = parameters({"padding", default = 0}, {"dilation", default = 1},
    {"groups", kind = "positive", default = 1}, {"bias", kind = "boolean", default = true})
  local function init(self, given)
    check("nn." .. name, given, n)
    check_padding("nn." .. name, given, n)
    local shape = table.move(given.kernel_size, 1, n, 3, {given.out_channels, given.in_channels // given.groups})
    make_parameters(self, given, shape, n)
  end
  local function forward(self, x)
    local padding = self.padding
    if self.padding_mode ~= "zeros" and padding ~= "valid" then x, padding = around(self, x, n), 0 end
    return torch.nn.functional[convolution](x, self.weight, self.bias, self.stride, padding, self.dilation,
      self.groups)
  end
  return composed(name, list, {init = init, forward = forward,
    repr = "in_channels:value out_channels:value kernel_size stride padding:changed dilation:changed groups:changed "
      .. "bias:changed padding_mode:changed"})
end

-- The output_padding that gives the wanted sizes, of which only the last n count.
local function extra_for(self, name, x, wanted, n)
  local length, list = options.length(wanted), {}
  if not length or length < n then
    options.wrong(name, "output_size", 2, ("an array of %d sizes"):format(n), wanted)
  end
  for i = 1, n do
    local least = (x:size(x.ndim - n + i) - 1) * self.stride[i] - 2 * self.padding[i]
      + self.dilation[i] * (self.kernel_size[i] - 1) + 1
    local size = options.integer(wanted[length - n + i])
    if size == nil then options.wrong(name, "output_size", 2, "integers", wanted[length - n + i]) end
    list[i] = size - least
    if list[i] < 0 or list[i] >= self.stride[i] then
      options.raise(("%s: 'output_size' (argument 2): expected %d to %d, got %d"):format(name, least,
        least + self.stride[i] - 1, size))
    end
  end
  return list
end

--- The class nn.ConvTranspose1d, nn.ConvTranspose2d or nn.ConvTranspose3d.
function convolutions.transposed(n)
  local name, convolution = ("ConvTranspose%dd"):format(n), ("conv_transpose%dd"):format(n)
  local list = parameters({"padding", default = 0}, {"output_padding", default = 0},
    {"groups", kind = "positive", default = 1}, {"bias", kind = "boolean", default = true}, {"dilation", default = 1})
  local function init(self, given)
    check("nn." .. name, given, n)
    if given.padding_mode ~= "zeros" then
      options.wrong("nn." .. name, "padding_mode", 10, "zeros, the only one it has", given.padding_mode)
    end
    given.padding = sizes.list("nn." .. name, "padding", 5, given.padding, n, 0)
    given.output_padding = sizes.list("nn." .. name, "output_padding", 6, given.output_padding, n, 0)
    local shape = table.move(given.kernel_size, 1, n, 3, {given.in_channels, given.out_channels // given.groups})
    make_parameters(self, given, shape, n)
  end
  local function forward(self, x, output_size)
    local extra = output_size and extra_for(self, "nn." .. name, x, output_size, n) or self.output_padding
    return torch.nn.functional[convolution](x, self.weight, self.bias, self.stride, self.padding, extra, self.groups,
      self.dilation)
  end
  return composed(name, list, {init = init, forward = forward,
    repr = "in_channels:value out_channels:value kernel_size stride padding:changed dilation:changed "
      .. "output_padding:changed groups:changed bias:changed"})
end

return convolutions
