--- torchmetrics.functional.clustering: Metrics of clusterings, as functions.
return require "torchmetrics.rows".library({}, "function", {"clustering"})
