--- torch.pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor: nn.functional.pixel_shuffle.
-- Example: torch.pixel_shuffle(torch.ones(1, 4, 2, 2), 2)
return function(...) return torch.nn.functional.pixel_shuffle(...) end
