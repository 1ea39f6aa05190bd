--- The distance of shapes.
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"

local INPUTS <const> = {{"point_cloud1", kind = "tensor", required = true},
  {"point_cloud2", kind = "tensor", required = true}}

local function unit(x)
  x = x - x:mean(2, {keepdim = true})
  return x / x:square():sum({2, 3}, {keepdim = true}):sqrt()
end

local function fitted(o, a, b)
  if a.ndim ~= 3 or table.concat(a.shape, ",") ~= table.concat(b.shape, ",") then
    options.wrong(o._name, "point_cloud1", 1, "two point clouds (N, M, D) of one shape", a)
  end
  a, b = unit(a), unit(b)
  local u, w, v = torch.linalg.svd(b:transpose(2, 3):matmul(a):transpose(2, 3), {full_matrices = false})
  local rotation, scale = u:matmul(v), w:sum(2, {keepdim = true})
  local moved = scale:unsqueeze(3) * b:matmul(rotation:transpose(2, 3))
  return (a - moved):square():sum({2, 3}), scale, rotation
end

rows.define {"procrustes_disparity", family = "shape", inputs = INPUTS, results = "Tensor, Tensor, Tensor",
  options = {{"return_all", kind = "boolean", default = false}},
  doc = "The distance of two point clouds (N, M, D) after moving, scaling and turning; with return_all scale and "
    .. "rotation, too.",
  update = function(o, a, b) return {fitted(o, a, b)} end,
  compute = function(o, s)
    if o.return_all then return s[1], s[2], s[3] end
    return s[1]
  end}
rows.define {class = "ProcrustesDisparity", family = "shape", inputs = INPUTS, higher_is_better = false,
  options = {{"reduction", kind = "string", choices = {"mean", "sum"}, default = "mean"}},
  states = {sum = "sum", total = "sum"}, doc = "The mean, or sum, of procrustes_disparity.",
  update = function(o, a, b)
    local d = fitted(o, a, b)
    return {sum = d:sum(), total = #d}
  end,
  compute = function(o, s) return o.reduction == "sum" and s.sum or s.sum / s.total end}
