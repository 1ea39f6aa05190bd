-- Rules of vmap for reductions and for what runs along a dimension (see torch/func/batch.lua).
local all_along = require "torch.func.batch.all_along"
local rules = {}

-- A sample without dimensions gets one, and the results lose it again.
local function with_dimension(node, run)
  local x, rank = node:full(1), node.inputs[1].rank
  if rank > 0 then return run(x, rank) end
  local results = run(x:unsqueeze(2), 1)
  for k, t in ipairs(results) do if t.ndim > 1 then results[k] = t:select(2, 1) end end
  return results
end

-- `dim` is a list of dimensions; none: all of them.
local function over(node)
  return with_dimension(node, function(x, rank)
    local dims = node.a.dim
    if dims and #dims > 0 then dims = node.shifted_all(dims, rank)
    else
      dims = {}
      for d = 1, rank do dims[d] = d end
    end
    return node:call({x}, {dim = dims})
  end)
end
for _, op in ipairs {"all", "any", "amax", "amin", "mean", "sum", "prod", "native_norm", "native_var", "norm",
  "power_norm"} do
  rules[op] = over
end

local function along(node)
  return with_dimension(node, function(x, rank)
    return node:call({x}, {dim = node.shifted(node.a.dim, rank)})
  end)
end
for _, op in ipairs {"cumsum", "cumsum_reverse", "cumprod", "cummax", "cummin", "logcumsumexp", "max_dim", "min_dim",
  "sort", "topk", "nth_smallest", "softmax", "log_softmax", "fourier"} do rules[op] = along end

for _, op in ipairs {"softmax_backward", "log_softmax_backward", "linear_scan"} do rules[op] = all_along end

-- Without a dimension the position counts all elements of a sample.
local function position(node)
  if node.a.dim then return along(node) end
  local x = node:full(1)
  local result = node:call({x:reshape(node.n, -1)}, {dim = 1, keepdim = false})[1]
  for _ = 1, node.ranks[1] do result = result:unsqueeze(2) end
  return {result}
end
rules.argmax, rules.argmin = position, position

function rules.max(node) return {(node:full(1):reshape(node.n, -1):max(2))} end
function rules.min(node) return {(node:full(1):reshape(node.n, -1):min(2))} end

return rules
