local check = require "torch.nn.init.check"
local options = require "torch.utils.options"

--- nn.init.dirac_(tensor, groups = 1): the weight (out, in, …) of a convolution that passes as
-- many channels of each group as it can unchanged.
return function(tensor, groups)
  check("dirac_", tensor, 3, 5)
  if type(groups) == "table" then groups = groups.groups end
  local given = groups or 1
  local shape = tensor.shape
  groups = options.integer(given)
  if groups == nil or groups < 1 or shape[1] % groups ~= 0 then
    options.wrong("nn.init.dirac_", "groups", 2, "a divisor of " .. shape[1], given)
  end
  local each = shape[1] // groups
  torch.no_grad(function()
    tensor:zero_()
    for g = 0, groups - 1 do
      for d = 1, math.min(each, shape[2]) do
        local at = {g * each + d, d}
        for k = 3, #shape do at[k] = shape[k] // 2 + 1 end
        tensor[at] = 1
      end
    end
  end)
  return tensor
end
