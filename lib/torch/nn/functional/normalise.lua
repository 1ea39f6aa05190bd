-- What the normalisations share.
local normalise = {}

--- x · weight + bias by channel (dimension 2); both may be missing.
function normalise.affine(x, weight, bias)
  local shape = {1, x:size(2)}
  for i = 3, x.ndim do shape[i] = 1 end
  if weight then x = x * weight:reshape(shape) end
  if bias then x = x + bias:reshape(shape) end
  return x
end

return normalise
