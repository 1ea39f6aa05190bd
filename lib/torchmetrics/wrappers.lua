--- torchmetrics.wrappers: Metrics of metrics: over a window, over classes, outputs and tasks, with error bars.
return torch._C.lazy({}, "torchmetrics.wrappers")
