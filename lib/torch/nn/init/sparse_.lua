local check = require "torch.nn.init.check"
local options = require "torch.utils.options"

--- nn.init.sparse_(tensor, sparsity, std = 0.01): normal numbers, in each column a share
-- `sparsity` of zeros at random places (Martens 2010).
return function(tensor, sparsity, std)
  check("sparse_", tensor, 2, 2)
  if type(sparsity) == "table" then sparsity, std = sparsity.sparsity, sparsity.std end
  if type(std) == "table" then std = std.std end
  if type(sparsity) ~= "number" or not (sparsity >= 0 and sparsity <= 1) then
    options.wrong("nn.init.sparse_", "sparsity", 2, "a number from 0 to 1", sparsity)
  end
  local rows, columns = tensor.shape[1], tensor.shape[2]
  local zeros = math.ceil(sparsity * rows)
  torch.no_grad(function()
    tensor:normal_(0, std or 0.01)
    if zeros == 0 then return end
    for k = 1, columns do tensor[{torch.randperm(rows):narrow(1, 1, zeros), k}] = 0 end
  end)
  return tensor
end
