--- torch.signal: Signals: windows.
return torch._C.lazy({}, "torch.signal")
