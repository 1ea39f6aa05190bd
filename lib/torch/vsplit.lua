local run = require "torch.utils.sections".along("vsplit", 1, 2)

--- torch.vsplit(input: Tensor, indices_or_sections: any) -> Tensor[]: An array of views of parts of the rows,
-- dimension 1: that many of the same size, or cut after so many elements as each number of an array says.
-- Example: torch.vsplit(torch.ones(2, 2, 2), 2)
return function(...) return run(...) end
