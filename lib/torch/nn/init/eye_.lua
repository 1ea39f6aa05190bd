local check = require "torch.nn.init.check"

--- nn.init.eye_(tensor): ones on the diagonal of a matrix, zeros elsewhere.
return function(tensor)
  check("eye_", tensor, 2, 2)
  torch.no_grad(function() tensor:copy_(torch.eye(tensor.shape[1], tensor.shape[2], {dtype = tensor.dtype})) end)
  return tensor
end
