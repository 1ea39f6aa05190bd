--- torch.bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor = nil) -> Tensor:
-- nn.functional.bilinear.
-- Example: torch.bilinear(torch.ones(2, 3), torch.ones(2, 4), torch.ones(5, 3, 4))
return function(...) return torch.nn.functional.bilinear(...) end
