local fusion = require "torch.nn.utils.fusion"

--- nn.utils.fuse_linear_bn_eval(linear: Module, bn: Module) -> Module: A linear layer that does what linear and then
-- the batch normalisation bn do; both in eval mode.
-- Example: nn.utils.fuse_linear_bn_eval(nn.Linear(3, 2):eval(), nn.BatchNorm1d(2):eval())
return function(linear, bn) return fusion.fuse("fuse_linear_bn_eval", linear, bn, false) end
