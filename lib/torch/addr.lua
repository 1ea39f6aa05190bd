local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"vec1", kind = "tensor", required = true},
  {"vec2", kind = "tensor", required = true}, {"beta", default = 1}, {"alpha", default = 1}}

--- torch.addr(input: Tensor, vec1: Tensor, vec2: Tensor, {beta: number = 1, alpha: number = 1}) -> Tensor: beta ·
-- input + alpha · the outer product of two vectors. With beta = 0 input is not read.
-- Example: torch.addr(torch.zeros(2, 2), torch.ones(2), torch.ones(2))
return function(...)
  local given = options.read("addr", PARAMETERS, ...)
  for i, name in ipairs {"vec1", "vec2"} do
    if given[name].ndim ~= 1 then options.wrong("addr", name, i + 1, "1 dimension", given[name]) end
  end
  return (torch.addmm(given.input, given.vec1:unsqueeze(2), given.vec2:unsqueeze(1),
    {beta = given.beta, alpha = given.alpha})) -- no tail call: errors begin with the name that was called
end
