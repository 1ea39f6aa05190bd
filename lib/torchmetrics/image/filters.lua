--- Filters of images (N, C, H, W) and volumes (N, C, D, H, W) that metrics share, and what is checked of images.
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local F = torch.nn.functional

local filters = {}

filters.inputs = paired.inputs
filters.reduction = {"reduction", kind = "string", choices = {"elementwise_mean", "sum", "none"},
  default = "elementwise_mean"}

--- That both are images of one shape; in floating point.
function filters.check(o, preds, target, ranks)
  if not torch.is_tensor(target) then paired.wrong_shape(o, preds, target) end
  paired.check_shape(o, preds, target)
  if not (ranks or {[4] = true})[preds.ndim] or preds:numel() == 0 then
    options.wrong(o._name, "preds", 1, "images (N, C, H, W)", preds)
  end
  if not preds:is_floating_point() then preds = preds:float() end
  return preds, target:to(preds.dtype)
end

function filters.reduced(o, x)
  if o.reduction == "none" then return x end
  return o.reduction == "sum" and x:sum() or x:mean()
end

--- Numbers for each dimension: one for all, or an array.
function filters.each(o, name, value, n)
  local list = {}
  for i = 1, n do list[i] = type(value) == "table" and value[i] or value end
  for _, x in ipairs(list) do
    if type(x) ~= "number" or not (x > 0) or type(value) == "table" and #value ~= n then
      options.wrong(o._name, name, nil, ("a number above 0, or an array of %d"):format(n), value)
    end
  end
  return list
end

--- {lo, hi} or a number: both images within it, and how wide it is.
function filters.range(o, preds, target)
  local range = o.data_range
  if type(range) == "number" then return preds, target, range end
  if type(range) ~= "table" or type(range[1]) ~= "number" or type(range[2]) ~= "number" then
    options.wrong(o._name, "data_range", nil, "a number, or {lowest, highest}", range)
  end
  return preds:clamp(range[1], range[2]), target:clamp(range[1], range[2]), range[2] - range[1]
end

local function gaussian(size, sigma, like)
  local x = (torch.arange(1, size + 1, {dtype = like.dtype, device = like.device}) - (size + 1) / 2) / sigma
  local g = (-x * x / 2):exp()
  return g / g:sum()
end

--- A bell of these sizes and widths, or with `flat` a box, for each channel.
function filters.kernel(sizes, sigmas, like, flat)
  local kernel
  for i, size in ipairs(sizes) do
    local line = flat and torch.full({size}, 1 / size, {dtype = like.dtype, device = like.device})
      or gaussian(size, sigmas[i], like)
    kernel = kernel and kernel:unsqueeze(-1) * line or line
  end
  local shape = {like:size(2), 1}
  for i, size in ipairs(sizes) do shape[i + 2] = size end
  return kernel:expand(shape):contiguous()
end

--- Convolution of each channel by itself.
function filters.convolve(x, kernel)
  local conv = x.ndim == 5 and F.conv3d or F.conv2d
  return conv(x, kernel, nil, {groups = x:size(2)})
end

--- Mirrored margins of these widths, in the order of the dimensions.
function filters.mirrored(o, x, margins)
  local pad = {}
  for i = #margins, 1, -1 do
    if margins[i] >= x:size(i + 2) then
      options.wrong(o._name, "kernel_size", nil, ("a kernel that fits images of size %d"):format(x:size(i + 2)),
        2 * margins[i] + 1)
    end
    pad[#pad + 1], pad[#pad + 2] = margins[i], margins[i]
  end
  return F.pad(x, pad, {mode = "reflect"})
end

--- Means, variances and the covariance of both in windows: the kernel is of the size of the margins.
function filters.statistics(a, b, kernel)
  local n = a:size(1)
  local all = filters.convolve(torch.cat({a, b, a * a, b * b, a * b}), kernel)
  local function part(i) return all:narrow(1, (i - 1) * n + 1, n) end
  local ma, mb = part(1), part(2)
  return ma, mb, (part(3) - ma * ma):clamp({min = 0}), (part(4) - mb * mb):clamp({min = 0}), part(5) - ma * mb
end

--- The mean over a window at each place, with margins that repeat the edges mirrored.
function filters.uniform(x, size)
  local before, after = size // 2, size // 2 + size % 2 - 1
  for _, dim in ipairs {3, 4} do
    local n = x:size(dim)
    local parts = {x:narrow(dim, 1, before):flip(dim), x}
    if after > 0 then parts[3] = x:narrow(dim, n - after + 1, after):flip(dim) end
    x = torch.cat(parts, dim)
  end
  local kernel = torch.full({x:size(2), 1, size, size}, 1 / size ^ 2, {dtype = x.dtype, device = x.device})
  return filters.convolve(x, kernel)
end

return filters
