local options = require "torch.utils.options"
local statistics = require "torch.utils.statistics"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"normalized_shape", required = true},
  {"weight", kind = "tensor"}, {"bias", kind = "tensor"}, {"eps", kind = "number", required = true}}

--- torch.native_layer_norm(input: Tensor, normalized_shape: int[], weight: Tensor, bias: Tensor, eps: float) -> Tensor,
-- Tensor, Tensor: nn.functional.layer_norm, and the mean and 1 / √(variance + eps) of what was normalised together.
-- Example: torch.native_layer_norm(torch.randn(2, 3), {3}, nil, nil, 1e-5)
return function(...)
  local given = options.read("native_layer_norm", PARAMETERS, ...)
  local x, shape = given.input, given.normalized_shape
  local out = torch.nn.functional.layer_norm(x, shape, given.weight, given.bias, given.eps)
  local n = type(shape) == "table" and #shape or 1
  local dims = {}
  for i = 1, n do dims[i] = -i end
  return out, statistics(x, dims, true, given.eps)
end
