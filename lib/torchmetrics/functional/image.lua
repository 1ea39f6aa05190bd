--- torchmetrics.functional.image: Metrics of images, as functions.
return require "torchmetrics.rows".library({}, "function", {"image"})
