local run = require "torch.utils.in_place"("addr")

--- torch.addr_(input: Tensor, ...: any) -> Tensor: addr in place.
-- Example: torch.zeros(2, 2):addr_(torch.ones(2), torch.ones(2))
return function(...) return (run(...)) end
