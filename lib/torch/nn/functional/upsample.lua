--- nn.functional.upsample(input: Tensor, ...: any) -> Tensor: interpolate under its older name.
-- Example: F.upsample(torch.ones(1, 1, 2, 2), {scale_factor = 2}).shape
return function(...) return (torch.nn.functional.interpolate(...)) end
