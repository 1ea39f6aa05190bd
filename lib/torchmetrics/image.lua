--- torchmetrics.image: Metrics of images, as classes.
return require "torchmetrics.rows".library({}, "class", {"image"})
