local run = require "torch.utils.sections".along("hsplit", 2, 1)

--- torch.hsplit(input: Tensor, indices_or_sections: any) -> Tensor[]: An array of views of parts of the columns,
-- dimension 2 (of a vector dimension 1): that many of the same size, or cut after so many elements as each number of
-- an array says.
-- Example: torch.hsplit(torch.ones(2, 2, 2), 2)
return function(...) return run(...) end
