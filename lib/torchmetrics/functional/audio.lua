--- torchmetrics.functional.audio: Metrics of sounds, as functions.
return require "torchmetrics.rows".library({}, "function", {"audio"})
