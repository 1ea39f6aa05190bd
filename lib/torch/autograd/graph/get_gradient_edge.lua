local options = require "torch.utils.options"

local GradientEdge = {__name = "torch.autograd.graph.GradientEdge"}
GradientEdge.__index = GradientEdge

--- torch.autograd.graph.get_gradient_edge(tensor: Tensor) -> any: Where the gradient of a tensor flows in the graph: a
-- table with the node and output_nr, the number of its result. Of a leaf the node is the one that adds to its .grad.
-- Example: return torch.autograd.graph.get_gradient_edge(torch.ones(1):requires_grad_()).node:name()
return function(tensor)
  if not torch.is_tensor(tensor) or not tensor.requires_grad then
    options.wrong("get_gradient_edge", "tensor", 1, "a tensor that requires a gradient", tensor)
  end
  local nodes, outputs = torch.enable_grad(function() return tensor:view_as(tensor) end).grad_fn:next_functions()
  return setmetatable({node = nodes[1], output_nr = outputs[1]}, GradientEdge)
end
