-- std_mean and var_mean.
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"dim"}, {"correction", kind = "number"},
  {"keepdim", kind = "boolean", default = false}, {"unbiased", kind = "boolean"}}

--- moments(name, spread): the function NAME(input, dim, {correction, keepdim, unbiased}): torch.<spread> and the mean.
return function(name, spread)
  return function(...)
    local given = options.read(name, PARAMETERS, ...)
    local dim, correction = given.dim, given.correction
    if type(dim) == "boolean" then given.unbiased, dim = dim, nil end -- PyTorch's form (input, unbiased)
    if given.unbiased ~= nil then correction = given.unbiased and 1 or 0 end
    local width = torch[spread](given.input, {dim = dim, correction = correction or 1, keepdim = given.keepdim})
    return width, torch.mean(given.input, {dim = dim, keepdim = given.keepdim})
  end
end
