--- nn.init.xavier_uniform(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.xavier_uniform_.
return torch.nn.init.xavier_uniform_
