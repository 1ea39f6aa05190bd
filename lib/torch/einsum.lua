local options = require "torch.utils.options"

local einstein = require "torch.utils.einstein"

--- torch.einsum(equation: string, operands: any, ...: any) -> Tensor: The sum of products of tensors, whose dimensions
-- are named by letters: "ij,jk->ik" is the matrix product. A letter that is not in the result is summed over; one
-- that is in an operand twice takes its diagonal; "..." stands for dimensions that broadcast. Without "->" the
-- letters that are there once are the result, in alphabetical order. Several operands are multiplied in an order that
-- keeps what is between small.
-- Example: torch.einsum("bij,bjk->bik", torch.ones(2, 3, 4), torch.ones(2, 4, 5))
return function(equation, ...)
  if type(equation) ~= "string" then options.wrong("einsum", "equation", 1, "a string", equation) end
  return einstein.sum(equation, (options.read_tensors("einsum", {}, ...)))
end
