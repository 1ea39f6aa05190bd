-- Batching for torch.func.vmap: a graph that was recorded for one sample (tensor/graph/) is run for all samples at
-- once, node by node. What depends on the samples has their number as its first dimension; what does not is as it was
-- recorded. The files of batch/ say by op how: a rule is a function of a node.
local options = require "torch.utils.options"
local nodes = require "torch.jit.node"

-- What ran without a rule, for tests: how often whole functions did, and which ops.
local batch = {loops = 0, single = {}}

-- ---- what the rules get -------------------------------------------------------------------

-- A node:
--   op, n      the name of its op, the number of samples
--   inputs     an array of {t = tensor, batched = bool, rank = dimensions of a sample}, false where none is given
--   a          its attributes by name; positions count from 0
--   ranks      of its results: the dimensions of a sample
--   random     "different" or "same"
local Node = {}
Node.__index = Node

--- Calls the op of the node with these tensors (false: not given) and with `changes` of its attributes.
function Node:call(tensors, changes) return nodes.call(self.graph, self.index, tensors, changes) end

--- Input k with the samples first, also where it is the same for all; `rank`: with so many dimensions behind them,
-- new ones in front of its own.
function Node:full(k, rank)
  local x = self.inputs[k]
  if not x then return false end
  local t = x.batched and x.t or x.t:unsqueeze(1)
  for _ = x.rank + 1, rank or x.rank do t = t:unsqueeze(2) end
  if x.batched then return t end
  local shape = {self.n}
  for d = 2, t.ndim do shape[d] = t:size(d) end
  return t:expand(shape)
end

--- The same, but what is the same for all has 1 sample.
function Node:lifted(k, rank)
  local x = self.inputs[k]
  if not x then return false end
  if not x.batched then return x.t end
  local t = x.t
  for _ = x.rank + 1, rank do t = t:unsqueeze(2) end
  return t
end

--- Input k with samples and its first dimension as one.
function Node:folded(k)
  local t = self:full(k)
  return t and t:flatten(1, 2)
end

--- What was folded, in two dimensions again.
function Node:unfolded(t) return t:reshape(self.n, -1, table.unpack(t.shape, 2)) end

--- All inputs with the samples first.
function Node:all_full(rank)
  local list = {}
  for k = 1, #self.inputs do list[k] = self:full(k, rank) end
  return list
end

--- The results for one sample after the other.
function Node:each()
  local columns, same = {}, {}
  for i = 1, self.n do
    local list = {}
    for k, x in ipairs(self.inputs) do list[k] = x and (x.batched and x.t:select(1, i) or x.t) end
    for k, t in ipairs(self:call(list)) do
      columns[k] = columns[k] or {}
      columns[k][i] = t
    end
  end
  for k, column in ipairs(columns) do
    if column[1] then columns[k] = torch.stack(column) else columns[k], same[k] = false, true end
  end
  return columns, same
end

--- Whether input k is given and depends on the samples.
function Node:is_batched(k) return self.inputs[k] and self.inputs[k].batched or false end

--- A position among the dimensions of a sample as one behind the samples.
function Node.shifted(d, rank)
  if d < 0 then return d + rank + 1 end
  return d + 1
end

function Node.shifted_all(list, rank)
  local result = {}
  for i, d in ipairs(list) do result[i] = Node.shifted(d, rank) end
  return result
end

--- A size with the samples in front.
function Node:size(list) return {self.n, table.unpack(list)} end

-- ---- the rules ---------------------------------------------------------------------------------

local rules, kinds

local function load_rules()
  rules, kinds = {}, {}
  for _, row in ipairs(torch._C.ops()) do kinds[row.name] = row end
  for _, family in ipairs {"shapes", "reductions", "matrices", "windows", "places", "losses", "draws"} do
    for op, rule in pairs(require("torch.func.batch." .. family)) do rules[op] = rule end
  end
end

-- Operands are broadcast from their last dimensions on, so the samples stay first when all have as many dimensions.
local function elementwise(node)
  local list, rank = {}, 0
  for _, x in ipairs(node.inputs) do if x and x.rank > rank then rank = x.rank end end
  for k = 1, #node.inputs do list[k] = node:lifted(k, rank) end
  return node:call(list)
end

local function one_by_one(node)
  options.warn(("vmap: '%s' has no rule: it is computed for one sample after the other"):format(node.op))
  batch.single[node.op] = true
  return node:each()
end

local function rule_of(op)
  return rules[op] or kinds[op].kind == "elementwise" and elementwise or one_by_one
end

-- Ops of which the shape of a result depends on data: what Lua did with one sample may be wrong for another one.
local OF_ONE <const> = {nonzero = true, masked_select = true, optimiser_step = true}

-- What is drawn by the elements of a tensor cannot be the same where these differ.
local BY_ELEMENTS <const> = {bernoulli = true, poisson = true, binomial_sample = true, gamma_sample = true,
  von_mises_sample = true, multinomial = true}

-- Why a node cannot be run for all samples; nil: it can.
local function obstacle(node, attributes, randomness)
  if randomness == "same" and BY_ELEMENTS[node.op] then
    return ("'%s' draws the same numbers from samples that differ"):format(node.op)
  end
  if node.in_place then return ("%s_ changes a tensor in place"):format(node.op) end
  if node.op == "native_batch_norm" and attributes.training and node.inputs[2] then
    return "batch_norm changes its running statistics"
  end
  if OF_ONE[node.op] or node.op == "one_hot" and attributes.num_classes < 0 then
    return ("the result of '%s' may be of another shape for another sample"):format(node.op)
  end
end

local function changes_in_place(op)
  for _, way in ipairs(torch._C.formula(op) or {}) do
    for _, step in ipairs(way.steps) do if step.in_place then return true end end
  end
  return false
end

-- Composites without a rule become the ops that they are made of.
local function take_apart(graph)
  local tried, again = {}, true
  while again do
    again = false
    for _, node in ipairs(graph:nodes()) do
      local row = kinds[node.op]
      if row and row.kind == "composite" and not rules[node.op] and not tried[node.op] then
        tried[node.op], again = true, true
        if not changes_in_place(node.op) then graph:decompose(node.op) end
        break
      end
    end
  end
end

local MEMORY <const> = {empty = true, empty_like = true, new_empty = true} -- draw nothing

--- Prepares a graph. Returns nil, or why it cannot be run for all samples at once, and whether it draws random numbers.
function batch.prepare(graph, randomness)
  if not rules then load_rules() end
  take_apart(graph)
  local depends, random = {}, false
  for i, value in ipairs(graph:values()) do depends[i] = value.kind == "input" or nil end
  for i, node in ipairs(graph:nodes()) do
    local row = kinds[node.op]
    if not row then return ("'%s' has no rule"):format(node.op) end
    local draws = row.random and not MEMORY[node.op]
    local any = draws
    for _, v in ipairs(node.inputs) do any = any or depends[v] end
    random = random or draws
    if any or node.in_place then
      local why = obstacle(node, nodes.attributes(graph, i), randomness)
      if why then return why, random end
      for _, v in ipairs(node.outputs) do if v then depends[v] = true end end
    end
  end
  return nil, random
end

-- last_uses[value]: the number of the last node that uses the value, after which it can be let go of. Results of the
-- graph have a number behind the last node.
local function last_uses(list, results)
  local last = {}
  for i, node in ipairs(list) do
    for _, v in ipairs(node.inputs) do if v then last[v] = i end end
  end
  for _, v in ipairs(results) do last[v] = #list + 1 end
  return last
end

-- The results of node i for all samples, which of them are the same for all, and whether the others differ.
local function run_node(graph, i, node, values, held, n, randomness)
  local row = kinds[node.op]
  local tensors, inputs, any = {}, {}, false
  for k, v in ipairs(node.inputs) do
    local x = v and held[v]
    tensors[k] = x and x.t or false
    inputs[k] = x or false
    any = any or x and x.batched
  end
  local draws = row.random and randomness == "different"
  if not any and not draws then return nodes.call(graph, i, tensors), {} end
  local ranks = {}
  for k, v in ipairs(node.outputs) do ranks[k] = v and #values[v].shape or 0 end
  local results, same = rule_of(node.op)(setmetatable({graph = graph, index = i, op = node.op, n = n, inputs = inputs,
    a = nodes.attributes(graph, i), ranks = ranks, random = randomness, sizes = node.outputs[1]
    and values[node.outputs[1]].shape}, Node))
  return results, same or {}, true
end

--- The results of a graph for all samples: `inputs` have them first. Returns an array of {t =, batched =}.
function batch.run(graph, inputs, n, randomness)
  local values, list, results = graph:values(), graph:nodes(), graph:results()
  local held, last, at = {}, last_uses(list, results), 0
  for i, value in ipairs(values) do
    if value.kind == "input" then
      at = at + 1
      held[i] = {t = inputs[at], batched = true, rank = #value.shape}
    elseif value.tensor then held[i] = {t = value.tensor, batched = false, rank = #value.shape} end
  end
  for i, node in ipairs(list) do
    local function run()
      local outs, same, any = run_node(graph, i, node, values, held, n, randomness)
      for k, v in ipairs(node.outputs) do
        if v and outs[k] then
          held[v] = {t = outs[k], batched = (any or false) and not same[k], rank = #values[v].shape}
        end
      end
    end
    if node.no_grad then torch.no_grad(run) else run() end
    for _, v in ipairs(node.inputs) do if v and last[v] == i then held[v] = nil end end
  end
  local out = {}
  for k, v in ipairs(results) do out[k] = held[v] or options.raise("vmap: a result is missing") end
  return out
end

return batch
