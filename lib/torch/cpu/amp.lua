--- torch.cpu.amp: The older names of torch.amp for the CPU: autocast and GradScaler.
local amp = {}

--- torch.cpu.amp.autocast({dtype: dtype = nil, enabled: bool = true, cache_enabled: bool = true}, f: function = nil,
-- ...: any) -> any: torch.autocast("cpu", …).
function amp.autocast(...) return torch.autocast("cpu", ...) end

--- torch.cpu.amp.GradScaler({init_scale: float = 65536, growth_factor: float = 2, backoff_factor: float = 0.5,
-- growth_interval: int = 2000, enabled: bool = true}): torch.amp.GradScaler("cpu", …).
function amp.GradScaler(...) return torch.amp.GradScaler("cpu", ...) end

return amp
