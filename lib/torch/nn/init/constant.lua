--- nn.init.constant(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.constant_.
return torch.nn.init.constant_
