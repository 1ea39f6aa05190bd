--- torch.constant_pad_nd(input: Tensor, pad: int[], value: number = 0) -> Tensor: nn.functional.pad with a constant.
-- Example: torch.constant_pad_nd(torch.ones(2), {1, 1})
return function(input, pad, value) return torch.nn.functional.pad(input, pad, "constant", value or 0) end
