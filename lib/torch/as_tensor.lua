local read = require "torch.utils.options"

local PARAMETERS <const> = {{"data", required = true}, {"dtype"}, {"device"}}

--- torch.as_tensor(data: any, {dtype: any = nil, device: any = nil}) -> Tensor: data itself where it is a tensor of
-- that dtype and device, else a tensor made of it.
-- Example: torch.as_tensor({1, 2})
return function(data, options)
  if torch.is_tensor(data) and options ~= nil and type(options) ~= "table" then
    read.wrong("as_tensor", "options", 2, "a table such as {dtype = torch.float64}", options)
  end
  if not torch.is_tensor(data) then return torch.tensor(data, options) end
  if not options then return data end
  options = read.read("as_tensor", PARAMETERS, data, options)
  if options.device then data = data:to(options.device) end
  return options.dtype and data:to(options.dtype) or data
end
