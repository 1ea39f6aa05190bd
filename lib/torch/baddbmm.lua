local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"batch1", kind = "tensor", required = true},
  {"batch2", kind = "tensor", required = true}, {"beta", default = 1}, {"alpha", default = 1}}

--- torch.baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, {beta: number = 1, alpha: number = 1}) -> Tensor: beta
-- · input + alpha · the products of the matrices of two batches. With beta = 0 input is not read.
-- Example: torch.baddbmm(torch.zeros(1), torch.ones(2, 2, 3), torch.ones(2, 3, 2))
return function(...)
  local given = options.read("baddbmm", PARAMETERS, ...)
  local product, alpha, beta = given.batch1:bmm(given.batch2), given.alpha, given.beta
  if not torch.is_floating_point(product) and not torch.is_complex(product) then -- integers take whole factors
    alpha, beta = math.tointeger(alpha // 1) or alpha, math.tointeger(beta // 1) or beta
  end
  if alpha ~= 1 then product = product * alpha end
  if beta == 0 then return product:expand(torch.broadcast_shapes(product.shape, given.input.shape)) end
  return beta == 1 and given.input + product or given.input * beta + product
end
