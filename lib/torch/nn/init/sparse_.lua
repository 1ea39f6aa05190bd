local check = require "torch.nn.init.check"
local raise = torch._C.raise -- an error at the line of the program

--- nn.init.sparse_(tensor, sparsity, std = 0.01): normal numbers, in each column a share
-- `sparsity` of zeros at random places (Martens 2010).
return function(tensor, sparsity, std)
  check("sparse_", tensor, 2, 2)
  if type(sparsity) == "table" then sparsity, std = sparsity.sparsity, sparsity.std end
  if type(std) == "table" then std = std.std end
  if type(sparsity) ~= "number" or not (sparsity >= 0 and sparsity <= 1) then
    raise(("nn.init.sparse_: 'sparsity' (argument 2): expected a number from 0 to 1, got %s"):format(
      tostring(sparsity)))
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
