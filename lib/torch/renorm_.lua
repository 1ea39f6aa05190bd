local run = require "torch.utils.in_place"("renorm")

--- torch.renorm_(input: Tensor, ...: any) -> Tensor: renorm in place.
-- Example: torch.ones(2, 4):renorm_(2, 1, 1)
return function(...) return (run(...)) end
