local fusion = require "torch.nn.utils.fusion"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"conv_w", kind = "tensor", required = true}, {"conv_b", kind = "tensor"},
  {"bn_rm", kind = "tensor", required = true}, {"bn_rv", kind = "tensor", required = true},
  {"bn_eps", kind = "number", required = true}, {"bn_w", kind = "tensor"}, {"bn_b", kind = "tensor"},
  {"transpose", kind = "boolean", default = false}}

--- nn.utils.fuse_conv_bn_weights(conv_w: Tensor, conv_b: Tensor, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float,
-- bn_w: Tensor, bn_b: Tensor, transpose: bool = false) -> Tensor, Tensor: Weight and bias of a convolution that does a
-- batch normalisation, of running mean bn_rm and variance bn_rv, too. conv_b, bn_w and bn_b may be nil.
-- Example: nn.utils.fuse_conv_bn_weights(torch.ones(1, 1, 1), nil, torch.zeros(1), torch.ones(1), 1e-5)
return function(...)
  local g = options.read("fuse_conv_bn_weights", PARAMETERS, ...)
  return fusion.weights(g.conv_w, g.conv_b, g.bn_rm, g.bn_rv, g.bn_eps, g.bn_w, g.bn_b, g.transpose and 2 or 1)
end
