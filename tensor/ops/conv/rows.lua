-- Convolution and pooling of planes: (N, C, H, W) or, for one sample, (C, H, W).
-- stride, padding, dilation and kernel sizes are one number or {height, width}.
op {"conv2d", "(input: Tensor, weight: Tensor, bias: Tensor = nil, stride: ints = 1, padding: ints = 0, "
    .. "dilation: ints = 1, groups: int = 1) -> Tensor",
  amp = {cpu = "half", cuda = "half"},
  module = {"torch", "nn.functional"}, method = false, types = "number", infer = "conv2d", contiguous = true,
  complex = true,
  domain = "conv2d",
  specialize = {["input.ndim"] = {4}},
  backward = function(o)
    local x, w, g = o.input, o.weight, o.grad
    return {input = g:conv2d_input(w, x.shape, o.stride, o.padding, o.dilation, o.groups),
      weight = x:conv2d_weight(g, w.shape, o.stride, o.padding, o.dilation, o.groups),
      bias = g:sum(x.ndim == 4 and {1, 3, 4} or {2, 3})}
  end,
  doc = [[Cross-correlation: input (N × C × H × W), weight (O × C/groups × KH × KW), bias (O) give (N × O × H'
× W') with
H' = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1. Sums of integers wrap around.
im2col and matrix products (Chellapilla, Puri and Simard 2006).]],
  example = "nn.functional.conv2d(torch.ones(1, 1, 4, 4), torch.ones(2, 1, 3, 3), nil, 1, 1)"}
op {"conv2d_named", "(input: Tensor, weight: Tensor, bias: Tensor = nil, stride: ints = 1, padding: same|valid, "
    .. "dilation: ints = 1, groups: int = 1) -> Tensor",
  amp = {cpu = "half", cuda = "half"},
  lua = "conv2d", module = {"torch", "nn.functional"}, method = false, composite = true, domain = "conv2d_named",
  doc = [[conv2d without padding ("valid") or with as much as gives the result the size of the input ("same", for
stride 1).]],
  example = "nn.functional.conv2d(torch.ones(1, 1, 4, 4), torch.ones(2, 1, 3, 3), {padding = \"same\"})"}
-- Its two adjoints. conv2d is linear in input and in weight, so all three are each
-- other's gradients.
op {"conv2d_input", "(grad_output: Tensor, weight: Tensor, size: shape, stride: ints, padding: ints, dilation: ints, "
    .. "groups: int) -> Tensor",
  private = true, types = "float", complex = true, infer = "conv2d_adjoint", contiguous = true, domain = "conv2d_input",
  amp = {cpu = "half", cuda = "half"}, -- it is conv_transpose2d as well
  backward = function(o)
    return {grad_output = o.grad:conv2d(o.weight, nil, o.stride, o.padding, o.dilation, o.groups),
      weight = o.grad:conv2d_weight(o.grad_output, o.shape_of.weight, o.stride, o.padding, o.dilation, o.groups)}
  end, doc = [[The gradient of conv2d to its input, of the given size.]]}
op {"conv2d_weight", "(input: Tensor, grad_output: Tensor, size: shape, stride: ints, padding: ints, dilation: ints, "
    .. "groups: int) -> Tensor",
  private = true, types = "float", complex = true, infer = "conv2d_adjoint", contiguous = true,
  domain = "conv2d_weight",
  backward = function(o)
    return {input = o.grad_output:conv2d_input(o.grad, o.shape_of.input, o.stride, o.padding, o.dilation, o.groups),
      grad_output = o.input:conv2d(o.grad, nil, o.stride, o.padding, o.dilation, o.groups)}
  end, doc = [[The gradient of conv2d to its weight, of the given size.]]}

local signature = "(input: Tensor, kernel_size: ints, stride: ints = nil, padding: ints = 0, dilation: ints = 1, "
  .. "ceil_mode: bool = false"
-- Each gradient goes to where the largest element was.
local function to_largest(o)
  local shape, g = o.shape_of.input, o.grad
  local planes, places = shape:before(-2):product(), {shape:before(-2):product(), g.shape[-2] * g.shape[-1]}
  local zeros = g:new_zeros({planes, shape[-2] * shape[-1]})
  return {input = zeros:scatter_add(2, o.outs[2]:reshape(places), g:reshape(places)):reshape(shape)}
end
op {"max_pool2d_with_indices", signature .. ") -> Tensor, Positions", module = "nn.functional", method = false,
  infer = "max_pool2d", contiguous = true, types = "number",
  kernel = "max_pool2d", backward = to_largest, domain = "distinct_planes",
  doc = [[max_pool2d, and the positions of the largest elements in their flattened planes.]],
  example = "nn.functional.max_pool2d_with_indices(torch.rand(1, 1, 4, 4), 2)"}
op {"max_pool2d", signature .. ", return_indices: bool = false) -> Tensor, Positions",
  module = {"torch", "nn.functional"}, method = false,
  infer = "max_pool2d", contiguous = true, types = "number", returns = "return_indices",
  backward = to_largest, domain = "distinct_planes",
  doc = [[The largest element of each window; stride defaults to kernel_size; padding counts as -∞ and is at most
half the window. NaN wins.
ceil_mode rounds the size up where the last window still starts inside the input or its left padding. With
return_indices the positions of
the largest elements in their flattened planes come too.]],
  example = "nn.functional.max_pool2d(torch.rand(1, 1, 4, 4), 2)"}
op {"avg_pool2d", "(input: Tensor, kernel_size: ints, stride: ints = nil, padding: ints = 0, "
    .. "ceil_mode: bool = false, count_include_pad: bool = true, divisor_override: int = nil) -> Tensor",
  module = "nn.functional", method = false, types = "number", infer = "avg_pool2d", contiguous = true,
  domain = "planes",
  backward = function(o)
    return {input = o.grad:avg_pool2d_adjoint(o.shape_of.input, o.kernel_size, o.stride, o.padding, o.ceil_mode,
      o.count_include_pad, o.divisor_override)}
  end,
  doc = [[The mean of each window. Padding counts as zeros, in the divisor only with count_include_pad;
divisor_override replaces the divisor. Means of integers are rounded toward zero. Sizes as for max_pool2d.]],
  example = "nn.functional.avg_pool2d(torch.rand(1, 1, 4, 4), 2)"}
op {"avg_pool2d_adjoint", "(grad_output: Tensor, size: shape, kernel_size: ints, stride: ints, padding: ints, "
    .. "ceil_mode: bool, count_include_pad: bool, divisor_override: int) -> Tensor",
  private = true, types = "float", infer = "avg_pool2d_adjoint", contiguous = true, domain = "avg_pool2d_adjoint",
  backward = function(o)
    return {grad_output = o.grad:avg_pool2d(o.kernel_size, o.stride, o.padding, o.ceil_mode, o.count_include_pad,
      o.divisor_override)}
  end, doc = [[The gradient of avg_pool2d to its input, of the given size.]]}
