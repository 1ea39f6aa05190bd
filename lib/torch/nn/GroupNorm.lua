local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

--- nn.GroupNorm(num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = true, device: device = nil,
-- dtype: dtype = nil): nn.functional.group_norm as a layer; `weight` starts as 1, `bias` as 0.
return composed("GroupNorm", {{"num_groups", kind = "positive", required = true},
  {"num_channels", kind = "positive", required = true}, {"eps", kind = "number", default = 1e-5},
  {"affine", kind = "boolean", default = true}, {"device"}, {"dtype"}}, {
  repr = "num_groups:value num_channels:value eps affine",
  init = function(self, given)
    local n, how = given.num_channels, {device = given.device, dtype = given.dtype}
    if n % given.num_groups ~= 0 then
      options.wrong("nn.GroupNorm", "num_groups", 1, ("a divisor of num_channels = %d"):format(n), given.num_groups)
    end
    self:register_parameter("weight", given.affine and torch.nn.Parameter(torch.ones(n, how)) or nil)
    self:register_parameter("bias", given.affine and torch.nn.Parameter(torch.zeros(n, how)) or nil)
  end,
  forward = function(self, x)
    return torch.nn.functional.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)
  end})
