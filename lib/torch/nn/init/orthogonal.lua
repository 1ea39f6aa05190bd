--- nn.init.orthogonal(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.orthogonal_.
return torch.nn.init.orthogonal_
