--- torch.get_autocast_gpu_dtype() -> dtype: The older name of torch.get_autocast_dtype("cuda").
-- Example: torch.get_autocast_gpu_dtype()
return function() return torch.get_autocast_dtype("cuda") end
