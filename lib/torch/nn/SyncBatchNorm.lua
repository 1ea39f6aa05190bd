local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

--- nn.SyncBatchNorm(num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = true,
-- track_running_stats: bool = true, process_group: any = nil, device: device = nil, dtype: dtype = nil): nn.BatchNorm1d
-- for inputs of 2 to 5 dimensions, (N, C, …), over the batches of all processes of a group. One process is a group of
-- its own, so that the mean and the variance are those of its batch; process_group is nil. nn.SyncBatchNorm.
-- convert_sync_batchnorm(module) puts it in the place of all BatchNorm layers of a module.
-- Example: return nn.SyncBatchNorm(3)(torch.randn(4, 3)).shape
local SyncBatchNorm = composed("SyncBatchNorm", {{"num_features", required = true}, {"eps", kind = "number",
  default = 1e-5}, {"momentum", default = 0.1}, {"affine", kind = "boolean", default = true},
  {"track_running_stats", kind = "boolean", default = true}, {"process_group"}, {"device"}, {"dtype"}}, {
  repr = "num_features:value eps momentum affine track_running_stats",
  init = function(self, given)
    local n = options.integer(given.num_features)
    if not n or n < 1 then
      options.wrong("nn.SyncBatchNorm", "num_features", 1, "a positive integer", given.num_features)
    end
    if given.momentum and type(given.momentum) ~= "number" then
      options.wrong("nn.SyncBatchNorm", "momentum", 3, "a number or false", given.momentum)
    end
    if given.process_group ~= nil then
      options.wrong("nn.SyncBatchNorm", "process_group", 6, "nil: there is one process", given.process_group)
    end
    local like = {device = given.device, dtype = given.dtype}
    self:register_parameter("weight", given.affine and torch.nn.Parameter(torch.ones(n, like)) or nil)
    self:register_parameter("bias", given.affine and torch.nn.Parameter(torch.zeros(n, like)) or nil)
    local tracks = given.track_running_stats
    self:register_buffer("running_mean", tracks and torch.zeros(n, like) or nil)
    self:register_buffer("running_var", tracks and torch.ones(n, like) or nil)
    self:register_buffer("num_batches_tracked", tracks and torch.tensor(0, {device = given.device}) or nil)
  end,
  forward = function(self, x)
    if x.ndim < 2 or x.ndim > 5 then options.wrong("nn.SyncBatchNorm", "input", 1, "2 to 5 dimensions", x) end
    local tracks, momentum = self.training and self.track_running_stats, self.momentum or 0
    local mean, var = self.running_mean, self.running_var
    if tracks then
      self.num_batches_tracked:add_(1)
      if not self.momentum then momentum = 1 / self.num_batches_tracked:item() end
    end
    local of_batch = self.training or not (mean and var)
    if self.training and not tracks then mean, var = nil, nil end
    return torch.nn.functional.batch_norm(x, mean, var, self.weight, self.bias, of_batch, momentum, self.eps)
  end})

-- The same layer with the same tensors.
local function converted(norm)
  local sync = SyncBatchNorm(norm.num_features, {eps = norm.eps, momentum = norm.momentum or false,
    affine = norm.affine, track_running_stats = norm.track_running_stats})
  if norm.affine then sync.weight, sync.bias = norm.weight, norm.bias end
  if norm.track_running_stats then
    sync.running_mean, sync.running_var = norm.running_mean, norm.running_var
    sync.num_batches_tracked = norm.num_batches_tracked
  end
  return sync:train(norm.training)
end

-- The layer that takes the place of a module; nil where it stays.
local function replacement(module)
  for _, name in ipairs {"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"} do
    if torch.isinstance(module, torch.nn[name]) then return converted(module) end
  end
end

-- A layer that stands in several places is converted once, and is put in each of them.
local function replace_all(module)
  local new = {}
  for path, layer in module:named_modules {remove_duplicate = false} do
    if new[layer] == nil then new[layer] = replacement(layer) or false end
    local parent, name = path:match "^(.*)%.([^.]*)$"
    if new[layer] then module:get_submodule(parent or ""):register_module(name or path, new[layer]) end
  end
end

--- nn.SyncBatchNorm.convert_sync_batchnorm(module: Module, process_group: any = nil) -> Module: The module with
-- nn.SyncBatchNorm in the place of its layers BatchNorm1d, 2d and 3d, which have the same parameters and statistics. It
-- is changed, unless it is such a layer itself.
-- Example: nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)))
function SyncBatchNorm.convert_sync_batchnorm(module, process_group)
  if not torch.isinstance(module, torch.nn.Module) then
    options.wrong("convert_sync_batchnorm", "module", 1, "a module", module)
  end
  if process_group ~= nil then
    options.wrong("convert_sync_batchnorm", "process_group", 2, "nil: there is one process", process_group)
  end
  local alone = replacement(module)
  if not alone then replace_all(module) end
  return alone or module
end

return SyncBatchNorm
