local options = require "torch.utils.options"

--- torch.fft.ifftshift(input: Tensor, dim: any = nil) -> Tensor: The inverse of fftshift: the frequency 0 comes back
-- to the beginning along dim (all dimensions if not given).
-- Example: torch.fft.ifftshift(torch.fft.fftfreq(4))
return function(...)
  local given = options.read("ifftshift", {{"input", kind = "tensor", required = true}, {"dim"}}, ...)
  local x, dims, shifts = given.input, given.dim, {}
  if dims == nil then
    dims = {}
    for d = 1, x.ndim do dims[d] = d end
  elseif type(dims) ~= "table" then dims = {dims} end
  for i, value in ipairs(dims) do
    local n = x:size(options.dim("ifftshift", "dim", 2, value, x.ndim))
    shifts[i] = (n + 1) // 2
  end
  return #dims > 0 and x:roll(shifts, dims) or x
end
