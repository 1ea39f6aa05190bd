-- Indexing, joining and sorting. Contents of Positions count from 0 in C. inplace = "direct": the kernel changes a few
-- places of a copy of input, or of input itself, after a look at all positions.
op {"gather", "(input: Tensor, dim: dim, index: Positions) -> Tensor", moves = true, infer = "gather",
  contiguous = true, domain = "gather",
  backward = function(o) return {input = o.grad:new_zeros(o.shape_of.input):scatter_add(o.dim, o.index, o.grad)} end,
  doc = [=[For dim = 1: result[i][j] = input[index[i][j]][j]. index has as many dimensions
as input and is no larger outside dim; the result has its shape. Fails on a position outside
dimension dim. Any dtype.]=],
  example = "torch.gather(torch.tensor({{1, 2}, {3, 4}}), 2, torch.tensor({{1, 1}, {2, 1}}))",
  gives = "{{1, 1}, {4, 3}}"}
op {"scatter_add", "(input: Tensor, dim: dim, index: Positions, src: Tensor) -> Tensor", complex = true,
  amp = {cuda = "widest"}, infer = "scatter", contiguous = true, inplace = "direct",
  domain = "scatter", backward = "scatter_add", grad_inputs = {"input", "src"}, save = {"index"},
  doc = [=[input with src added where index says; for dim = 1: result[index[i][j]][j] += src[i][j]. index is no larger
than src, and than input outside dim. The dtype of src is that of input. Repeated positions add up, in order.]=],
  example = "torch.scatter_add(torch.zeros(3), 1, torch.tensor({1, 3, 1}), torch.ones(3))", gives = "{2, 0, 1}"}
op {"scatter", "(input: Tensor, dim: dim, index: Positions, src: Tensor, *, "
    .. "reduce: none|add|multiply = none) -> Tensor",
  complex = true, infer = "scatter", contiguous = true, inplace = "direct",
  domain = "scatter_distinct", backward = "scatter", grad_inputs = {"input", "src"}, save = {"index"},
  doc = [=[input with src written where index says; for dim = 1: result[index[i][j]][j] = src[i][j]. Sizes as for
scatter_add. Of repeated positions the last one stays (the gradient of src is defined for distinct ones only). reduce =
"add" or "multiply" joins src with what is there; "multiply" has no gradient.]=],
  example = "torch.scatter(torch.zeros(3), 1, torch.tensor({1, 3}), torch.ones(2))", gives = "{1, 0, 1}"}
op {"scatter_value", "(input: Tensor, dim: dim, index: Positions, value: number, *, "
    .. "reduce: none|add|multiply = none) -> Tensor", complex = true, lua = "scatter",
  infer = "scatter", contiguous = true, inplace = "direct", domain = "scatter_distinct",
  backward = "scatter_value", grad_inputs = {"input"}, save = {"index"},
  doc = [[input with value written where index says; reduce = "add" or "multiply" joins it with what is there.]],
  example = "torch.scatter(torch.zeros(3), 1, torch.tensor({1, 3}), 7)", gives = "{7, 0, 7}"}
-- The gradient of a product of what goes to one place is that of prod: an element that is the only 0 there gets the
-- product of the others. Extremes share the gradient among all that are equal to the result.
local function of_product(o)
  local x, src, dim, index, g = o.input, o.src, o.dim, o.index, o.grad
  local x_zero, zero = x:eq(0), src:eq(0)
  local times = torch.zeros_like(x):scatter_add(dim, index, zero:cast(x.dtype)):gather(dim, index)
  local single = zero:logical_and(times:eq(1))
  local others = x:scatter_fold(dim, index, src:masked_fill(single, 1), "prod")
  local filled = x:masked_fill(x_zero, 1)
  return {input = g * filled:scatter_fold(dim, index, src, "prod") / filled,
    src = torch.where(single, (g * others):gather(dim, index),
      (g * o.out):gather(dim, index) / src:masked_fill(zero, 1))}
end
local function of_extreme(o)
  local x, src, dim, index = o.input, o.src, o.dim, o.index
  local x_is, src_is = x:eq(o.out):cast(x.dtype), src:eq(o.out:gather(dim, index)):cast(x.dtype)
  local share = o.grad / x_is:scatter_add(dim, index, src_is)
  return {input = x_is * share, src = src_is * share:gather(dim, index)}
end
op {"scatter_fold", "(input: Tensor, dim: dim, index: Positions, src: Tensor, reduce: prod|amax|amin) -> Tensor",
  private = true, complex = true, infer = "scatter", contiguous = true, domain = "scatter_fold",
  specialize = {"reduce"},
  backward = function(o) return o.reduce == "prod" and of_product(o) or of_extreme(o) end,
  doc = [[scatter_reduce with these three, input among what is reduced.]]}
op {"scatter_reduce", "(input: Tensor, dim: dim, index: Positions, src: Tensor, reduce: sum|prod|mean|amax|amin, *, "
    .. "include_self: bool = true) -> Tensor", inplace = true, domain = "scatter_reduce",
  specialize = {"reduce", "include_self", "input.is_float", "input.is_complex"},
  check = {{"index", 'index.dtype == "int64"', "a tensor of positions (int64)"},
    {"src", "src.dtype == input.dtype", "{input.dtype} as 'input' is"},
    {"input", 'not input.is_complex or (reduce ~= "amax" and reduce ~= "amin")', "real numbers, which have an order"}},
  composite = function(o)
    local x, dim, index, src, how = o.input, o.dim, o.index, o.src, o.reduce
    if not o.include_self then
      local extreme = how == "amax" and -math.huge or how == "amin" and math.huge
      if extreme then
        x = o.input.is_float and x:scatter_value(dim, index, extreme) or x:scatter(dim, index, src)
      else x = x:scatter_value(dim, index, how == "prod" and 1 or 0) end
    end
    if how == "sum" then return (x:scatter_add(dim, index, src)) end
    if how ~= "mean" then return (x:scatter_fold(dim, index, src, how)) end
    local count = o.include_self and torch.ones_like(x) or torch.ones_like(x):scatter_value(dim, index, 0)
    count = count:scatter_add(dim, index, torch.ones_like(src))
    count = o.input.is_complex and count:masked_fill(count:eq(0), 1) or count:clamp(1)
    local sum = x:scatter_add(dim, index, src)
    if o.input.is_float or o.input.is_complex then return sum / count end
    return (torch.div_rounded(sum, count, {rounding_mode = "floor"}))
  end,
  doc = [=[For each place the sum, product, mean, largest or least of the elements of src that index sends there; for
dim = 1 src[i][j] goes to result[index[i][j]][j]. Sizes as for scatter_add. What input has there takes part, unless
include_self is false; elsewhere the result is input. Equal extremes share the gradient.]=],
  example = "torch.scatter_reduce(torch.zeros(3), 1, torch.tensor({1, 3, 1}), torch.tensor({2.0, 3, 4}), 'mean')",
  gives = "{2, 0, 1.5}"}

op {"index_select", "(input: Tensor, dim: dim, index: Positions) -> Tensor", moves = true, infer = "index_select",
  contiguous = true, domain = "index_select",
  backward = function(o) return {input = o.grad:new_zeros(o.shape_of.input):index_add(o.dim, o.index, o.grad)} end,
  doc = [[The slices of dimension dim that the 1-dimensional index names, in its order. Any dtype.]],
  example = "torch.index_select(torch.eye(3), 1, torch.tensor({3, 1}))", gives = "{{0, 0, 1}, {1, 0, 0}}"}
op {"index_add", "(input: Tensor, dim: dim, index: Positions, source: Tensor, *, alpha: number = 1) -> Tensor",
  complex = true, infer = "index_add", numbers = "same",
  contiguous = true, inplace = "direct", domain = "index_add",
  backward = function(o)
    return {input = o.grad:helper("pass"), source = o.grad:index_select(o.dim, o.index):helper("scale", o.alpha)}
  end,
  doc = [[input with alpha · source added to the slices of dimension dim that the 1-dimensional index names. Repeated
positions add up, in order.]],
  example = "torch.index_add(torch.zeros(3, 2), 1, torch.tensor({1, 3}), torch.ones(2, 2))",
  gives = "{{1, 1}, {0, 0}, {1, 1}}"}
op {"take", "(input: Tensor, index: Positions) -> Tensor", domain = "take",
  composite = function(o)
    local places = o.index:reshape({o.index.numel})
    return o.input:reshape({o.input.numel}):index({1}, {places}):reshape(o.index.shape)
  end,
  doc = [[The elements at positions index of the flattened input, in the shape of index; negative ones count from the
end.]],
  example = "torch.take(torch.tensor({{1, 2}, {3, 4}}), torch.tensor({4, 1}))", gives = "{4, 1}"}
op {"masked_select", "(input: Tensor, mask: Tensor) -> Tensor", domain = "mask",
  check = {{"mask", 'mask.dtype == "bool"', "a bool tensor"},
    {"broadcast(input, mask, 0)", "shapes {input.shape} and {mask.shape} do not broadcast"}},
  composite = function(o)
    local shape = o.input.shape:broadcast(o.mask.shape)
    local places = o.mask:expand(shape):reshape({shape:product()}):nonzero()
    return o.input:expand(shape):reshape({shape:product()}):index_select(1, places:reshape({places.numel}))
  end,
  doc = [[The elements where mask (bool, broadcast with input) holds, as one dimension.]],
  example = "torch.masked_select(torch.arange(3), torch.tensor({true, false, true}))", gives = "{0, 2}"}
op {"nonzero", "(input: Tensor) -> Positions", complex = true, infer = "nonzero", contiguous = true,
  doc = [[The positions of the elements that are not 0: one row each, one column for each dimension.]],
  example = "torch.nonzero(torch.tensor({0, 5, 0, 7}))", gives = "{{2}, {4}}"}
-- x[{...}] with tensors among the items, called by the session's indexing. dims[i] is the
-- dimension that indices[i] belongs to.
op {"index", "(input: Tensor, dims: dims, indices: Positions[]) -> Tensor", moves = true, private = true,
  infer = "index", domain = "index",
  backward = "index", grad_inputs = {"input"}, save = {"indices"},
  doc = [[The indices broadcast to one shape, which stands in the result where the dims were when these are
neighbours, else first.]]}
op {"index_put", "(input: Tensor, values: Tensor, dims: dims, accumulate: bool = false, "
    .. "indices: Positions[]) -> Tensor", complex = true,
  amp = {cuda = "widest"}, private = true,
  infer = "index_put", inplace = "direct", domain = "index_put", backward = "index_put",
  grad_inputs = {"input", "values"}, save = {"indices"},
  doc = [[input with values (broadcast to the shape of index's result, cast to its dtype) written or added where index
would read.]]}

op {"one_hot", "(input: Positions, num_classes: int = -1) -> Tensor", module = "nn.functional", method = false,
  infer = "one_hot",
  contiguous = true,
  doc = [[int64 of one more dimension, of size num_classes: 1 at the position that input names, else 0. -1: the
largest position of input.]],
  example = "nn.functional.one_hot(torch.tensor({1, 3}))", gives = "{{1, 0, 0}, {0, 0, 1}}"}
op {"embedding", "(input: Positions, weight: Tensor, padding_idx: index = nil, max_norm: number = nil, "
    .. "norm_type: float = 2, scale_grad_by_freq: bool = false, sparse: bool = false) -> Tensor",
  module = "nn.functional", method = false, domain = "embedding", mutates = {"weight", when = "max_norm"},
  specialize = {"padding_idx", "max_norm", "scale_grad_by_freq"},
  check = {{"weight", "weight.ndim == 2", "2 dimensions"},
    {"input", 'input.dtype == "int64"', "a tensor of positions (int64)"},
    {"not given(padding_idx) or (padding_idx >= -weight.shape[1] and padding_idx < weight.shape[1])",
      "'padding_idx' (argument 3): outside the {weight.shape[1]} rows of weight"},
    {"not sparse or not scale_grad_by_freq",
      "'sparse' (argument 7): expected false beside scale_grad_by_freq, got true"},
    {"input.ndim < max_dims", "too many dimensions"}},
  composite = function(o)
    local weight, places = o.weight, o.input:reshape({o.input.numel})
    if o.max_norm then weight = weight:embedding_renorm(places, o.max_norm, o.norm_type) end
    return weight:index_select(1, places):reshape(o.input.shape .. {o.weight.shape[2]})
  end,
  backward = function(o)
    local shape, places = o.shape_of.weight, o.input:reshape({o.input.numel})
    local n, g = shape[1], o.grad:reshape({o.input.numel, shape[2]})
    if o.padding_idx then g = g:masked_fill(places:eq((o.padding_idx + n) % n):unsqueeze(2), 0) end
    if o.scale_grad_by_freq then -- divided by how often the row was read
      local times = places:new_zeros({n}):index_add(1, places, torch.ones_like(places))
      g = g / times:index_select(1, places):unsqueeze(2)
    end
    return {weight = g:new_zeros(shape):index_add(1, places, g)}
  end,
  doc = [[The rows of weight (n × d) that input names, in its shape with a last dimension of size d. The row
padding_idx gets no gradient.
With max_norm the rows that are read are first scaled, in weight, to a norm_type-norm of at most max_norm.
scale_grad_by_freq divides each
gradient by how often its row was read. With sparse the gradient of weight, where it is a leaf, has only the rows that
were read: weight.grad is a sparse tensor.]],
  example = "nn.functional.embedding(torch.tensor({2, 1}), torch.eye(3))", gives = "{{0, 1, 0}, {1, 0, 0}}"}
op {"embedding_renorm", "(weight: Tensor, indices: Positions, max_norm: number, norm_type: float) -> Tensor",
  private = true, composite = true,
  mutates = {"weight"},
  doc = [[weight itself, in which the rows that indices name were scaled to a norm of at most max_norm.]]}

for _, name in ipairs {"tril", "triu"} do
  op {name, "(input: Tensor, diagonal: int = 0) -> Tensor", infer = "triangle", contiguous = true, moves = true,
    inplace = true, domain = "matrix",
    backward = function(o) return {input = o.grad[name](o.grad, o.diagonal)} end,
    doc = ("The %s triangle of the last two dimensions, the rest 0; diagonal > 0 moves the border to the right.")
      :format(name == "tril" and "lower" or "upper"),
    example = ("torch.%s(torch.ones(3, 3))"):format(name),
    gives = name == "tril" and "{{1, 0, 0}, {1, 1, 0}, {1, 1, 1}}" or "{{1, 1, 1}, {0, 1, 1}, {0, 0, 1}}"}
end

local function by_position(o)
  return {input = o.grad:new_zeros(o.shape_of.input):scatter_add(o.dim, o.outs[2], o.grad)}
end
op {"sort", "(input: Tensor, dim: dim = -1, descending: bool = false, *, stable: bool = true) -> Tensor, Positions",
  infer = "sort",
  contiguous = true, backward = by_position, domain = "distinct",
  doc = [[The elements sorted along dim and where they were. Equal ones keep their order; NaN counts as the largest.
Radix sort: linear time.]],
  example = "torch.sort(torch.tensor({3, 1, 2}))", gives = "{1, 2, 3}, {2, 3, 1}"}
op {"argsort", "(input: Tensor, dim: dim = -1, descending: bool = false, *, stable: bool = true) -> Positions",
  composite = function(o) return (select(2, o.input:sort(o.dim, o.descending, {stable = o.stable}))) end,
  doc = [[The positions that sort input along dim; see sort.]], example = "torch.argsort(torch.tensor({3, 1, 2}))",
  gives = "{2, 3, 1}"}
op {"topk", "(input: Tensor, k: int, dim: dim = -1, largest: bool = true, sorted: bool = true) -> Tensor, Positions",
  infer = "topk",
  contiguous = true, backward = by_position, domain = "topk",
  doc = [[The k largest (smallest with largest = false) elements along dim, in order, and their positions; of equal
ones the first. NaN counts as the largest.]],
  example = "torch.topk(torch.tensor({3, 1, 2}), 2)", gives = "{3, 2}, {1, 3}"}
op {"nth_smallest", "(input: Tensor, n: int, dim: dim) -> Tensor, Positions", private = true, infer = "nth_smallest",
  contiguous = true, backward = by_position, domain = "nth_smallest",
  doc = [[The n-th smallest element of each line along dim, which stays with size 1, and its position, in the order of
sort: NaN counts as the largest. With n = 0 the one in the middle (of two the lower one), or NaN where there is one;
with n = -1 that of the elements that are not NaN.]]}

op {"cat", "(tensors: Tensor[], dim: dim = 1) -> Tensor",
  amp = {cpu = "widest"}, method = false,
  check = {{"tensors.n >= 1", "'tensors' (argument 1): expected at least one tensor"}},
  composite = function(o) return (torch.join(o.tensors, o.dim)) end,
  doc = [[Tensors joined along dim; other sizes agree. dtypes are promoted. 1-dimensional tensors without elements are
left out.]],
  example = "torch.cat({torch.zeros(2), torch.ones(3)})", gives = "{0, 0, 1, 1, 1}"}
-- The second result, the sizes along dim, is what the gradient needs of the inputs.
op {"join", "(tensors: Tensor[], dim: dim) -> Tensor, Tensor", moves = true, private = true, infer = "join",
  domain = "cat",
  backward = "join", grad_inputs = {"tensors"}, save = {"out2"}, doc = [[cat, and the sizes along dim.]]}
op {"stack", "(tensors: Tensor[], dim: dim = 1) -> Tensor",
  amp = {cpu = "widest"}, composite = true, method = false,
  doc = [[Tensors of one shape joined along a new dimension dim.]],
  example = "torch.stack({torch.zeros(2), torch.ones(2)})", gives = "{{0, 0}, {1, 1}}"}
