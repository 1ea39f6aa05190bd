--- torchmetrics.functional: Metrics as functions of predictions and targets.
local rows = require "torchmetrics.rows"
return rows.library({}, "function", rows.families, torch._C.lazy({}, "torchmetrics.functional"))
