--- torchmetrics.retrieval: Metrics of the order of results, as classes.
return require "torchmetrics.rows".library({}, "class", {"retrieval"})
