-- Normalisation.
local layer, F = require "torch.nn.layer", require "torch.nn.functional"

-- In training the running statistics move, by the factor momentum or, without one, so that they are the plain mean of
-- all batches.
local function batch_norm(m, input)
  local tracks, momentum = m.training and m.track_running_stats, m.momentum or 0
  local count, mean, var = m.num_batches_tracked, m.running_mean, m.running_var
  if tracks and count then
    count:add_(1)
    if not m.momentum then momentum = 1 / count:item() end
  end
  local batch = m.training or not (mean and var)
  if m.training and not tracks then mean, var = nil, nil end
  return F.batch_norm(input, mean, var, m.weight, m.bias, batch, momentum, m.eps)
end

local BATCH_NORM = "(num_features: int, eps: float = 1e-5, momentum: float|nil = 0.1, affine: bool = true, "
  .. "track_running_stats: bool = true, device: device = nil, dtype: dtype = nil)"
local AFFINE = {
  {"weight", "num_features", init = 1, when = "affine"},
  {"bias", "num_features", init = 0, when = "affine"},
}
local STATISTICS = {
  {"running_mean", "num_features", init = 0, when = "track_running_stats"},
  {"running_var", "num_features", init = 1, when = "track_running_stats"},
  {"num_batches_tracked", dtype = "int64", init = 0, when = "track_running_stats"},
}
local NOTES = {
  num_features = "C",
  momentum = "the share of the batch in the running statistics; false: their plain mean",
  affine = "whether there are `weight` and `bias`",
  track_running_stats = "whether there are `running_mean` and `running_var`",
}
local REPR = "num_features:value eps momentum affine track_running_stats"

layer {"BatchNorm1d", BATCH_NORM, parameters = AFFINE, buffers = STATISTICS, ranks = {2, 3}, repr = REPR,
  forward = batch_norm, notes = NOTES, domain = "batch_norm1d",
  doc = [[(x - mean) / √(variance + eps) · weight + bias of each channel (Ioffe and Szegedy 2015): in
training the batch's mean and variance, in evaluation the running ones. One value a channel in training raises.]],
  shape = "(N, C) or (N, C, L), the same out.",
  example = "nn.BatchNorm1d(3)(torch.randn(4, 3)).shape"}

layer {"BatchNorm2d", BATCH_NORM, parameters = AFFINE, buffers = STATISTICS, ranks = {4, 4}, repr = REPR,
  forward = batch_norm, notes = NOTES, domain = "batch_norm2d",
  doc = "nn.BatchNorm1d for images.", shape = "(N, C, H, W), the same out.",
  example = "nn.BatchNorm2d(3)(torch.randn(2, 3, 4, 4)).shape"}

layer {"BatchNorm3d", BATCH_NORM, parameters = AFFINE, buffers = STATISTICS, ranks = {5, 5}, repr = REPR,
  forward = batch_norm, notes = NOTES, domain = "batch_norm3d",
  doc = "nn.BatchNorm1d for volumes.", shape = "(N, C, D, H, W), the same out.",
  example = "nn.BatchNorm3d(3)(torch.randn(2, 3, 4, 4, 4)).shape"}

layer {"LayerNorm", "(normalized_shape: ints, eps: float = 1e-5, elementwise_affine: bool = true, bias: bool = true, "
    .. "device: device = nil, dtype: dtype = nil)",
  repr = "normalized_shape:value eps elementwise_affine",
  parameters = {
    {"weight", "normalized_shape", init = 1, when = "elementwise_affine"},
    {"bias", "normalized_shape", init = 0, when = "elementwise_affine && bias"},
  },
  forward = function(m, input) return F.layer_norm(input, m.normalized_shape, m.weight, m.bias, m.eps) end,
  doc = [[(x - mean) / √(variance + eps) · weight + bias over the last dimensions, whose sizes are
normalized_shape (Ba, Kiros and Hinton 2016).]],
  shape = "(…, normalized_shape), the same out.",
  notes = {elementwise_affine = "whether there are `weight` and `bias`", bias = "whether there is a `bias`"},
  domain = "layer_norm", example = "nn.LayerNorm(3)(torch.randn(2, 3)).shape"}
