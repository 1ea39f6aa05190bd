--- torchmetrics.functional.detection: Metrics of detections, as functions.
return require "torchmetrics.rows".library({}, "function", {"detection"})
