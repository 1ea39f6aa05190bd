--- See custom_fwd.lua.
local options = require "torch.utils.options"

local PARAMETERS = {{"backward", kind = "callable", required = true},
  {"device_type", kind = "string", required = true}}

--- torch.amp.custom_bwd(backward: function, {device_type: string}) -> function: A backward for
-- torch.autograd.Function that runs under autocast where its forward did, which custom_fwd noted.
return function(...)
  local given = options.read("custom_bwd", PARAMETERS, ...)
  return function(ctx, ...)
    local noted = {enabled = ctx._fwd_used_autocast, dtype = ctx._dtype}
    return torch.autocast(given.device_type, noted, given.backward, ctx, ...)
  end
end
