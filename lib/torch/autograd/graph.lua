--- torch.autograd.graph: What graphs keep for the backward pass, and hooks of several gradients.
return torch._C.lazy({}, "torch.autograd.graph")
