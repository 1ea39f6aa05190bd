local options = require "torch.utils.options"

--- torch.autograd.graph.increment_version(tensor: Tensor): Says that the elements were changed by something that Hecate
-- does not see: a graph that kept them will refuse them.
-- Example: torch.autograd.graph.increment_version(torch.ones(1))
return function(tensor)
  if not torch.is_tensor(tensor) then options.wrong("increment_version", "tensor", 1, "a tensor", tensor) end
  torch.no_grad(function() tensor:detach():add_(0) end)
end
