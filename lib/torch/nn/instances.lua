-- The classes nn.InstanceNorm1d to nn.InstanceNorm3d.
local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"num_features", kind = "positive", required = true},
  {"eps", kind = "number", default = 1e-5}, {"momentum", kind = "number", default = 0.1},
  {"affine", kind = "boolean", default = false}, {"track_running_stats", kind = "boolean", default = false},
  {"device"}, {"dtype"}}

local function init(self, given)
  local n, how = given.num_features, {device = given.device, dtype = given.dtype}
  local affine, tracks = given.affine, given.track_running_stats
  self:register_parameter("weight", affine and torch.nn.Parameter(torch.ones(n, how)) or nil)
  self:register_parameter("bias", affine and torch.nn.Parameter(torch.zeros(n, how)) or nil)
  self:register_buffer("running_mean", tracks and torch.zeros(n, how) or nil)
  self:register_buffer("running_var", tracks and torch.ones(n, how) or nil)
  self:register_buffer("num_batches_tracked",
    tracks and torch.tensor(0, {dtype = "int64", device = given.device}) or nil)
end

--- instances(n): the class for samples of `n` dimensions behind the channels.
return function(n)
  local name = ("InstanceNorm%dd"):format(n)
  return composed(name, PARAMETERS, {init = init, repr = "num_features:value eps momentum affine track_running_stats",
    forward = function(self, x)
      local single = x.ndim == n + 1
      if not single and x.ndim ~= n + 2 then
        options.wrong("nn." .. name, "input", 1, ("%d or %d dimensions"):format(n + 1, n + 2), x)
      end
      local batch = single and x:unsqueeze(1) or x
      if batch:size(2) ~= self.num_features then
        options.wrong("nn." .. name, "input", 1, ("%d channels"):format(self.num_features), x)
      end
      local out = torch.nn.functional.instance_norm(batch, self.running_mean, self.running_var, self.weight, self.bias,
        self.training or not self.track_running_stats, self.momentum, self.eps)
      return single and out:squeeze(1) or out
    end})
end
