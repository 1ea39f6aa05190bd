--- nn.ReflectionPad1d(padding: ints): Adds what a mirror at the edge shows at the ends of the last dimension: one
-- number, or {before, after} of the last dimension, then of the one before it, … See nn.functional.pad.
return require "torch.nn.paddings"("Reflection", 1)
