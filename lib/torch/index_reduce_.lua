local run = require "torch.utils.in_place"("index_reduce")

--- torch.index_reduce_(input: Tensor, ...: any) -> Tensor: index_reduce in place.
-- Example: torch.ones(3):index_reduce_(1, torch.tensor({1, 1}), torch.tensor({2.0, 3}), "prod")
return function(...) return (run(...)) end
