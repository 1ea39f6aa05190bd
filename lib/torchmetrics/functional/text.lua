--- torchmetrics.functional.text: Metrics of texts, as functions.
return require "torchmetrics.rows".library({}, "function", {"text"})
