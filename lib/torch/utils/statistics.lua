-- What a normalisation tells of its input beside its result.

--- statistics(x, dims, keepdim, eps): the mean and 1 / √(variance + eps) of x along dims.
return function(x, dims, keepdim, eps)
  local mean = x:mean(dims, true)
  local variance = (x - mean):square():mean(dims, keepdim)
  return keepdim and mean or x:mean(dims), (variance + eps):rsqrt()
end
