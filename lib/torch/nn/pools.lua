-- The classes of poolings that are composed in Lua.
local composed = require "torch.nn.composed"
local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

local pools = {}

-- The least of each option that is a number or an array of them.
local LEAST <const> = {kernel_size = 1, stride = 1, padding = 0, dilation = 1}

-- What checks the sizes of the class nn.NAME; the stride is kernel_size by default.
local function windows(name, n, has_stride)
  return function(_, given)
    if given.stride == nil and has_stride then given.stride = given.kernel_size end
    for _, option in ipairs {"kernel_size", "stride", "padding", "dilation"} do
      if given[option] ~= nil then sizes.list("nn." .. name, option, nil, given[option], n, LEAST[option]) end
    end
  end
end

function pools.max(n)
  local name, pool = ("MaxPool%dd"):format(n), ("max_pool%dd"):format(n)
  return composed(name, {{"kernel_size", required = true}, {"stride"}, {"padding", default = 0},
    {"dilation", default = 1}, {"return_indices", kind = "boolean", default = false},
    {"ceil_mode", kind = "boolean", default = false}}, {init = windows(name, n, true),
    repr = "kernel_size stride padding dilation ceil_mode",
    forward = function(self, x)
      return torch.nn.functional[pool](x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode,
        self.return_indices)
    end})
end

function pools.average(n)
  local name, pool = ("AvgPool%dd"):format(n), ("avg_pool%dd"):format(n)
  local list = {{"kernel_size", required = true}, {"stride"}, {"padding", default = 0},
    {"ceil_mode", kind = "boolean", default = false}, {"count_include_pad", kind = "boolean", default = true}}
  if n == 3 then list[6] = {"divisor_override", kind = "integer"} end
  return composed(name, list, {init = windows(name, n, true), repr = "kernel_size stride padding",
    forward = function(self, x)
      local more = n == 3 and {divisor_override = self.divisor_override} or nil
      return torch.nn.functional[pool](x, self.kernel_size, self.stride, self.padding, self.ceil_mode,
        self.count_include_pad, more)
    end})
end

function pools.power(n)
  local name, pool = ("LPPool%dd"):format(n), ("lp_pool%dd"):format(n)
  return composed(name, {{"norm_type", kind = "number", required = true},
    {"kernel_size", required = true}, {"stride"}, {"ceil_mode", kind = "boolean", default = false}},
    {init = windows(name, n), repr = "norm_type kernel_size stride ceil_mode",
    forward = function(self, x)
      return torch.nn.functional[pool](x, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)
    end})
end

function pools.adaptive_average(n)
  local pool = ("adaptive_avg_pool%dd"):format(n)
  return composed(("AdaptiveAvgPool%dd"):format(n), {{"output_size", required = true}}, {
    repr = "output_size",
    forward = function(self, x) return torch.nn.functional[pool](x, self.output_size) end})
end

function pools.adaptive_max(n)
  local pool = ("adaptive_max_pool%dd"):format(n)
  return composed(("AdaptiveMaxPool%dd"):format(n), {{"output_size", required = true},
    {"return_indices", kind = "boolean", default = false}}, {repr = "output_size",
    forward = function(self, x) return torch.nn.functional[pool](x, self.output_size, self.return_indices) end})
end

function pools.fractional(n)
  local name, pool = ("FractionalMaxPool%dd"):format(n), ("fractional_max_pool%dd"):format(n)
  return composed(name, {{"kernel_size", required = true}, {"output_size"}, {"output_ratio"},
    {"return_indices", kind = "boolean", default = false}, {"_random_samples", kind = "tensor"}}, {
    init = function(self, given)
      self:register_buffer("_random_samples", given._random_samples)
      if (given.output_size == nil) == (given.output_ratio == nil) then
        options.raise(("nn.%s: expected either 'output_size' or 'output_ratio'"):format(name))
      end
      sizes.list("nn." .. name, "kernel_size", nil, given.kernel_size, n, 1)
    end,
    forward = function(self, x)
      return torch.nn.functional[pool](x, self.kernel_size, self.output_size, self.output_ratio, self.return_indices,
        self._random_samples)
    end})
end

function pools.unpool(n)
  local name, unpool = ("MaxUnpool%dd"):format(n), ("max_unpool%dd"):format(n)
  return composed(name, {{"kernel_size", required = true}, {"stride"}, {"padding", default = 0}},
    {init = windows(name, n, true), repr = "kernel_size stride padding",
    forward = function(self, x, indices, output_size)
      return torch.nn.functional[unpool](x, indices, self.kernel_size, self.stride, self.padding, output_size)
    end})
end

return pools
