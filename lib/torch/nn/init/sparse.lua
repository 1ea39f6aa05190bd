--- nn.init.sparse(tensor: Tensor, ...: any) -> Tensor: The older name of nn.init.sparse_.
return torch.nn.init.sparse_
