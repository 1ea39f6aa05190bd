--- torchmetrics.functional.shape: Metrics of shapes, as functions.
return require "torchmetrics.rows".library({}, "function", {"shape"})
