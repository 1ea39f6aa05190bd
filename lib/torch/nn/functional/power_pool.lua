-- Poolings by the p-norm, of any number of dimensions.
local options = require "torch.utils.options"
local sizes = require "torch.nn.functional.sizes"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true},
  {"norm_type", kind = "number", required = true}, {"kernel_size", required = true}, {"stride"},
  {"ceil_mode", kind = "boolean", default = false}}

--- power_pool(name, n, average, ...): (Σ x^p)^(1/p) of each window by means of the mean of each window.
return function(name, n, average, ...)
  local given = options.read(name, PARAMETERS, ...)
  local kernel, count, p = sizes.list(name, "kernel_size", 3, given.kernel_size, n, 1), 1, given.norm_type
  if p == 0 then options.wrong(name, "norm_type", 2, "another number than 0", p) end
  for i = 1, n do count = count * kernel[i] end
  -- The exponent as a tensor of the dtype: 1 / p keeps its digits in the gradient, too.
  local mean = average(given.input:pow(p), kernel, given.stride, 0, given.ceil_mode)
  return (mean:sign() * mean:abs():relu() * count):pow(torch.tensor(1 / p, {dtype = mean.dtype, device = mean.device}))
end
