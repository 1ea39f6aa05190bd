--- torchmetrics.detection: Metrics of detections, as classes.
return require "torchmetrics.rows".library({}, "class", {"detection"})
