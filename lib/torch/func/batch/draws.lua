-- Rules of vmap for random numbers (see torch/func/batch.lua): other ones for each sample, or the same for all.
local rules = {}

-- Drawn for each element of the inputs.
local function elements(node)
  if node.random == "different" then return node:call(node:all_full()) end
end
for _, op in ipairs {"bernoulli", "poisson", "binomial_sample", "gamma_sample", "von_mises_sample"} do
  rules[op] = elements
end

-- Drawn in the shape of the input, whose elements do not count.
local function shaped(node)
  local x = node.inputs[1]
  if node.random == "different" then return node:call {node:full(1)} end
  return node:call {x.batched and x.t:select(1, 1) or x.t}, {true}
end
for _, op in ipairs {"uniform", "normal", "random", "bernoulli_fill", "rand_like", "randn_like"} do
  rules[op] = shaped
end

for _, op in ipairs {"rand", "randn", "randint", "randint_below", "normal_new"} do
  rules[op] = function(node)
    if node.random == "different" then return node:call({}, {size = node:size(node.a.size)}) end
    return node:call {}, {true}
  end
end

function rules.native_dropout(node)
  if node.random == "different" then return node:call {node:full(1)} end
  local x = node:full(1)
  local one = node:call {torch.ones_like(x:select(1, 1))}
  return {x * one[1], one[2]}, {false, true}
end

return rules
