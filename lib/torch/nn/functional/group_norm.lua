local options = require "torch.utils.options"
local normalise = require "torch.nn.functional.normalise"
local wide = require "torch.nn.functional.wide"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true},
  {"num_groups", kind = "positive", required = true}, {"weight", kind = "tensor"}, {"bias", kind = "tensor"},
  {"eps", kind = "number", default = 1e-5}}

local FEW <const> = 16 -- elements of a group; layer_norm, which works on many rows at a time, is faster up to here

-- Whether the kernel takes weight or bias: of the dtype of the input, or float32 beside 16 bits. Others are computed in
-- several steps.
local function fits(x, t)
  if x:numel() == 0 or not x:is_floating_point() then return false end
  return t == nil or t.dtype == x.dtype or x:element_size() == 2 and t.dtype == torch.float32
end

--- nn.functional.group_norm(input: Tensor, num_groups: int, weight: Tensor = nil, bias: Tensor = nil,
-- eps: float = 1e-5) -> Tensor: (x - mean) / √(variance + eps) over each of num_groups groups of channels of each
-- sample (N, C, …), times weight plus bias of each channel (Wu and He 2018).
-- Example: F.group_norm(torch.randn(2, 4, 3), 2).shape
return function(...)
  local given = options.read("group_norm", PARAMETERS, ...)
  local x, groups = given.input, given.num_groups
  if x.ndim < 2 then options.wrong("group_norm", "input", 1, "at least 2 dimensions", x) end
  if x:size(2) % groups ~= 0 then
    options.wrong("group_norm", "num_groups", 2, ("a divisor of %d channels"):format(x:size(2)), groups)
  end
  for i, name in ipairs {"weight", "bias"} do
    local t = given[name]
    if t and (t.ndim ~= 1 or t:size(1) ~= x:size(2)) then
      options.wrong("group_norm", name, i + 2, ("a vector of %d elements"):format(x:size(2)), t)
    end
  end
  local weight, bias = given.weight, given.bias
  local n = x:numel() // math.max(1, x:size(1) * groups)
  if n > FEW and x.device.type ~= "cuda" and fits(x, weight) and fits(x, bias) then
    return (torch._C.call("native_group_norm", x, weight, bias, groups, given.eps))
  end
  local out = torch.nn.functional.layer_norm(wide(x):reshape(x:size(1), groups, n), {n}, nil, nil, given.eps)
  return normalise.affine(out:reshape(x.shape), weight, bias):to(x.dtype)
end
