local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"weight", kind = "tensor"},
  {"bias", kind = "tensor"}, {"running_mean", kind = "tensor"}, {"running_var", kind = "tensor"},
  {"training", kind = "boolean", required = true}, {"momentum", kind = "number", required = true},
  {"eps", kind = "number", required = true}, {"cudnn_enabled", kind = "boolean", default = true}}

--- torch.batch_norm(input: Tensor, weight: Tensor, bias: Tensor, running_mean: Tensor, running_var: Tensor, training:
-- bool, momentum: float, eps: float, cudnn_enabled: bool = true) -> Tensor: nn.functional.batch_norm with PyTorch's
-- order of arguments for torch.batch_norm. cudnn_enabled is taken for the sake of PyTorch's calls.
-- Example: torch.batch_norm(torch.randn(4, 3), nil, nil, nil, nil, true, 0.1, 1e-5)
return function(...)
  local given = options.read("batch_norm", PARAMETERS, ...)
  return torch.nn.functional.batch_norm(given.input, given.running_mean, given.running_var, given.weight, given.bias,
    given.training, given.momentum, given.eps)
end
