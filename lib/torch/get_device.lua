local options = require "torch.utils.options"

--- torch.get_device(input: Tensor) -> int: The number of the CUDA device that holds input; -1 where it is on
-- another device, as the CPU.
-- Example: torch.get_device(torch.zeros(1))
return function(...)
  local device = options.read("get_device", {{"input", kind = "tensor", required = true}}, ...).input.device
  return math.tointeger(tonumber(tostring(device):match "^cuda:(%d+)$")) or -1
end
