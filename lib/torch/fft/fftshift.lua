local options = require "torch.utils.options"

--- torch.fft.fftshift(input: Tensor, dim: any = nil) -> Tensor: A spectrum with the frequency 0 moved to the middle
-- along dim (all dimensions if not given).
-- Example: torch.fft.fftshift(torch.fft.fftfreq(4))
return function(...)
  local given = options.read("fftshift", {{"input", kind = "tensor", required = true}, {"dim"}}, ...)
  local x, dims, shifts = given.input, given.dim, {}
  if dims == nil then
    dims = {}
    for d = 1, x.ndim do dims[d] = d end
  elseif type(dims) ~= "table" then dims = {dims} end
  for i, value in ipairs(dims) do
    local n = x:size(options.dim("fftshift", "dim", 2, value, x.ndim))
    shifts[i] = n // 2
  end
  return #dims > 0 and x:roll(shifts, dims) or x
end
