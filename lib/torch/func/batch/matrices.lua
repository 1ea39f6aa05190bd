-- Rules of vmap for products of matrices, linear layers and norms (see torch/func/batch.lua).
local channels = require "torch.func.batch.channels"

local rules = {}

local as_channels, as_samples = channels.join, channels.part

-- One more dimension in front of the matrices is what matmul does itself. A column times a row is no sum.
local function product(x, y)
  if x.ndim == 3 and y.ndim == 3 and x:size(3) == 1 and not x:is_complex() then return x * y end
  return torch.matmul(x, y)
end

function rules.mm(node) return {product(node:lifted(1, 2), node:lifted(2, 2))} end

function rules.bmm(node)
  return {node:unfolded(torch.bmm(node:folded(1), node:folded(2)))}
end

function rules.euclidean_distances(node)
  return {node:unfolded(torch._C.call("euclidean_distances", node:folded(1), node:folded(2)))}
end

function rules.addmm(node)
  local y = product(node:lifted(2, 2), node:lifted(3, 2))
  if node.a.alpha ~= 1 then y = y * node.a.alpha end
  if y.ndim == 2 then y = y:expand(node.n, table.unpack(y.shape)) end
  if node.a.beta == 0 then return {y} end
  local x = node:lifted(1, 2)
  return {y + (node.a.beta == 1 and x or x * node.a.beta)}
end

function rules.linear(node)
  local x, w = node.inputs[1], node.inputs[2]
  if not w.batched and not node:is_batched(3) then return node:call {x.t, w.t, node.inputs[3] and node.inputs[3].t} end
  local input, weight, y = node:full(1), node:full(2), nil
  if w.rank == 1 then weight = weight:unsqueeze(2) end
  if x.rank == 1 then input = input:unsqueeze(2) end
  local rows = input:reshape(node.n, -1, input:size(-1))
  if w.batched then y = torch.bmm(rows, weight:transpose(2, 3))
  else y = torch.matmul(rows, weight:select(1, 1):t()) end
  local bias = node:full(3)
  if bias then y = y + (w.rank == 1 and bias:reshape(node.n, 1, 1) or bias:unsqueeze(2)) end
  return {y:reshape(node:size(node.sizes))}
end

-- Dimensions in front of those of a vector or a matrix are its own matter.
function rules.matmul(node)
  local a, b = node.inputs[1], node.inputs[2]
  local x, y = node:full(1), node:full(2)
  if a.rank == 1 then x = x:unsqueeze(2) end
  if b.rank == 1 then y = y:unsqueeze(3) end
  local rank = math.max(x.ndim, y.ndim)
  while x.ndim < rank do x = x:unsqueeze(2) end
  while y.ndim < rank do y = y:unsqueeze(2) end
  if not b.batched and rank == 3 then y = y:select(1, 1) end
  return {torch.matmul(x, y):reshape(node:size(node.sizes))}
end

-- Factorisations take any number of matrices.
for _, op in ipairs {"lapack_cholesky", "lapack_eigh", "lapack_lu", "lapack_svd", "lapack_geqrf", "lapack_solve",
  "lapack_triangular", "lapack_permutation"} do
  rules[op] = function(node)
    local rank = 0
    for _, x in ipairs(node.inputs) do if x and x.rank > rank then rank = x.rank end end
    local list = {}
    for k in ipairs(node.inputs) do list[k] = node:full(k) end
    return node:call(list)
  end
end

-- ---- norms ---------------------------------------------------------------------------------------

-- The rows of all samples, one below the other.
function rules.native_layer_norm(node)
  local rows, weight, bias = node:folded(1), node.inputs[2], node.inputs[3]
  local own = node:is_batched(2) or node:is_batched(3)
  local results = node:call {rows, not own and weight and weight.t, not own and bias and bias.t}
  for k = 1, 3 do results[k] = node:unfolded(results[k]) end
  if own and weight then results[1] = results[1] * node:full(2):unsqueeze(2) end
  if own and bias then results[1] = results[1] + node:full(3):unsqueeze(2) end
  return results
end

-- The gradients of weight and bias are sums over the rows of a sample.
function rules.layer_norm_backward(node)
  local g, x, mean, invstd = node:full(1), node:full(2), node:full(4), node:full(5)
  local weight = node.inputs[3]
  local scaled = g
  if weight then scaled = weight.batched and g * weight.t:unsqueeze(2) or g * weight.t end
  local of_input = node:unfolded(node:call {scaled:flatten(1, 2), x:flatten(1, 2), false, mean:flatten(),
    invstd:flatten()}[1])
  local normal = (x - mean:unsqueeze(3)) * invstd:unsqueeze(3)
  return {of_input, (g * normal):sum(2), g:sum(2)}
end

-- A vector with a number for each channel of every sample, beside results (samples, N, C, …); false: not given.
local function beside_channels(node, k, t)
  local vector = node:full(k)
  if not vector then return false end
  vector = vector:unsqueeze(2)
  while vector.ndim < t.ndim do vector = vector:unsqueeze(vector.ndim + 1) end
  return vector
end

function rules.native_group_norm(node)
  local weight, bias = node.inputs[2], node.inputs[3]
  local own = node:is_batched(2) or node:is_batched(3)
  local results = node:call {node:folded(1), not own and weight and weight.t, not own and bias and bias.t}
  for k = 1, 3 do results[k] = node:unfolded(results[k]) end
  if own and weight then results[1] = results[1] * beside_channels(node, 2, results[1]) end
  if own and bias then results[1] = results[1] + beside_channels(node, 3, results[1]) end
  return results
end

-- The gradients of weight and bias are sums over the elements of a sample.
function rules.group_norm_backward(node)
  local g, x = node:full(1), node:full(2)
  local weight = beside_channels(node, 3, g)
  local scaled = weight and g * weight or g
  local mean, invstd = node:folded(4), node:folded(5)
  local of_input = node:unfolded(node:call {scaled:flatten(1, 2), x:flatten(1, 2), false, mean, invstd}[1])
  local rows = x:reshape(mean:numel(), -1)
  local normal = ((rows - mean:unsqueeze(2)) * invstd:unsqueeze(2)):reshape(x.shape)
  local others = {2}
  for k = 4, x.ndim do others[#others + 1] = k end
  return {of_input, (g * normal):sum(others), g:sum(others)}
end

local function vectors(node, k)
  local t = node:full(k)
  return t and t:flatten()
end

function rules.native_batch_norm(node)
  local results = node:call {as_channels(node:full(1)), vectors(node, 2), vectors(node, 3), vectors(node, 4),
    vectors(node, 5)}
  results[1] = as_samples(node, results[1])
  for k = 2, 3 do results[k] = results[k]:reshape(node.n, -1) end
  return results
end

function rules.batch_norm_backward(node)
  local results = node:call {as_channels(node:full(1)), as_channels(node:full(2)), vectors(node, 3),
    vectors(node, 4), vectors(node, 5)}
  results[1] = as_samples(node, results[1])
  for k = 2, 3 do results[k] = results[k] and results[k]:reshape(node.n, -1) end
  return results
end

return rules
