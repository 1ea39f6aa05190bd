--- nn.CircularPad1d(padding: ints): Adds copies of the input side by side at the ends of the last dimension: one
-- number, or {before, after} of the last dimension, then of the one before it, … See nn.functional.pad.
return require "torch.nn.paddings"("Circular", 1)
