--- torchvision.transforms: Transforms of images: what makes them ready for a model, and random ones that vary them.
return torch._C.lazy({}, "torchvision.transforms")
