-- var and std of the elements where a mask holds.
local options = require "torch.utils.options"
local masking = require "torch.masked.masking"

local PARAMETERS <const> = {masking.INPUT, {"dim"}, {"unbiased", kind = "boolean"},
  {"correction", kind = "number"}, masking.KEEPDIM, masking.DTYPE, masking.MASK}

--- The function NAME(input, dim, unbiased, {correction, keepdim, dtype, mask}): the variance, or what `of` makes of it.
return function(name, of)
  name = "masked." .. name
  return function(...)
    local given = options.read(name, PARAMETERS, ...)
    local x, correction = given.input, given.correction
    if given.unbiased ~= nil then
      if correction then options.raise(name .. ": either 'unbiased' or 'correction' is given") end
      correction = given.unbiased and 1 or 0
    end
    if not torch.is_floating_point(x) and not torch.is_complex(x) then x = x:float() end
    x = masking.cast(x, given.dtype)
    local dims = masking.dims(name, given.dim, x)
    local real = torch.is_complex(x) and torch.real(x) or x
    local ones = masking.fill(name, torch.ones_like(real:detach()), given.mask, 0)
    local function sum(t, keepdim) return #dims == 0 and t or t:sum(dims, keepdim) end
    local mean = sum(masking.fill(name, x, given.mask, 0), true) / sum(ones, true)
    local distance = masking.fill(name, x - mean, given.mask, 0)
    local square = torch.is_complex(x) and torch.real(distance * distance:conj()) or distance * distance
    local count = (sum(ones, given.keepdim) - (correction or 1)):clamp(0)
    return (of(sum(square, given.keepdim) / count))
  end
end
