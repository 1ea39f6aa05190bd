local run = require "torch.utils.sections".along("dsplit", 3, 3)

--- torch.dsplit(input: Tensor, indices_or_sections: any) -> Tensor[]: An array of views of parts of the dimension 3:
-- that many of the same size, or cut after so many elements as each number of an array says.
-- Example: torch.dsplit(torch.ones(2, 2, 2), 2)
return function(...) return run(...) end
