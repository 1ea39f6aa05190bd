--- torch.rms_norm(input: Tensor, normalized_shape: int[], weight: Tensor = nil, eps: number = nil) -> Tensor:
-- nn.functional.rms_norm.
-- Example: torch.rms_norm(torch.ones(2, 3), {3})
return function(...) return torch.nn.functional.rms_norm(...) end
