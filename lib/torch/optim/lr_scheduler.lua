--- optim.lr_scheduler: What changes the learning rates of an optimiser while it trains.
return torch._C.lazy({}, "torch.optim.lr_scheduler")
