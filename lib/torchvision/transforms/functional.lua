--- torchvision.transforms.functional: The functions of torchvision.transforms.v2.functional.
return require "torchvision.transforms.v2.functional"
