--- torchmetrics.segmentation: Metrics of masks, as classes.
return require "torchmetrics.rows".library({}, "class", {"segmentation"})
