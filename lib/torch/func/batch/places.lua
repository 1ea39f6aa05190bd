-- Rules of vmap for what reads and writes at positions (see torch/func/batch.lua). Positions count from 0 here.
local all_along = require "torch.func.batch.all_along"
local rules = {}

-- Positions that lie beside the elements have their shape: each sample has its own.
for _, op in ipairs {"gather", "scatter", "scatter_add", "scatter_fold", "scatter_value"} do rules[op] = all_along end

-- So much is added to the positions of each sample where the rows of all samples stand below each other.
local function offsets(node, rows, ndim)
  local shape = {node.n}
  for d = 2, ndim do shape[d] = 1 end
  return (torch.arange(0, node.n, {dtype = "int64"}) * rows):reshape(shape)
end

local function with_offsets(node, k, rows)
  local index = node:full(k)
  return torch.where(index:lt(0), index + rows, index) + offsets(node, rows, index.ndim)
end

function rules.index_select(node)
  local x, index, rank = node.inputs[1], node.inputs[2], math.max(node.inputs[1].rank, 1)
  local dim = node.shifted(node.a.dim, rank)
  if not index.batched then return node:call({node:full(1), index.t}, {dim = dim}) end
  if not x.batched then -- the samples of the index come to stand where the dimension is
    local y = node:call({x.t, index.t:flatten()}, {dim = dim - 1})[1]
    local shape = {table.unpack(y.shape)}
    table.remove(shape, dim)
    table.insert(shape, dim, node.n)
    table.insert(shape, dim + 1, index.t:numel() // node.n)
    return {y:reshape(shape):movedim(dim, 1):reshape(node:size(node.sizes))}
  end
  local front = node:full(1):movedim(dim + 1, 2)
  local rows = front:size(2)
  local y = node:call({front:flatten(1, 2), with_offsets(node, 2, rows):flatten()}, {dim = 0})[1]
  return {y:reshape(node.n, -1, table.unpack(front.shape, 3)):movedim(2, dim + 1)}
end

function rules.index_add(node)
  local index, rank = node.inputs[2], node.inputs[1].rank
  local dim = node.shifted(node.a.dim, rank)
  if not index.batched then return node:call({node:full(1), index.t, node:full(3)}, {dim = dim}) end
  local front, source = node:full(1):movedim(dim + 1, 2), node:full(3):movedim(dim + 1, 2)
  local y = node:call({front:flatten(1, 2), with_offsets(node, 2, front:size(2)):flatten(), source:flatten(1, 2)},
    {dim = 0})[1]
  return {y:reshape(front.shape):movedim(2, dim + 1)}
end

-- Rows of one table for all; of a table of each sample the rows stand below each other.
function rules.embedding(node)
  local weight = node.inputs[2]
  if not weight.batched then return node:call {node:full(1), weight.t} end
  local rows = weight.t:size(2)
  return node:call {with_offsets(node, 1, rows), weight.t:flatten(1, 2)}
end

function rules.one_hot(node) return node:call({node:full(1)}, {num_classes = node.sizes[#node.sizes]}) end

-- ---- x[{i, j, …}] ----------------------------------------------------------------------------------

local function index_parts(node, first)
  local dims, rank, batched = node.a.dims, 0, false
  for k = first, #node.inputs do
    rank, batched = math.max(rank, node.inputs[k].rank), batched or node.inputs[k].batched
  end
  local together = true
  for i = 2, #dims do together = together and dims[i] == dims[i - 1] + 1 end
  return dims, rank, batched, together
end

-- Where the positions depend on the samples, or elements are written, the samples are one more list of positions.
local function with_samples(node, first, rank)
  local shape, dims = {node.n}, {0}
  for d = 1, rank do shape[d + 1] = 1 end
  local list = {torch.arange(0, node.n, {dtype = "int64"}):reshape(shape)}
  for k = first, #node.inputs do list[#list + 1] = node:lifted(k, rank) end
  for i, d in ipairs(node.a.dims) do dims[i + 1] = d + 1 end
  return list, dims
end

function rules.index(node)
  local dims, rank, batched, together = index_parts(node, 2)
  local at = together and dims[1] or 0 -- where the dimensions of the positions stand in a result of one sample
  if not batched then
    local list, shifted = {node:full(1)}, {}
    for k = 2, #node.inputs do list[k] = node.inputs[k].t end
    for i, d in ipairs(dims) do shifted[i] = d + 1 end
    local y = node:call(list, {dims = shifted})[1]
    return {together and y or y:movedim(rank + 1, 1)}
  end
  local list, shifted = with_samples(node, 2, rank)
  local y = node:call({node:full(1), table.unpack(list)}, {dims = shifted})[1] -- samples, positions, what is left
  for _ = 1, at > 0 and rank or 0 do y = y:movedim(2, rank + at + 1) end
  return {y}
end

function rules.index_put(node)
  local dims, rank, _, together = index_parts(node, 3)
  local list, shifted = with_samples(node, 3, rank)
  local left = node.inputs[1].rank - #dims
  local values = node:full(2, rank + left)
  for _ = 1, together and dims[1] or 0 do values = values:movedim(2, rank + dims[1] + 1) end -- behind the positions
  return node:call({node:full(1), values, table.unpack(list)}, {dims = shifted})
end

return rules
