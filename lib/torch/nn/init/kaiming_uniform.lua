--- nn.init.kaiming_uniform(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.kaiming_uniform_.
return torch.nn.init.kaiming_uniform_
