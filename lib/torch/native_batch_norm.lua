local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"weight", kind = "tensor"},
  {"bias", kind = "tensor"}, {"running_mean", kind = "tensor"}, {"running_var", kind = "tensor"},
  {"training", kind = "boolean", required = true}, {"momentum", kind = "number", required = true},
  {"eps", kind = "number", required = true}}

--- torch.native_batch_norm(input: Tensor, weight: Tensor, bias: Tensor, running_mean: Tensor, running_var: Tensor,
-- training: bool, momentum: float, eps: float) -> Tensor, Tensor, Tensor: torch.batch_norm, and in training the mean
-- and 1 / √(variance + eps) of each channel, which are empty otherwise.
-- Example: torch.native_batch_norm(torch.randn(4, 3), nil, nil, nil, nil, true, 0.1, 1e-5)
return function(...)
  local given = options.read("native_batch_norm", PARAMETERS, ...)
  local x = given.input
  if x.ndim < 2 or not torch.is_floating_point(x) then
    options.wrong("native_batch_norm", "input", 1, "floats of at least 2 dimensions", x)
  end
  for i, name in ipairs {"weight", "bias", "running_mean", "running_var"} do
    local t = given[name]
    if t and (t.ndim ~= 1 or t:size(1) ~= x:size(2)) then
      options.wrong("native_batch_norm", name, i + 1, ("a vector of %d elements"):format(x:size(2)), t)
    end
  end
  if not given.training and not (given.running_mean and given.running_var) then
    options.raise "native_batch_norm: running_mean and running_var are needed outside of training"
  end
  local out, mean, scale = torch._C.call("native_batch_norm", x, given.running_mean, given.running_var, given.weight,
    given.bias, given.training, given.momentum, given.eps)
  if given.training then return out, mean:detach(), scale:detach() end
  return out, x:new_empty({0}), x:new_empty({0})
end
