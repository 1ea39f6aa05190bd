local options = require "torch.utils.options"

-- PyTorch's words for dtypes in the names of the classes that tensors once had.
local WORDS <const> = {}
for _, dtype in ipairs(torch._C.dtypes()) do WORDS[dtype.name] = dtype.title end

local function name_of(x)
  local dtype = tostring(x.dtype):match "[^.]+$"
  local place = x.device.type == "cpu" and "" or x.device.type .. "."
  return ("torch.%s%sTensor"):format(place, WORDS[dtype])
end

--- torch.type(input: Tensor, dtype: any = nil) -> any: The name that PyTorch has for tensors of the dtype and device,
-- such as torch.FloatTensor; with dtype (or such a name) input in that dtype.
-- Example: torch.type(torch.zeros(2))
-- torch.FloatTensor
return function(...)
  local given = options.read("type", {{"input", kind = "tensor", required = true}, {"dtype"}}, ...)
  local x, dtype = given.input, given.dtype
  if dtype == nil then return name_of(x) end
  local word = type(dtype) == "string" and dtype:match "^torch%.(%w+)Tensor$"
  for name, title in pairs(WORDS) do
    if word == title then dtype = name end
  end
  return x:to(dtype)
end
