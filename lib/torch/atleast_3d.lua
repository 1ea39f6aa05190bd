local options = require "torch.utils.options"

local function shaped(x)
  if x.ndim == 0 then return x:reshape(1, 1, 1) end
  if x.ndim == 1 then return x:unsqueeze(1):unsqueeze(3) end
  return x.ndim == 2 and x:unsqueeze(3) or x
end

--- torch.atleast_3d(tensors: any, ...: any) -> Tensor|table: Tensors of fewer than three dimensions with three: (n)
-- becomes (1 × n × 1), (n × m) becomes (n × m × 1). Of one tensor one result, of several as many, of an array an
-- array.
-- Example: torch.atleast_3d(torch.ones(3))
return function(...) return options.map_tensors("atleast_3d", shaped, ...) end
