--- torch.autocast: computing in half precision where that is safe.
local options = require "torch.utils.options"

local PARAMETERS = {{"device_type", kind = "string", required = true}, {"dtype"},
  {"enabled", kind = "boolean", default = true}, {"cache_enabled", kind = "boolean"}}

--- The place of the function among the arguments, or nil.
local function function_at(...)
  for i = 2, select("#", ...) do
    local value = select(i, ...)
    if options.is_callable(value) and torch.typename(value) ~= "torch.dtype" then return i end
  end
end

--- torch.autocast(device_type: string, {dtype: dtype = nil, enabled: bool = true, cache_enabled: bool = true},
-- f: function = nil, ...: any) -> any: Calls of ops on this kind of device ("cpu" or "cuda") get their inputs in
-- the dtype that suits them: products of matrices and convolutions in half precision (`dtype`, by default
-- torch.bfloat16 on the CPU), losses and the like in float32. With f: runs f(...) so and returns its results.
-- Without: until the result is closed, `local _ <close> = torch.autocast("cpu")`. It may be nested; {enabled =
-- false} ends it for a part. Gradients are computed in the dtypes that the results had, also when backward is
-- called inside. The casts of parameters are kept until the outermost autocast ends, unless cache_enabled is false.
-- Example: torch.autocast("cpu", function() return torch.ones(2, 2):mm(torch.ones(2, 2)).dtype end)
local function autocast(...)
  local at = function_at(...)
  if at == nil then
    local given = options.read("autocast", PARAMETERS, ...)
    return torch._C.autocast(given.device_type, given.dtype, given.enabled, given.cache_enabled)
  end
  local list = table.pack(...)
  local given = options.read("autocast", PARAMETERS, table.unpack(list, 1, at - 1))
  return torch._C.autocast(given.device_type, given.dtype, given.enabled, given.cache_enabled,
    table.unpack(list, at, list.n))
end

return autocast
