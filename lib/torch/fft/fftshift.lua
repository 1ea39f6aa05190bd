local run = require "torch.fft.shift"("fftshift", function(n) return n // 2 end)

--- torch.fft.fftshift(input: Tensor, dim: any = nil) -> Tensor: A spectrum with the frequency 0 moved to the middle
-- along dim (all dimensions if not given).
-- Example: torch.fft.fftshift(torch.fft.fftfreq(4))
return function(...) return run(...) end
