--- torch.amp: Training in mixed precision: autocast and the scaling of gradients.
local amp = torch._C.lazy({}, "torch.amp")

--- torch.amp.autocast(device_type: string, {dtype: dtype = nil, enabled: bool = true, cache_enabled: bool = true},
-- f: function = nil, ...: any) -> any: torch.autocast.
-- Example: torch.amp.autocast("cpu", function() return torch.is_autocast_enabled() end)
amp.autocast = torch.autocast

--- torch.amp.is_autocast_available(device_type: string) -> bool: Whether autocast knows this kind of device.
-- Example: torch.amp.is_autocast_available("cpu")
function amp.is_autocast_available(device_type) return device_type == "cpu" or device_type == "cuda" end

return amp
