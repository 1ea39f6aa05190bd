--- torchmetrics.functional.segmentation: Metrics of masks, as functions.
return require "torchmetrics.rows".library({}, "function", {"segmentation"})
