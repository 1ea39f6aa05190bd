--- nn.init.kaiming_normal(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.kaiming_normal_.
return torch.nn.init.kaiming_normal_
