local run = require "torch.fft.shift"("ifftshift", function(n) return (n + 1) // 2 end)

--- torch.fft.ifftshift(input: Tensor, dim: any = nil) -> Tensor: The inverse of fftshift: the frequency 0 comes back
-- to the beginning along dim (all dimensions if not given).
-- Example: torch.fft.ifftshift(torch.fft.fftfreq(4))
return function(...) return run(...) end
