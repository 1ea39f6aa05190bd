--- torchvision: images: files, data sets, transforms, models, operators on boxes and regions, pictures of results.
return torch._C.lazy({}, "torchvision")
