--- The order in which a DataLoader reads its data set.
--
-- A sampler has a length and `iter()`, which yields positions one by one:
--
--     for i in sampler:iter() do ... end
--
-- One that knows the whole order beforehand also has `positions()`, which
-- returns it as an int64 tensor; the loader prefers that, and makes no number
-- of each position.
local torch = require "torch"
local options = require "torch.utils.options"
local fetch = require "torch.utils.data.fetch"

local sampler = {}

--- torch.utils.data.Sampler(): The class to subclass: define `iter` (and `__len` for #loader),
-- or `positions`.
local Sampler = torch.class("torch.utils.data.Sampler")
sampler.Sampler = Sampler

--- sampler:iter() -> function: For loops over the positions, one by one.
function Sampler:iter()
  if self.positions == nil then options.raise("Sampler: a class of samplers defines 'iter' or 'positions'") end
  local order, i = self:positions():tolist(), 0
  return function()
    i = i + 1
    return order[i]
  end
end

--- torch.utils.data.SequentialSampler(data_source: Dataset): 1, 2, …, #data_source.
local SequentialSampler = torch.class("torch.utils.data.SequentialSampler", Sampler)
sampler.SequentialSampler = SequentialSampler

-- What a sampler counts the positions of: anything that has a length.
local function check_source(name, data_source)
  if options.length(data_source) == nil then
    options.wrong(name, "data_source", 1, "a data set or an array", data_source)
  end
end

function SequentialSampler:__init(data_source)
  check_source("SequentialSampler", data_source)
  self.data_source = data_source
end

function SequentialSampler:__len() return #self.data_source end

--- sampler:positions() -> Positions: All of them.
function SequentialSampler:positions()
  return torch.arange(1, #self.data_source + 1, {dtype = "int64"})
end

--- The positions 1 to n in a random order; `generator` may be nil.
function sampler.permutation(n, generator)
  if generator then return torch.randperm(n, {generator = generator}) end
  return torch.randperm(n)
end

--- torch.utils.data.RandomSampler(data_source: Dataset, {replacement: bool = false, num_samples: positive = nil,
-- generator: generator = nil}): A new random order at each iteration; of num_samples positions
-- (#data_source), repeated if replacement.
local RandomSampler = torch.class("torch.utils.data.RandomSampler", Sampler)
sampler.RandomSampler = RandomSampler

function RandomSampler:__init(...)
  local given = options.read("RandomSampler", {
    {"data_source"},
    {"replacement", kind = "boolean", default = false},
    {"num_samples", kind = "positive"},
    {"generator"},
  }, ...)
  check_source("RandomSampler", given.data_source)
  self.data_source, self.replacement = given.data_source, given.replacement
  self.num_samples, self.generator = given.num_samples, given.generator
end

function RandomSampler:__len() return self.num_samples or #self.data_source end

--- sampler:positions() -> Positions: A new random order.
function RandomSampler:positions()
  local n, wanted = #self.data_source, #self
  if self.replacement then
    return torch.randint(1, n + 1, {wanted}, {dtype = "int64", generator = self.generator})
  end
  options.room("RandomSampler", {wanted})
  local rounds = {}
  for k = 1, math.max(1, (wanted + n - 1) // math.max(n, 1)) do
    rounds[k] = sampler.permutation(n, self.generator)
  end
  local order = #rounds == 1 and rounds[1] or torch.cat(rounds, 1)
  return order:narrow(1, 1, wanted)
end

--- torch.utils.data.SubsetRandomSampler(indices: any, {generator: generator = nil}): The positions `indices` (an array
-- or a tensor) in a new random order at each iteration.
local SubsetRandomSampler = torch.class("torch.utils.data.SubsetRandomSampler", Sampler)
sampler.SubsetRandomSampler = SubsetRandomSampler

function SubsetRandomSampler:__init(...)
  local given = options.read("SubsetRandomSampler", {{"indices", required = true}, {"generator"}}, ...)
  local indices = given.indices
  if type(indices) == "table" then indices = torch.tensor(indices, {dtype = "int64"}) end
  if not torch.is_tensor(indices) or indices.ndim ~= 1 then
    options.wrong("SubsetRandomSampler", "indices", 1, "an array of positions", indices)
  end
  self.indices, self.generator = indices, given.generator
end

function SubsetRandomSampler:__len() return #self.indices end

--- sampler:positions() -> Positions: A new random order.
function SubsetRandomSampler:positions()
  return self.indices:index_select(1, sampler.permutation(#self.indices, self.generator))
end

--- torch.utils.data.WeightedRandomSampler(weights: any, num_samples: positive, {replacement: bool = true, generator:
-- generator = nil}): num_samples positions at each iteration; position i is drawn with a probability in proportion to
-- weights[i] (0 or more; an array or a tensor).
local WeightedRandomSampler = torch.class("torch.utils.data.WeightedRandomSampler", Sampler)
sampler.WeightedRandomSampler = WeightedRandomSampler

local function check_weights(given)
  local weights = given.weights
  if type(weights) == "table" then weights = torch.tensor(weights, {dtype = "float64"}) end
  if not torch.is_tensor(weights) or weights.ndim ~= 1 or #weights == 0 then
    options.wrong("WeightedRandomSampler", "weights", 1, "an array of numbers, 0 or more", weights)
  end
  weights = weights:double()
  if not (weights:ge(0):all():item() and weights:isfinite():all():item() and weights:sum():item() > 0) then
    options.raise("WeightedRandomSampler: 'weights' (argument 1): expected finite numbers, 0 or more, not all 0")
  end
  local drawn = weights:gt(0):sum():item()
  if not given.replacement and given.num_samples > drawn then
    options.raise(("WeightedRandomSampler: 'num_samples' (argument 2): expected at most %d, the positions with a"
      .. " weight, without replacement, got %d"):format(drawn, given.num_samples))
  end
  return weights
end

function WeightedRandomSampler:__init(...)
  local given = options.read("WeightedRandomSampler", {{"weights", required = true},
    {"num_samples", kind = "positive", required = true}, {"replacement", kind = "boolean", default = true},
    {"generator"}}, ...)
  self.weights = check_weights(given)
  self.num_samples, self.replacement, self.generator = given.num_samples, given.replacement, given.generator
end

function WeightedRandomSampler:__len() return self.num_samples end

--- sampler:positions() -> Positions: Drawn anew.
function WeightedRandomSampler:positions()
  return torch.multinomial(self.weights, self.num_samples, self.replacement, {generator = self.generator})
end

--- torch.utils.data.BatchSampler(sampler: any, batch_size: positive, drop_last: bool): Arrays of the positions of
-- `sampler`, batch_size each: a `batch_sampler` of DataLoader.
-- Example: torch.utils.data.BatchSampler(torch.utils.data.SequentialSampler({"a", "b", "c"}), 2, false):iter()()
local BatchSampler = torch.class("torch.utils.data.BatchSampler", Sampler)
sampler.BatchSampler = BatchSampler

function BatchSampler:__init(...)
  local given = options.read("BatchSampler", {{"sampler", required = true},
    {"batch_size", kind = "positive", required = true}, {"drop_last", kind = "boolean", required = true}}, ...)
  if not options.is_callable(options.field(given.sampler, "iter")) then
    options.wrong("BatchSampler", "sampler", 1, "a sampler", given.sampler)
  end
  self.sampler, self.batch_size, self.drop_last = given.sampler, given.batch_size, given.drop_last
end

function BatchSampler:__len()
  local n, size = #self.sampler, self.batch_size
  return self.drop_last and n // size or (n + size - 1) // size
end

--- sampler:iter() -> function: For loops over the arrays.
function BatchSampler:iter()
  local next_position = fetch.ending(self.sampler:iter())
  return function() return fetch.next_items(next_position, self.batch_size, self.drop_last) end
end

--- torch.utils.data.DistributedSampler(dataset: Dataset, {num_replicas: positive =, rank: positive =, shuffle: bool =
-- true, seed: int = 0, drop_last: bool = false}): Of an order of all positions that is the same in every process, the
-- part of process `rank` (from 1 to num_replicas): every num_replicas-th position from the rank-th on. The parts have
-- one length: the order is filled up from its beginning, or cut with drop_last. Call set_epoch before each epoch.
-- Example: torch.utils.data.DistributedSampler({1, 2, 3}, {num_replicas = 2, rank = 1, shuffle = false}):positions()
local DistributedSampler = torch.class("torch.utils.data.DistributedSampler", Sampler)
sampler.DistributedSampler = DistributedSampler

function DistributedSampler:__init(...)
  local given = options.read("DistributedSampler", {{"dataset"}, {"num_replicas", kind = "positive", required = true},
    {"rank", kind = "positive", required = true}, {"shuffle", kind = "boolean", default = true},
    {"seed", kind = "integer", default = 0}, {"drop_last", kind = "boolean", default = false}}, ...)
  check_source("DistributedSampler", given.dataset)
  if given.rank > given.num_replicas then
    options.wrong("DistributedSampler", "rank", nil, ("1 to num_replicas, %d"):format(given.num_replicas), given.rank)
  end
  for name, value in pairs(given) do self[name] = value end
  self.epoch = 0
end

function DistributedSampler:__len()
  local n, replicas = #self.dataset, self.num_replicas
  return self.drop_last and n // replicas or (n + replicas - 1) // replicas
end

--- sampler:set_epoch(epoch: int): The number of the epoch, which decides its order with the seed.
function DistributedSampler:set_epoch(epoch)
  if not options.integer(epoch) then options.wrong("set_epoch", "epoch", 1, "an integer", epoch) end
  self.epoch = epoch
end

--- sampler:positions() -> Positions: The part of this process.
function DistributedSampler:positions()
  local n, total = #self.dataset, #self * self.num_replicas
  local order = torch.arange(1, n + 1, {dtype = "int64"})
  if self.shuffle then order = sampler.permutation(n, torch.Generator():manual_seed(self.seed + self.epoch)) end
  local index = torch.arange(self.rank - 1, total, self.num_replicas, {dtype = "int64"})
  return order:index_select(1, index % math.max(n, 1) + 1)
end

return sampler
