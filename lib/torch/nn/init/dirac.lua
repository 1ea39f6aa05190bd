--- nn.init.dirac(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.dirac_.
return torch.nn.init.dirac_
