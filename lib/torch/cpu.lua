--- torch.cpu: The CPU as a device: what programs write that treat it as another one.
return torch._C.lazy({}, "torch.cpu")
