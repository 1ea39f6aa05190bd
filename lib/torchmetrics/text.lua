--- torchmetrics.text: Metrics of texts, as classes.
return require "torchmetrics.rows".library({}, "class", {"text"})
