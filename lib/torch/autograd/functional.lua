--- torch.autograd.functional: Jacobians, Hessians and products with them, of functions of tensors.
return torch._C.lazy({}, "torch.autograd.functional")
