--- torchmetrics.shape: Metrics of shapes, as classes.
return require "torchmetrics.rows".library({}, "class", {"shape"})
