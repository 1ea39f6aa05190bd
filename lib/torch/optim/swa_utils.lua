--- optim.swa_utils: Averages of the weights of a model along its training.
return torch._C.lazy({}, "torch.optim.swa_utils")
