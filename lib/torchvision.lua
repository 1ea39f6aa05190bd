--- torchvision: data sets of images; operators on boxes and regions.
return {datasets = require "torchvision.datasets", ops = require "torchvision.ops"}
