local transposed = require "torch.nn.functional.transposed"

--- nn.functional.conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor = nil, stride: ints = 1, padding: ints =
-- 0, output_padding: ints = 0, groups: int = 1, dilation: ints = 1) -> Tensor: The adjoint of conv3d, which maps its
-- results back: input (N×C×D×H×W, or without N), weight (C×O/groups×KD×KH×KW), bias (O). The size of a
-- dimension becomes (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
-- Example: F.conv_transpose3d(torch.ones(1, 1, 2, 2, 2), torch.ones(1, 1, 2, 2, 2))
return function(...) return transposed("conv_transpose3d", 3, torch.nn.functional.conv3d, ...) end
