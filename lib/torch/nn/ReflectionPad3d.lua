--- nn.ReflectionPad3d(padding: ints): Adds what a mirror at the edge shows at the ends of the last 3 dimensions: one
-- number, or {before, after} of the last dimension, then of the one before it, … See nn.functional.pad.
return require "torch.nn.paddings"("Reflection", 3)
