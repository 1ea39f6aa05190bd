--- nn.init.eye(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.eye_.
return torch.nn.init.eye_
