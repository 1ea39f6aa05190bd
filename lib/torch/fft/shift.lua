-- fftshift and ifftshift.
local options = require "torch.utils.options"

--- shift(name, distance): the function NAME(input, dim), which rolls each dimension of n elements by distance(n).
return function(name, distance)
  return function(...)
    local given = options.read(name, {{"input", kind = "tensor", required = true}, {"dim"}}, ...)
    local x, dims, shifts = given.input, given.dim, {}
    if dims == nil then
      dims = {}
      for d = 1, x.ndim do dims[d] = d end
    elseif type(dims) ~= "table" then dims = {dims} end
    for i, value in ipairs(dims) do shifts[i] = distance(x:size(options.dim(name, "dim", 2, value, x.ndim))) end
    return #dims > 0 and x:roll(shifts, dims) or x
  end
end
