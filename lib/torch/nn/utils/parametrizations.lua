--- nn.utils.parametrizations: weight_norm, spectral_norm and orthogonal, as parametrizations.
return torch._C.lazy({}, "torch.nn.utils.parametrizations")
