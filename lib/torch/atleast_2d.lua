local options = require "torch.utils.options"

local function shaped(x)
  if x.ndim == 0 then return x:reshape(1, 1) end
  return x.ndim == 1 and x:unsqueeze(1) or x
end

--- torch.atleast_2d(tensors: any, ...: any) -> Tensor|table: Tensors of fewer than two dimensions as matrices: a
-- vector is a row. Of one tensor one result, of several as many, of an array an array.
-- Example: torch.atleast_2d(torch.ones(3))
return function(...) return options.map_tensors("atleast_2d", shaped, ...) end
