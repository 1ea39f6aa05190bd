-- Padding of the last dimensions.

op {"pad", "(input: Tensor, pad: ints, mode: constant|reflect|replicate|circular = constant, "
    .. "value: number = nil) -> Tensor",
  amp = {cpu = "float", when = {mode = {"reflect", "replicate"}}},
  module = "nn.functional", method = false, composite = true, domain = "pad",
  doc = [[input with elements added at the ends of its last dimensions: pad is {before, after} of the last
dimension, then of the one before it …; negative numbers take elements away. constant: of the given value (0);
reflect:
what is seen in a mirror at the edge, which is not repeated; replicate: the edge; circular: as if copies of input stood
side by side.]],
  example = "nn.functional.pad(torch.tensor({1, 2, 3}), {2, 1}, \"reflect\")", gives = "{3, 2, 1, 2, 3, 2}"}
