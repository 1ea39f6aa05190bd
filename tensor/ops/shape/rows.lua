-- Shapes: views share storage with their input; reshape, flatten and contiguous copy
-- only when they must. In place a view (x:t_()) changes the tensor's shape, not its elements.
op {"view", "(input: Tensor, size: shape) -> Tensor", view = true,
  backward = function(o) return {input = o.grad:reshape(o.shape_of.input)} end,
  doc = [[The same elements in another shape, sharing storage. One size may be -1. Fails where the strides do not
allow it; see reshape.]],
  example = "torch.arange(6):view(2, 3)", gives = "{{0, 1, 2}, {3, 4, 5}}"}
op {"reshape", "(input: Tensor, shape: shape) -> Tensor", composite = true,
  doc = [[The same elements in another shape: a view where possible, else a copy. One size may be -1.]],
  example = "torch.arange(6):reshape(3, -1)", gives = "{{0, 1}, {2, 3}, {4, 5}}"}
op {"flatten", "(input: Tensor, start_dim: dim = 1, end_dim: dim = -1) -> Tensor", composite = true,
  doc = [[Dimensions start_dim to end_dim made one.]], example = "torch.zeros(2, 3, 4):flatten(2)"}
op {"unflatten", "(input: Tensor, dim: dim, sizes: shape) -> Tensor", composite = true,
  doc = [[Dimension dim split into sizes; one may be -1.]], example = "torch.zeros(2, 6):unflatten(2, {2, 3})",
  gives = "{{{0, 0, 0}, {0, 0, 0}}, {{0, 0, 0}, {0, 0, 0}}}"}
op {"permute", "(input: Tensor, dims: dims) -> Tensor", view = true,
  backward = function(o) return {input = o.grad:helper("unpermute", o.dims)} end,
  doc = [[Dimensions in another order: dimension i of the result is dims[i] of input.]],
  example = "torch.zeros(2, 3, 4):permute(3, 1, 2)"}
op {"transpose", "(input: Tensor, dim0: dim, dim1: dim) -> Tensor", view = true, inplace = true,
  backward = function(o) return {input = o.grad:transpose(o.dim0, o.dim1)} end,
  doc = [[Two dimensions exchanged.]], example = "torch.zeros(2, 3, 4):transpose(1, 3)"}
op {"t", "(input: Tensor) -> Tensor", view = true, inplace = true,
  backward = function(o) return {input = o.grad:t()} end,
  doc = [[The transpose of a matrix; a tensor of fewer dimensions as it is.]], example = "torch.zeros(2, 3):t()",
  gives = "{{0, 0}, {0, 0}, {0, 0}}"}
op {"expand", "(input: Tensor, size: shape) -> Tensor", view = true, -- the engine sums the gradient back
  backward = function(o) return {input = o.grad:helper("unexpand")} end,
  doc = [[Dimensions of size 1 (and new leading ones) repeated to size without copying; -1 keeps a size.]],
  example = "torch.ones(3, 1):expand(3, 4)", gives = "{{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}}"}
op {"expand_as", "(input: Tensor, other: Tensor) -> Tensor",
  composite = function(o) return o.input:expand(o.other.shape) end,
  doc = [[input expanded to the shape of other.]], example = "torch.ones(3, 1):expand_as(torch.zeros(3, 4))",
  gives = "{{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}}"}
op {"squeeze", "(input: Tensor, dim: dims = nil) -> Tensor", view = true, inplace = true,
  backward = function(o) return {input = o.grad:reshape(o.shape_of.input)} end,
  doc = [[Without the dimensions of size 1, or without those of dim that have size 1.]],
  example = "torch.zeros(1, 3, 1):squeeze()", gives = "{0, 0, 0}"}
op {"unsqueeze", "(input: Tensor, dim: dim) -> Tensor", view = true, inplace = true,
  backward = function(o) return {input = o.grad:reshape(o.shape_of.input)} end,
  doc = [[With a new dimension of size 1 at dim.]], example = "torch.zeros(3):unsqueeze(1)", gives = "{{0, 0, 0}}"}
op {"narrow", "(input: Tensor, dim: dim, start: index, length: int) -> Tensor", view = true,
  backward = function(o) return {input = o.grad:helper("unslice", o.dim, o.start, o.length)} end,
  doc = [[length elements of dimension dim from position start on.]], example = "torch.arange(5):narrow(1, 2, 3)",
  gives = "{1, 2, 3}"}
op {"select", "(input: Tensor, dim: dim, index: index) -> Tensor", view = true,
  backward = function(o) return {input = o.grad:unsqueeze(o.dim):helper("unselect", o.dim, o.index)} end,
  doc = [[The slice at position index of dimension dim, which disappears.]], example = "torch.eye(3):select(1, 2)",
  gives = "{0, 1, 0}"}
op {"slice", "(input: Tensor, dim: dim, first: index = 1, last: index = nil, step: int = 1) -> Tensor", view = true,
  private = true,
  backward = function(o) return {input = o.grad:helper("unstride", o.dim, o.first, o.step)} end,
  doc = [[Positions first to last (both included) of dimension dim by step.]]}
op {"diagonal", "(input: Tensor, offset: int = 0, dim1: dim = 1, dim2: dim = 2) -> Tensor", view = true,
  backward = "diagonal", grad_inputs = {"input"},
  doc = [[The diagonal of two dimensions as a last dimension; offset > 0 above the main one.]],
  example = "torch.eye(3):diagonal()", gives = "{1, 1, 1}"}
-- Lists of views.
op {"split", "(input: Tensor, size: int, dim: dim = 1) -> Tensor[]", view = true, backward = "split",
  grad_inputs = {"input"},
  doc = [[An array of views of size elements along dim each; the last may be smaller.]],
  example = "torch.split(torch.arange(5), 2)", gives = "{{0, 1}, {2, 3}, {4}}"}
op {"split_sizes", "(input: Tensor, size: int[], dim: dim = 1) -> Tensor[]", lua = "split", view = true,
  backward = "split_sizes", grad_inputs = {"input"},
  doc = [[An array of views of these sizes along dim. The sizes add up to that of the dimension; there can be any
number of them.]],
  example = "torch.split(torch.arange(5), {3, 2})", gives = "{{0, 1, 2}, {3, 4}}"}
op {"chunk", "(input: Tensor, chunks: int, dim: dim = 1) -> Tensor[]", view = true, backward = "chunk",
  grad_inputs = {"input"},
  doc = [[An array of at most chunks views of equal size along dim; the last may be smaller.]],
  example = "torch.chunk(torch.arange(5), 2)", gives = "{{0, 1, 2}, {3, 4}}"}
op {"unbind", "(input: Tensor, dim: dim = 1) -> Tensor[]", view = true, backward = "unbind", grad_inputs = {"input"},
  doc = [[An array of the slices along dim, which disappears.]],
  example = "torch.unbind(torch.eye(2))", gives = "{{1, 0}, {0, 1}}"}

op {"as_strided", "(input: Tensor, size: shape, stride: ints, storage_offset: int = -1) -> Tensor", view = true,
  inplace = true,
  backward = "as_strided", grad_inputs = {"input"}, save_layout = {"input"},
  doc = [[A view with the given size, strides and offset (in elements of the storage).]],
  example = "torch.arange(4):as_strided({2, 2}, {1, 2})", gives = "{{0, 2}, {1, 3}}"}
op {"as_strided_scatter", "(input: Tensor, src: Tensor, size: shape, stride: ints, "
    .. "storage_offset: int = -1) -> Tensor", composite = true,
  backward = "as_strided_scatter", grad_inputs = {"input", "src"}, save_layout = {"input"},
  doc = [[input with src written where as_strided(size, stride, storage_offset) looks.]],
  example = "torch.as_strided_scatter(torch.zeros(4), torch.ones(2), {2}, {3})", gives = "{1, 0, 0, 1}"}
op {"contiguous", "(input: Tensor) -> Tensor", composite = true,
  doc = [[input itself when its elements lie in order in memory, else a copy.]],
  example = "torch.zeros(2, 3):t():contiguous()", gives = "{{0, 0}, {0, 0}, {0, 0}}"}
op {"repeat", "(input: Tensor, repeats: shape) -> Tensor", lua = "repeatTensor", composite = true,
  doc = [[input repeated along each dimension (a copy). PyTorch's repeat.]],
  example = "torch.arange(3):repeatTensor(2, 2)", gives = "{{0, 1, 2, 0, 1, 2}, {0, 1, 2, 0, 1, 2}}"}
op {"cast", "(input: Tensor, dtype: dtype) -> Tensor", moves = true, private = true, infer = "cast",
  backward = function(o) return {input = o.grad:helper("uncast")} end,
  doc = [[input in another dtype; floats are cut toward zero for integers.]]}
op {"transfer", "(input: Tensor, device: device) -> Tensor", lua = "to", composite = true, private = true,
  backward = function(o) return {input = o.grad:helper("pass")} end,
  doc = [[input on another device; the gradient goes back to where the input is.]]}
op {"alias", "(input: Tensor) -> Tensor", view = true, private = true,
  backward = function(o) return {input = o.grad:helper("pass")} end,
  doc = [[Another view of the whole.]]}
