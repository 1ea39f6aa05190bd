local run = require "torch.utils.in_place"("addmv")

--- torch.addmv_(input: Tensor, ...: any) -> Tensor: addmv in place.
-- Example: torch.zeros(2):addmv_(torch.ones(2, 3), torch.ones(3))
return function(...) return (run(...)) end
