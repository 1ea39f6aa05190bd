--- nn.init.xavier_normal(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.xavier_normal_.
return torch.nn.init.xavier_normal_
