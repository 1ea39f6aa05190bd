--- torchmetrics.functional.nominal: Metrics of categorical variables, as functions.
return require "torchmetrics.rows".library({}, "function", {"nominal"})
