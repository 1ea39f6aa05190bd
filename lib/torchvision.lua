--- torchvision: images: files, data sets, operators on boxes and regions, pictures of results.
return torch._C.lazy({}, "torchvision")
