--- torch.corrcoef(input: Tensor) -> Tensor: Pearson's correlations of the rows of a matrix (variables), whose columns
-- are observations.
-- Example: torch.corrcoef(torch.tensor({{0.0, 1, 2}, {2, 1, 0}}))
return function(input)
  local c = torch.cov(input)
  if c.ndim == 0 then return c / c end
  local d = (torch.is_complex(c) and c.real or c):diagonal():sqrt()
  c = c / d:unsqueeze(2) / d:unsqueeze(1)
  return (torch.is_complex(c) and torch.complex(c.real:clamp(-1, 1), c.imag:clamp(-1, 1)) or c:clamp(-1, 1))
end
