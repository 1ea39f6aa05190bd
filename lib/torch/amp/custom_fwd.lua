--- Functions with a backward of their own, under autocast.
local options = require "torch.utils.options"

local PARAMETERS = {{"forward", kind = "callable", required = true}, {"device_type", kind = "string", required = true},
  {"cast_inputs"}}

local FLOATS = {["torch.float16"] = true, ["torch.bfloat16"] = true, ["torch.float32"] = true}

local function cast(value, dtype)
  if torch.is_tensor(value) then return FLOATS[tostring(value.dtype)] and value:to(dtype) or value end
  if type(value) ~= "table" or getmetatable(value) then return value end
  local list = {}
  for key, item in pairs(value) do list[key] = cast(item, dtype) end
  return list
end

--- torch.amp.custom_fwd(forward: function, {device_type: string, cast_inputs: dtype = nil}) -> function: A forward
-- for torch.autograd.Function that notes whether autocast was on, for custom_bwd. With cast_inputs it runs without
-- autocast on inputs of this dtype, where autocast is on.
return function(...)
  local given = options.read("custom_fwd", PARAMETERS, ...)
  return function(ctx, ...)
    local device = given.device_type
    ctx._dtype = torch.get_autocast_dtype(device)
    ctx._fwd_used_autocast = torch.is_autocast_enabled(device)
    if not given.cast_inputs or not ctx._fwd_used_autocast then return given.forward(ctx, ...) end
    ctx._fwd_used_autocast = false
    local list = table.pack(...)
    for i = 1, list.n do list[i] = cast(list[i], given.cast_inputs) end
    return torch.autocast(device, {enabled = false}, given.forward, ctx, table.unpack(list, 1, list.n))
  end
end
