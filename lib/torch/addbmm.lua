local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"batch1", kind = "tensor", required = true},
  {"batch2", kind = "tensor", required = true}, {"beta", default = 1}, {"alpha", default = 1}}

--- torch.addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, {beta: number = 1, alpha: number = 1}) -> Tensor: beta
-- · input + alpha · the sum of the products of the matrices of two batches. With beta = 0 input is not read.
-- Example: torch.addbmm(torch.zeros(2, 2), torch.ones(3, 2, 1), torch.ones(3, 1, 2))
return function(...)
  local given = options.read("addbmm", PARAMETERS, ...)
  if given.batch1.ndim ~= 3 then options.wrong("addbmm", "batch1", 2, "3 dimensions", given.batch1) end
  local sum = given.batch1:bmm(given.batch2):sum(1):to(given.batch1.dtype)
  local alpha, beta = given.alpha, given.beta
  if not torch.is_floating_point(sum) and not torch.is_complex(sum) then -- integers take whole factors
    alpha, beta = math.tointeger(alpha // 1) or alpha, math.tointeger(beta // 1) or beta
  end
  if alpha ~= 1 then sum = sum * alpha end
  if beta == 0 then return sum:expand(torch.broadcast_shapes(sum.shape, given.input.shape)) end
  return beta == 1 and given.input + sum or given.input * beta + sum
end
