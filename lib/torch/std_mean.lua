local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"dim"}, {"correction", kind = "number"},
  {"keepdim", kind = "boolean", default = false}, {"unbiased", kind = "boolean"}}

--- torch.std_mean(input: Tensor, dim: any = nil, {correction: number = 1, keepdim: bool = false, unbiased: bool =
-- nil}) -> Tensor, Tensor: The standard deviation and the mean of all elements, or along dim (one or an array).
-- unbiased = false is correction = 0.
-- Example: torch.std_mean(torch.tensor({1.0, 2, 3}))
return function(...)
  local given = options.read("std_mean", PARAMETERS, ...)
  local dim, correction = given.dim, given.correction
  if type(dim) == "boolean" then given.unbiased, dim = dim, nil end -- PyTorch's form (input, unbiased)
  if given.unbiased ~= nil then correction = given.unbiased and 1 or 0 end
  local deviation = torch.std(given.input, {dim = dim, correction = correction or 1, keepdim = given.keepdim})
  return deviation, torch.mean(given.input, {dim = dim, keepdim = given.keepdim})
end
