--- torch.fft: Discrete Fourier transforms: of any length, of one dimension or several, of complex and of real numbers.
return torch._C.lazy({}, "torch.fft")
