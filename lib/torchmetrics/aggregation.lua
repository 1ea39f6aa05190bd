--- torchmetrics.aggregation: Metrics that sum up values, as the losses of batches.
return require "torchmetrics.rows".library({}, "class", {"aggregation"})
