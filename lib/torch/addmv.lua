local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"mat", kind = "tensor", required = true},
  {"vec", kind = "tensor", required = true}, {"beta", default = 1}, {"alpha", default = 1}}

--- torch.addmv(input: Tensor, mat: Tensor, vec: Tensor, {beta: number = 1, alpha: number = 1}) -> Tensor: beta · input
-- + alpha · mat vec. With beta = 0 input is not read.
-- Example: torch.addmv(torch.zeros(2), torch.ones(2, 3), torch.ones(3))
return function(...)
  local given = options.read("addmv", PARAMETERS, ...)
  if given.vec.ndim ~= 1 then options.wrong("addmv", "vec", 3, "1 dimension", given.vec) end
  local product = torch.addmm(given.input:unsqueeze(-1), given.mat, given.vec:unsqueeze(2),
    {beta = given.beta, alpha = given.alpha})
  return product:squeeze(2)
end
