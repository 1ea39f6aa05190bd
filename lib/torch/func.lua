--- torch.func: Functions of functions: gradients, Jacobians, products with them, and maps over samples.
return torch._C.lazy({}, "torch.func")
