--- torchmetrics.functional.classification: Metrics of classification, as functions of one batch.
return require "torchmetrics.rows".library({}, "function", {"classification"})
