--- torch.masked: Reductions and normalisations in which only the elements take part where a mask (bool) holds.
return torch._C.lazy({}, "torch.masked")
