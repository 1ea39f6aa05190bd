--- torch.get_autocast_cpu_dtype() -> dtype: The older name of torch.get_autocast_dtype("cpu").
-- Example: torch.get_autocast_cpu_dtype()
return function() return torch.get_autocast_dtype("cpu") end
