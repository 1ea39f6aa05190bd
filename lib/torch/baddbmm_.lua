local run = require "torch.utils.in_place"("baddbmm")

--- torch.baddbmm_(input: Tensor, ...: any) -> Tensor: baddbmm in place.
-- Example: torch.zeros(1, 2, 2):baddbmm_(torch.ones(1, 2, 3), torch.ones(1, 3, 2))
return function(...) return (run(...)) end
