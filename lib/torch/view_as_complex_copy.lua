--- torch.view_as_complex_copy(input: Tensor) -> Tensor: What view_as_complex shows, as a copy.
-- Example: torch.view_as_complex_copy(torch.ones(3, 2))
return function(input) return torch.view_as_complex(input):clone() end
