--- nn.init.normal(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.normal_.
return torch.nn.init.normal_
