--- torchmetrics.nominal: Metrics of categorical variables, as classes.
return require "torchmetrics.rows".library({}, "class", {"nominal"})
