local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"weight", kind = "tensor", required = true},
  {"bias", kind = "tensor", required = true}, {"pad", kind = "count", default = 0}}

--- torch.conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor: A convolution of sequences in
-- the order (time × batch × channels): input (T×B×C), weight (K×C×O), bias (O) and pad zeros at both ends give (T
-- + 2 pad - K + 1 × B × O).
-- Example: torch.conv_tbc(torch.ones(4, 1, 1), torch.ones(2, 1, 1), torch.zeros(1)):reshape(-1)
-- {2, 2, 2}
return function(...)
  local given = options.read("conv_tbc", PARAMETERS, ...)
  local x, weight, bias = given.input, given.weight, given.bias
  if x.ndim ~= 3 then options.wrong("conv_tbc", "input", 1, "3 dimensions (T×B×C)", x) end
  if weight.ndim ~= 3 or weight:size(2) ~= x:size(3) then
    options.wrong("conv_tbc", "weight", 2, ("3 dimensions (K×%d×O)"):format(x:size(3)), weight)
  end
  if bias.ndim ~= 1 or bias:size(1) ~= weight:size(3) then
    options.wrong("conv_tbc", "bias", 3, ("a vector of %d elements"):format(weight:size(3)), bias)
  end
  local out = torch.nn.functional.conv1d(x:permute(2, 3, 1), weight:permute(3, 2, 1), bias, 1, given.pad)
  return out:permute(3, 1, 2)
end
