--- torch.pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor: nn.functional.pixel_unshuffle.
-- Example: torch.pixel_unshuffle(torch.ones(1, 1, 4, 4), 2)
return function(...) return torch.nn.functional.pixel_unshuffle(...) end
