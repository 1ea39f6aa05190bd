--- nn.modules: The hooks of all modules; the classes of layers are in torch.nn.
return torch._C.lazy({}, "torch.nn.modules")
