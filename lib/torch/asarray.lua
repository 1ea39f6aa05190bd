--- torch.asarray(data: any, {dtype: any = nil, device: any = nil}) -> Tensor: as_tensor under another name.
-- Example: torch.asarray({1, 2})
return function(...) return torch.as_tensor(...) end
