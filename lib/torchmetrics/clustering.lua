--- torchmetrics.clustering: Metrics of clusterings, as classes.
return require "torchmetrics.rows".library({}, "class", {"clustering"})
