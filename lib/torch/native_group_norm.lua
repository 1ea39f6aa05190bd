local options = require "torch.utils.options"
local statistics = require "torch.utils.statistics"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"weight", kind = "tensor"},
  {"bias", kind = "tensor"}, {"N", kind = "count", required = true}, {"C", kind = "count", required = true},
  {"HxW", kind = "count", required = true}, {"group", kind = "positive", required = true},
  {"eps", kind = "number", required = true}}

--- torch.native_group_norm(input: Tensor, weight: Tensor, bias: Tensor, N: int, C: int, HxW: int, group: int, eps:
-- float) -> Tensor, Tensor, Tensor: nn.functional.group_norm of input, of N samples with C channels of HxW elements,
-- and the mean and 1 / √(variance + eps) of each group (N×group).
-- Example: torch.native_group_norm(torch.randn(2, 4, 3), nil, nil, 2, 4, 3, 2, 1e-5)
return function(...)
  local given = options.read("native_group_norm", PARAMETERS, ...)
  local x, n, c, group = given.input, given.N, given.C, given.group
  if x.ndim < 2 or x:size(1) ~= n or x:size(2) ~= c or x:numel() ~= n * c * given.HxW then
    options.wrong("native_group_norm", "input", 1, ("%d samples with %d channels of %d elements"):format(n, c,
      given.HxW), x)
  end
  local out = torch.nn.functional.group_norm(x, group, given.weight, given.bias, given.eps)
  return out, statistics(x:reshape(n, group, (c * given.HxW) // group), {3}, false, given.eps)
end
