--- torch.utils: Help for training loops, and torch.utils.data.
return torch._C.lazy({}, "torch.utils")
