-- Rules of vmap for convolutions, pools, attention and recurrent layers (see torch/func/batch.lua). Where the weights
-- are the same for all samples, the samples join the batch that these ops have; else each has groups of its own.
local channels = require "torch.func.batch.channels"

local rules = {}

local as_channels, as_samples = channels.join, channels.part

local function with_first(list, n) return {list[1] * n, table.unpack(list, 2)} end

-- Planes without a batch get one of size 1. Returns the input, and what takes it away from a result.
local function with_batch(node)
  if node.inputs[1].rank == 4 then return node:full(1), function(t) return t end end
  return node:full(1):unsqueeze(2), function(t) return t:squeeze(2) end
end

function rules.conv2d(node)
  local x, without = with_batch(node)
  local weight, bias = node.inputs[2], node.inputs[3]
  if not weight.batched and not node:is_batched(3) then
    return {without(node:unfolded(node:call {x:flatten(1, 2), weight.t, bias and bias.t}[1]))}
  end
  local b = node:full(3)
  local y = node:call({as_channels(x), node:folded(2), b and b:flatten()}, {groups = node.a.groups * node.n})[1]
  return {without(as_samples(node, y))}
end

-- 'size' of four dimensions; without a batch one of 1 stands in front.
local function size_with_batch(size) return #size == 4 and size or {1, table.unpack(size)} end

function rules.conv2d_input(node)
  local g, without = with_batch(node)
  local size = size_with_batch(node.a.size)
  if not node:is_batched(2) then
    local y = node:call({g:flatten(1, 2), node.inputs[2].t}, {size = with_first(size, node.n)})[1]
    return {without(node:unfolded(y))}
  end
  local y = node:call({as_channels(g), node:folded(2)},
    {size = {size[1], size[2] * node.n, size[3], size[4]}, groups = node.a.groups * node.n})[1]
  return {without(as_samples(node, y))}
end

function rules.conv2d_weight(node)
  local x, g = with_batch(node), node:full(2)
  if node.inputs[2].rank == 3 then g = g:unsqueeze(2) end
  local y = node:call({as_channels(x), as_channels(g)},
    {size = with_first(node.a.size, node.n), groups = node.a.groups * node.n})[1]
  return {node:unfolded(y)}
end

--- The samples join the first dimension of all inputs; `size` too, where there is one.
local function joined(node)
  local list = {}
  for k in ipairs(node.inputs) do list[k] = node:folded(k) end
  local results = node:call(list, {size = node.a.size and with_first(node.a.size, node.n)})
  for k, t in ipairs(results) do results[k] = t and node:unfolded(t) end
  return results
end
for _, op in ipairs {"avg_pool2d_adjoint", "grid_sampler_along", "grid_sampler_slope",
  "grid_sampler_spread"} do rules[op] = joined end

local function pool(node)
  local x, without = with_batch(node)
  local results = node:call {x:flatten(1, 2)}
  for k, t in ipairs(results) do results[k] = t and without(node:unfolded(t)) end
  return results
end
for _, op in ipairs {"max_pool2d", "max_pool2d_with_indices", "avg_pool2d"} do rules[op] = pool end

-- A mask has the dimensions of the scores (N×H×L×S), some of them 1, or fewer in front.
local function attention(mask_at)
  return function(node)
    local list, n = {}, node.inputs[1].t:size(node:is_batched(1) and 2 or 1)
    for k, x in ipairs(node.inputs) do
      if k ~= mask_at or not x then list[k] = node:folded(k)
      else
        local mask = node:full(k, 4)
        list[k] = mask:expand(node.n, n, mask:size(3), mask:size(4), mask:size(5)):flatten(1, 2)
      end
    end
    local results = node:call(list)
    for k, t in ipairs(results) do results[k] = t and node:unfolded(t) end
    return results
  end
end
-- Sequences are (T×B×…), states (B×H). The samples join the batch.
function rules.recurrent(node)
  for k = 4, 7 do if node:is_batched(k) then return node:each() end end
  local list = {as_channels(node:full(1)), node:folded(2), node:folded(3)}
  for k = 4, 7 do list[k] = node.inputs[k] and node.inputs[k].t end
  local results = node:call(list)
  for k, t in ipairs(results) do
    results[k] = t.ndim == 3 and as_samples(node, t) or t:expand(node.n, table.unpack(t.shape))
  end
  return results
end

rules.attention, rules.attention_backward = attention(4), attention(5)

return rules
