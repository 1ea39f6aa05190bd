--- torch.cuda.amp: The older names of torch.amp for CUDA: autocast, GradScaler, custom_fwd and custom_bwd.
local options = require "torch.utils.options"
local amp = {}

local function with_device(f)
  return function(...)
    return f("cuda", ...)
  end
end

--- torch.cuda.amp.autocast({dtype: dtype = nil, enabled: bool = true, cache_enabled: bool = true}, f: function = nil,
-- ...: any) -> any: torch.autocast("cuda", …).
amp.autocast = with_device(torch.autocast)

--- torch.cuda.amp.GradScaler({init_scale: float = 65536, growth_factor: float = 2, backoff_factor: float = 0.5,
-- growth_interval: int = 2000, enabled: bool = true}): torch.amp.GradScaler("cuda", …).
amp.GradScaler = with_device(torch.amp.GradScaler)

--- torch.cuda.amp.custom_fwd(forward: function, {cast_inputs: dtype = nil}) -> function: torch.amp.custom_fwd with
-- device_type = "cuda".
function amp.custom_fwd(...)
  local given = options.read("custom_fwd", {{"forward", kind = "callable", required = true}, {"cast_inputs"}}, ...)
  return torch.amp.custom_fwd(given.forward, {device_type = "cuda", cast_inputs = given.cast_inputs})
end

--- torch.cuda.amp.custom_bwd(backward: function) -> function: torch.amp.custom_bwd with device_type = "cuda".
function amp.custom_bwd(backward) return torch.amp.custom_bwd(backward, {device_type = "cuda"}) end

return amp
