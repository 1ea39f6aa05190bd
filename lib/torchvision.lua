--- torchvision: data sets of images.
return {datasets = require "torchvision.datasets"}
