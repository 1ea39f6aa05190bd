--- nn.init.uniform(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.uniform_.
return torch.nn.init.uniform_
