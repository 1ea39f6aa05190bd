local options = require "torch.utils.options"

local function shaped(x) return x.ndim == 0 and x:reshape(1) or x end

--- torch.atleast_1d(tensors: any, ...: any) -> Tensor|table: Tensors of no dimensions as vectors, others as they are.
-- Of one tensor one result, of several as many, of an array an array.
-- Example: torch.atleast_1d(torch.tensor(3))
return function(...) return options.map_tensors("atleast_1d", shaped, ...) end
