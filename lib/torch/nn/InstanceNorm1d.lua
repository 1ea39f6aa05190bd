--- nn.InstanceNorm1d(num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = false,
-- track_running_stats: bool = false, device: device = nil, dtype: dtype = nil): nn.functional.instance_norm as a layer.
return require "torch.nn.instances"(1)
