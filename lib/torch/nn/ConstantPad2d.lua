--- nn.ConstantPad2d(padding: ints, value: float): Adds `value` at the ends of the last 2 dimensions: one number, or
-- {before, after} of the last dimension, then of the one before it, … See nn.functional.pad.
return require "torch.nn.paddings"("Constant", 2)
