--- torchmetrics.classification: Metrics of classification, as classes: binary, multiclass and multilabel forms of each.
return require "torchmetrics.rows".library({}, "class", {"classification"})
