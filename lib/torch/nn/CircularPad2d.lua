--- nn.CircularPad2d(padding: ints): Adds copies of the input side by side at the ends of the last 2 dimensions: one
-- number, or {before, after} of the last dimension, then of the one before it, … See nn.functional.pad.
return require "torch.nn.paddings"("Circular", 2)
