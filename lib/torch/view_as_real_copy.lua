--- torch.view_as_real_copy(input: Tensor) -> Tensor: What view_as_real shows, as a copy.
-- Example: torch.view_as_real_copy(torch.complex(torch.ones(1), torch.ones(1)))
return function(input) return torch.view_as_real(input):clone() end
