--- torchmetrics.regression: Metrics of regression, as classes.
return require "torchmetrics.rows".library({}, "class", {"regression"})
