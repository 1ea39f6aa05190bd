local products = require "torch.autograd.functional.products"

--- torch.autograd.functional.vhp(func: function, inputs: Tensor|Tensor[], v: Tensor|Tensor[] = nil,
-- create_graph: bool = false, strict: bool = false) -> Tensor, Tensor|Tensor[]: What func, a scalar, gives for the
-- inputs, and vᵀ times its second derivatives, both in the form of the inputs.
-- Example: torch.autograd.functional.vhp(function(x) return (x ^ 3):sum() end, torch.ones(2), torch.ones(2))
return products("functional.vhp", false)
