--- torchmetrics.functional.retrieval: Metrics of the order of results, as functions.
return require "torchmetrics.rows".library({}, "function", {"retrieval"})
