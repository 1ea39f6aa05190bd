--- torchmetrics.functional.regression: Metrics of regression, as functions of one batch.
return require "torchmetrics.rows".library({}, "function", {"regression"})
