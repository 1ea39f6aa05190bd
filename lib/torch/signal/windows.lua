--- torch.signal.windows: Windows for spectra: vectors that fall to both sides.
return torch._C.lazy({}, "torch.signal.windows")
