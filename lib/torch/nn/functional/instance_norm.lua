local options = require "torch.utils.options"
local normalise = require "torch.nn.functional.normalise"
local wide = require "torch.nn.functional.wide"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"running_mean", kind = "tensor"},
  {"running_var", kind = "tensor"}, {"weight", kind = "tensor"}, {"bias", kind = "tensor"},
  {"use_input_stats", kind = "boolean", default = true}, {"momentum", kind = "number", default = 0.1},
  {"eps", kind = "number", default = 1e-5}}

-- The statistics of every sample move from the running ones; the mean of what they become are the new running ones.
local function each_sample(x, given)
  local n, c = x:size(1), x:size(2)
  local shape = table.move(x.shape, 3, x.ndim, 3, {1, n * c})
  local mean = given.running_mean and wide(given.running_mean):repeatTensor(n)
  local var = given.running_var and wide(given.running_var):repeatTensor(n)
  local out = torch.nn.functional.batch_norm(wide(x):reshape(shape), mean, var, nil, nil, true, given.momentum,
    given.eps)
  torch.no_grad(function()
    if mean then given.running_mean:copy_(mean:reshape(n, c):mean(1)) end
    if var then given.running_var:copy_(var:reshape(n, c):mean(1)) end
  end)
  return normalise.affine(out:reshape(x.shape), given.weight, given.bias):to(x.dtype)
end

--- nn.functional.instance_norm(input: Tensor, running_mean: Tensor = nil, running_var: Tensor = nil, weight: Tensor =
-- nil, bias: Tensor = nil, use_input_stats: bool = true, momentum: float = 0.1, eps: float = 1e-5) -> Tensor: (x -
-- mean) / √(variance + eps) over each channel of each sample (N, C, …), times weight plus bias (Ulyanov, Vedaldi
-- and Lempitsky 2016). Without use_input_stats the running statistics are used.
-- Example: F.instance_norm(torch.randn(2, 3, 4)).shape
return function(...)
  local given = options.read("instance_norm", PARAMETERS, ...)
  local x = given.input
  if x.ndim < 3 then options.wrong("instance_norm", "input", 1, "at least 3 dimensions", x) end
  if given.use_input_stats then
    if x:numel() == x:size(1) * x:size(2) then
      options.wrong("instance_norm", "input", 1, "more than one element a channel", x)
    end
    if not given.running_mean and not given.running_var then -- a channel is a group of its own
      return torch.nn.functional.group_norm(x, x:size(2), given.weight, given.bias, given.eps)
    end
    return (each_sample(x, given))
  end
  if not (given.running_mean and given.running_var) then
    options.raise "instance_norm: without use_input_stats expected 'running_mean' and 'running_var'"
  end
  return (torch.nn.functional.batch_norm(x, given.running_mean, given.running_var, given.weight, given.bias, false,
    given.momentum, given.eps))
end
