--- torchmetrics.functional.pairwise: Distances and similarities of all pairs of rows.
return require "torchmetrics.rows".library({}, "function", {"pairwise"})
