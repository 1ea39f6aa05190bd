-- Elements in another order, repeated, or put into a place of a larger tensor.
op {"flip", "(input: Tensor, dims: dims) -> Tensor", infer = "flip", contiguous = true, moves = true,
  backward = function(o) return {input = o.grad:flip(o.dims)} end,
  doc = [[input with the order of the elements reversed along dims. A copy.]],
  example = "torch.flip(torch.arange(3), {1})", gives = "{2, 1, 0}"}
op {"fliplr", "(input: Tensor) -> Tensor",
  check = {{"input", "input.ndim >= 2", "at least 2 dimensions"}},
  composite = function(o) return o.input:flip({2}) end,
  doc = [[input with the order of its columns (dimension 2) reversed.]], example = "torch.fliplr(torch.eye(2))",
  gives = "{{0, 1}, {1, 0}}"}
op {"flipud", "(input: Tensor) -> Tensor",
  check = {{"input", "input.ndim >= 1", "at least 1 dimension"}},
  composite = function(o) return o.input:flip({1}) end,
  doc = [[input with the order of its rows (dimension 1) reversed.]], example = "torch.flipud(torch.arange(3))",
  gives = "{2, 1, 0}"}
op {"roll", "(input: Tensor, shifts: ints, dims: dims = nil) -> Tensor", composite = true,
  doc = [[input moved by shifts along dims; what leaves at the end comes in at the beginning. Without dims the elements
are moved in the order in which they lie.]],
  example = "torch.roll(torch.arange(4), 1)", gives = "{3, 0, 1, 2}"}
op {"rot90", "(input: Tensor, k: int = 1, dims: dims = nil) -> Tensor", composite = true,
  doc = [[input turned k times by 90° in the plane of two dims (the first two), from the first towards the second.]],
  example = "torch.rot90(torch.tensor({{1, 2}, {3, 4}}))", gives = "{{2, 4}, {1, 3}}"}
op {"movedim", "(input: Tensor, source: dims, destination: dims) -> Tensor", composite = true,
  doc = [[A view with the dimensions source at the places destination; the others keep their order.]],
  example = "torch.zeros(2, 3, 4):movedim(1, 3)"}
op {"moveaxis", "(input: Tensor, source: dims, destination: dims) -> Tensor",
  composite = function(o) return o.input:movedim(o.source, o.destination) end,
  doc = [[movedim under NumPy's name.]], example = "torch.zeros(2, 3, 4):moveaxis(1, 3)"}
op {"swapaxes", "(input: Tensor, axis0: dim, axis1: dim) -> Tensor",
  composite = function(o) return o.input:transpose(o.axis0, o.axis1) end,
  doc = [[transpose under NumPy's name.]], example = "torch.zeros(2, 3):swapaxes(1, 2)"}
op {"swapdims", "(input: Tensor, dim0: dim, dim1: dim) -> Tensor",
  composite = function(o) return o.input:transpose(o.dim0, o.dim1) end,
  doc = [[transpose under another name.]], example = "torch.zeros(2, 3):swapdims(1, 2)"}
op {"adjoint", "(input: Tensor) -> Tensor", complex = true,
  check = {{"input", "input.ndim >= 2", "at least 2 dimensions"}},
  composite = function(o) return o.input:transpose(-2, -1):conj() end,
  doc = [[The conjugate of input with its last two dimensions exchanged.]], example = "torch.zeros(2, 3):adjoint()"}
op {"tile", "(input: Tensor, dims: shape) -> Tensor", composite = true,
  doc = [[input repeated dims times; dims may be shorter or longer than the shape, its last number is for the last
dimension.]], example = "torch.tile(torch.arange(2), {2})", gives = "{0, 1, 0, 1}"}
op {"ravel", "(input: Tensor) -> Tensor",
  composite = function(o) return o.input:reshape({-1}) end,
  doc = [[input as one dimension; a view where possible.]], example = "torch.ravel(torch.eye(2))",
  gives = "{1, 0, 0, 1}"}
op {"view_as", "(input: Tensor, other: Tensor) -> Tensor",
  composite = function(o) return o.input:view(o.other.shape) end,
  doc = [[input seen in the shape of other.]], example = "torch.arange(4):view_as(torch.eye(2))",
  gives = "{{0, 1}, {2, 3}}"}
op {"reshape_as", "(input: Tensor, other: Tensor) -> Tensor",
  composite = function(o) return o.input:reshape(o.other.shape) end,
  doc = [[input in the shape of other; a view where possible.]], example = "torch.arange(4):reshape_as(torch.eye(2))",
  gives = "{{0, 1}, {2, 3}}"}
op {"unfold", "(input: Tensor, dimension: dim, size: int, step: int) -> Tensor", composite = true,
  doc = [[A view of all slices of `size` elements of a dimension, every `step` elements; their elements are a new last
dimension.]], example = "torch.arange(5):unfold(1, 3, 2)", gives = "{{0, 1, 2}, {2, 3, 4}}"}

-- ---- diagonals -----------------------------------------------------------------------------------
op {"diag_embed", "(input: Tensor, offset: int = 0, dim1: dim = -2, dim2: dim = -1) -> Tensor", composite = true,
  complex = true, moves = true,
  backward = function(o) return {input = o.grad:diagonal(o.offset, o.dim1, o.dim2)} end,
  doc = [[Zeros with the last dimension of input as the diagonal of two new dimensions.]],
  example = "torch.diag_embed(torch.tensor({1, 2}))", gives = "{{1, 0}, {0, 2}}"}
op {"diagflat", "(input: Tensor, offset: int = 0) -> Tensor", complex = true,
  composite = function(o) return o.input:reshape({-1}):diag_embed(o.offset) end,
  doc = [[A matrix of zeros with the elements of input on a diagonal.]],
  example = "torch.diagflat(torch.tensor({1, 2}))", gives = "{{1, 0}, {0, 2}}"}
op {"diag", "(input: Tensor, diagonal: int = 0) -> Tensor", complex = true,
  specialize = {["input.ndim"] = {1}},
  check = {{"input", "input.ndim == 1 or input.ndim == 2", "1 or 2 dimensions"}},
  composite = function(o)
    if o.input.ndim == 1 then return o.input:diag_embed(o.diagonal) end
    return o.input:diagonal(o.diagonal):clone()
  end,
  doc = [[Of a vector the matrix with it on a diagonal, of a matrix the diagonal (a copy).]],
  example = "torch.diag(torch.tensor({1, 2}))", gives = "{{1, 0}, {0, 2}}"}
op {"trace", "(input: Tensor) -> Tensor", complex = true, types = "number", amp = {cpu = "float"},
  check = {{"input", "input.ndim == 2", "a matrix"}},
  composite = function(o) return o.input:diagonal():sum() end,
  doc = [[The sum of the diagonal of a matrix.]], example = "torch.trace(torch.eye(3))", gives = "3"}

-- ---- a part of a larger tensor -------------------------------------------------------------------
op {"select_scatter", "(input: Tensor, src: Tensor, dim: dim, index: index) -> Tensor", composite = true,
  complex = true, backward = "select_scatter", grad_inputs = {"input", "src"}, save_layout = {"src"},
  doc = [[A copy of input with src as its slice at position index of dimension dim.]],
  example = "torch.select_scatter(torch.zeros(2, 2), torch.ones(2), 1, 1)", gives = "{{1, 1}, {0, 0}}"}
op {"slice_scatter", "(input: Tensor, src: Tensor, dim: dim = 1, first: index = 1, last: index = nil, "
    .. "step: int = 1) -> Tensor", composite = true, complex = true,
  backward = "slice_scatter", grad_inputs = {"input", "src"}, save_layout = {"src"},
  doc = [[A copy of input with src at the positions first to last (both included) of dimension dim, by step.]],
  example = "torch.slice_scatter(torch.zeros(4), torch.ones(2), 1, 2, 3)", gives = "{0, 1, 1, 0}"}
op {"diagonal_scatter", "(input: Tensor, src: Tensor, offset: int = 0, dim1: dim = 1, dim2: dim = 2) -> Tensor",
  composite = true, complex = true, backward = "diagonal_scatter", grad_inputs = {"input", "src"},
  save_layout = {"src"},
  doc = [[A copy of input with src as a diagonal of two dimensions.]],
  example = "torch.diagonal_scatter(torch.zeros(2, 2), torch.ones(2))", gives = "{{1, 0}, {0, 1}}"}

-- ---- views as copies -----------------------------------------------------------------------------
local function copy_of(name, rest, call, example)
  op {name .. "_copy", "(input: Tensor" .. rest .. ") -> Tensor", complex = true, method = name == "narrow",
    composite = function(o) return call(o):clone() end, doc = ("What %s shows, as a copy."):format(name),
    example = example}
end
copy_of("view", ", size: shape", function(o) return o.input:reshape(o.size) end,
  "torch.view_copy(torch.arange(4), {2, 2})")
copy_of("expand", ", size: shape", function(o) return o.input:expand(o.size) end,
  "torch.expand_copy(torch.ones(1), {3})")
copy_of("permute", ", dims: dims", function(o) return o.input:permute(o.dims) end,
  "torch.permute_copy(torch.zeros(2, 3), {2, 1})")
copy_of("transpose", ", dim0: dim, dim1: dim", function(o) return o.input:transpose(o.dim0, o.dim1) end,
  "torch.transpose_copy(torch.zeros(2, 3), 1, 2)")
copy_of("t", "", function(o) return o.input:t() end, "torch.t_copy(torch.zeros(2, 3))")
copy_of("unsqueeze", ", dim: dim", function(o) return o.input:unsqueeze(o.dim) end,
  "torch.unsqueeze_copy(torch.zeros(2), 1)")
copy_of("squeeze", ", dim: dims = nil", function(o) return o.input:squeeze(o.dim) end,
  "torch.squeeze_copy(torch.zeros(1, 2))")
copy_of("narrow", ", dim: dim, start: index, length: int",
  function(o) return o.input:narrow(o.dim, o.start, o.length) end, "torch.narrow_copy(torch.arange(3), 1, 2, 2)")
copy_of("select", ", dim: dim, index: index", function(o) return o.input:select(o.dim, o.index) end,
  "torch.select_copy(torch.eye(2), 1, 1)")
copy_of("slice", ", dim: dim = 1, first: index = 1, last: index = nil, step: int = 1",
  function(o) return o.input:slice(o.dim, o.first, o.last, o.step) end, "torch.slice_copy(torch.arange(4), 1, 2, 3)")
copy_of("diagonal", ", offset: int = 0, dim1: dim = 1, dim2: dim = 2",
  function(o) return o.input:diagonal(o.offset, o.dim1, o.dim2) end, "torch.diagonal_copy(torch.eye(2))")
copy_of("unfold", ", dimension: dim, size: int, step: int",
  function(o) return o.input:unfold(o.dimension, o.size, o.step) end, "torch.unfold_copy(torch.arange(4), 1, 2, 2)")
copy_of("alias", "", function(o) return o.input end, "torch.alias_copy(torch.ones(2))")
