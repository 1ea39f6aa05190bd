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
  local rounds = {}
  for k = 1, math.max(1, (wanted + n - 1) // math.max(n, 1)) do
    rounds[k] = sampler.permutation(n, self.generator)
  end
  local order = #rounds == 1 and rounds[1] or torch.cat(rounds, 1)
  return order:narrow(1, 1, wanted)
end

return sampler
