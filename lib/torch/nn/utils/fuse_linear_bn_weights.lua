local fusion = require "torch.nn.utils.fusion"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"linear_w", kind = "tensor", required = true}, {"linear_b", kind = "tensor"},
  {"bn_rm", kind = "tensor", required = true}, {"bn_rv", kind = "tensor", required = true},
  {"bn_eps", kind = "number", required = true}, {"bn_w", kind = "tensor"}, {"bn_b", kind = "tensor"}}

--- nn.utils.fuse_linear_bn_weights(linear_w: Tensor, linear_b: Tensor, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float,
-- bn_w: Tensor, bn_b: Tensor) -> Tensor, Tensor: As nn.utils.fuse_conv_bn_weights, for a linear layer.
-- Example: nn.utils.fuse_linear_bn_weights(torch.ones(1, 1), nil, torch.zeros(1), torch.ones(1), 1e-5)
return function(...)
  local g = options.read("fuse_linear_bn_weights", PARAMETERS, ...)
  return fusion.weights(g.linear_w, g.linear_b, g.bn_rm, g.bn_rv, g.bn_eps, g.bn_w, g.bn_b, 1)
end
