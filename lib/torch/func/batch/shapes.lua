-- Rules of vmap for what changes shapes: views, joins, parts (see torch/func/batch.lua).
local rules = {}

--- The op on all inputs with the samples first and its `dim` behind them.
local function along(name)
  return function(node)
    local rank = node.inputs[1].rank
    return node:call(node:all_full(), {[name or "dim"] = node.shifted(node.a[name or "dim"], rank)})
  end
end

local function direct(node) return node:call(node:all_full()) end

for _, op in ipairs {"alias", "clone", "contiguous", "cast", "view_as_real", "view_as_complex", "real", "imag",
  "tril", "triu"} do rules[op] = direct end
for _, op in ipairs {"select", "narrow", "slice", "chunk", "split", "unbind", "cat", "select_scatter",
  "slice_scatter"} do rules[op] = along() end

function rules.split_sizes(node)
  return node:call({node:full(1), node.inputs[2].t}, {dim = node.shifted(node.a.dim, node.inputs[1].rank)})
end

function rules.join(node)
  return node:call(node:all_full(), {dim = node.shifted(node.a.dim, node.inputs[1].rank)}), {false, true}
end

function rules.stack(node)
  return node:call(node:all_full(), {dim = node.shifted(node.a.dim, node.inputs[1].rank + 1)})
end

function rules.unsqueeze(node)
  return node:call({node:full(1)}, {dim = node.shifted(node.a.dim, node.inputs[1].rank + 1)})
end

function rules.squeeze(node)
  local x, rank, dims = node:full(1), node.inputs[1].rank, node.a.dim
  if not dims then
    dims = {}
    for d = 1, rank do if x:size(d + 1) == 1 then dims[#dims + 1] = d end end
  else dims = node.shifted_all(dims, rank) end
  if rank == 0 or #dims == 0 then return {x} end
  return node:call({x}, {dim = dims})
end

function rules.t(node)
  local x = node:full(1)
  return {node.inputs[1].rank == 2 and x:transpose(2, 3) or x}
end

function rules.transpose(node)
  local rank = node.inputs[1].rank
  if rank == 0 then return {node:full(1)} end
  return node:call({node:full(1)}, {dim0 = node.shifted(node.a.dim0, rank), dim1 = node.shifted(node.a.dim1, rank)})
end

function rules.permute(node)
  return node:call({node:full(1)}, {dims = {0, table.unpack(node.shifted_all(node.a.dims, node.inputs[1].rank))}})
end

function rules.expand(node)
  return node:call({node:full(1, #node.a.size)}, {size = node:size(node.a.size)})
end

-- A view of what does not lie in order becomes a copy: nobody changes it.
function rules.view(node) return {node:full(1):reshape(node:size(node.sizes))} end
rules.reshape = rules.view

function rules.diagonal(node)
  local rank = node.inputs[1].rank
  return node:call({node:full(1)}, {dim1 = node.shifted(node.a.dim1, rank), dim2 = node.shifted(node.a.dim2, rank)})
end

function rules.diagonal_scatter(node)
  local rank = node.inputs[1].rank
  return node:call(node:all_full(), {dim1 = node.shifted(node.a.dim1, rank), dim2 = node.shifted(node.a.dim2, rank)})
end

function rules.diag_embed(node)
  local rank = node.inputs[1].rank + 1
  return node:call({node:full(1)}, {dim1 = node.shifted(node.a.dim1, rank), dim2 = node.shifted(node.a.dim2, rank)})
end

function rules.unfold(node)
  local rank = node.inputs[1].rank
  return node:call({node:full(1)}, {dimension = node.shifted(node.a.dimension, rank)})
end

-- The strides are those of a sample that lies in order.
function rules.as_strided(node)
  local x, size, stride = node:full(1):contiguous(), node:size(node.a.size), node.a.stride
  local length = x:numel() // node.n
  return {x:as_strided(size, {length, table.unpack(stride)}, math.max(node.a.storage_offset, 0))}
end

function rules.as_strided_scatter(node)
  local x = node:full(1):contiguous()
  local length = x:numel() // node.n
  return node:call({x, node:full(2)}, {size = node:size(node.a.size), stride = {length, table.unpack(node.a.stride)},
    storage_offset = math.max(node.a.storage_offset, 0)})
end

function rules.flip(node)
  return node:call({node:full(1)}, {dims = node.shifted_all(node.a.dims, node.inputs[1].rank)})
end

function rules.roll(node)
  local x, dims = node:full(1), node.a.dims
  if dims and #dims > 0 then return node:call({x}, {dims = node.shifted_all(dims, node.inputs[1].rank)}) end
  return {node:call({x:reshape(node.n, -1)}, {dims = {1}})[1]:reshape(x.shape)}
end

rules["repeat"] = function(node)
  return node:call({node:full(1, #node.a.repeats)}, {repeats = {1, table.unpack(node.a.repeats)}})
end

-- What is made like an input is the same for all samples: it is made like the first one.
local function like_first(node)
  local x = node.inputs[1]
  return node:call {x.batched and x.t:select(1, 1) or x.t}, {true}
end
for _, op in ipairs {"zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full",
  "new_empty"} do rules[op] = like_first end
for _, op in ipairs {"zeros", "ones", "full", "empty", "arange", "eye", "linspace"} do
  rules[op] = function(node) return node:call {}, {true} end
end

return rules
