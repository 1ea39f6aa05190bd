--- torchvision: images: files, data sets, transforms, operators on boxes and regions, pictures of results.
return torch._C.lazy({}, "torchvision")
