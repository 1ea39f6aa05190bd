local options = require "torch.utils.options"
local fusion = require "torch.nn.utils.fusion"

--- nn.utils.fuse_conv_bn_eval(conv: Module, bn: Module, transpose: bool = false) -> Module: A convolution that does
-- what conv and then the batch normalisation bn do; both in eval mode. transpose: conv is a transposed convolution.
-- Example: nn.utils.fuse_conv_bn_eval(nn.Conv2d(1, 2, 3):eval(), nn.BatchNorm2d(2):eval())
return function(...)
  local given = options.read("fuse_conv_bn_eval", {{"conv"}, {"bn"},
    {"transpose", kind = "boolean", default = false}}, ...)
  return fusion.fuse("fuse_conv_bn_eval", given.conv, given.bn, given.transpose)
end
