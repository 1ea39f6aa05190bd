--- torchmetrics.audio: Metrics of sounds, as classes.
return require "torchmetrics.rows".library({}, "class", {"audio"})
