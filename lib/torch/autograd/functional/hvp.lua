local products = require "torch.autograd.functional.products"

--- torch.autograd.functional.hvp(func: function, inputs: Tensor|Tensor[], v: Tensor|Tensor[] = nil,
-- create_graph: bool = false, strict: bool = false) -> Tensor, Tensor|Tensor[]: What func, a scalar, gives for the
-- inputs, and its second derivatives times v, both in the form of the inputs. functional.vhp gives the same faster
-- where the second derivatives are symmetric.
-- Example: torch.autograd.functional.hvp(function(x) return (x ^ 3):sum() end, torch.ones(2), torch.ones(2))
return products("functional.hvp", true)
