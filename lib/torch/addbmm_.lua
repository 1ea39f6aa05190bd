local run = require "torch.utils.in_place"("addbmm")

--- torch.addbmm_(input: Tensor, ...: any) -> Tensor: addbmm in place.
-- Example: torch.zeros(2, 2):addbmm_(torch.ones(3, 2, 1), torch.ones(3, 1, 2))
return function(...) return (run(...)) end
