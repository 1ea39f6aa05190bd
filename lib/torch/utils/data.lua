--- torch.utils.data: data sets, the order in which they are read, and batches.
--
-- A data set is anything with a length and items: `#d` and `d[i]`, i from 1 to
-- #d. So a Lua array is one, and so is an object of a subclass:
--
--     local Squares = torch.class("Squares", torch.utils.data.Dataset)
--     function Squares:__len() return 100 end
--     function Squares:__getitem(i) return {torch.tensor(i), i * i} end
--
-- An item of several parts, as an image and its label, is an array of them: Lua's
-- `d[i]` has one result only. (For a loader alone, several results do as well.)
--
-- A data set that can gather many items faster than one by one also has
-- `__getitems(positions)`: `positions` is an int64 tensor (B); it returns the parts
-- of the batch, each with B rows, as several results, or nothing when it has no
-- faster way this time.
local torch = require "torch"
local options = require "torch.utils.options"
local sampler = require "torch.utils.data.sampler"
local fetch = require "torch.utils.data.fetch"
local iterable = require "torch.utils.data.iterable"
local loader = require "torch.utils.data.loader"
local workers = require "torch.utils.data.workers"

local data = {
  Sampler = sampler.Sampler,
  SequentialSampler = sampler.SequentialSampler,
  RandomSampler = sampler.RandomSampler,
  SubsetRandomSampler = sampler.SubsetRandomSampler,
  WeightedRandomSampler = sampler.WeightedRandomSampler,
  BatchSampler = sampler.BatchSampler,
  DistributedSampler = sampler.DistributedSampler,
  IterableDataset = iterable.IterableDataset,
  ChainDataset = iterable.ChainDataset,
  DataLoader = loader.DataLoader,
  default_collate = fetch.default_collate,
  get_worker_info = workers.get_worker_info,
}

--- torch.utils.data.position(name: string, i: int, n: int) -> int: For `__getitem` of the data
-- set `name`: i as a position from 1 to n; negative ones count from the end. Others raise.
local function position(name, i, n)
  if type(name) ~= "string" then options.wrong("position", "name", 1, "a string", name) end
  if not options.integer(n) then options.wrong("position", "n", 3, "an integer", n) end
  local given = i
  i = options.integer(given)
  if i == nil then options.wrong(name, "i", nil, "a position (an integer)", given) end
  local at = i < 0 and i + n + 1 or i
  if at < 1 or at > n then
    options.raise(("%s: position %d is outside 1 to %d"):format(name, i, n))
  end
  return at
end
data.position = position

-- The rows of a tensor of the data set `name` at positions, as `position` has them. Nearly always all of them are there
-- as they are, so that they are looked at one by one only where the rows cannot be taken.
local function rows_at(name, tensor, positions)
  local ok, rows = options.try(tensor.index_select, tensor, 1, positions)
  if ok then return rows end
  local list, n = positions:tolist(), tensor:size(1)
  for k, i in ipairs(list) do list[k] = position(name, i, n) end
  return tensor:index_select(1, torch.tensor(list, {dtype = "int64"}))
end

local length = options.length

--- The field that __init of `class` has set: a subclass may have left it out, and a method may be called with anything.
local function made(class, self, field)
  local kind, meta = type(self), getmetatable(self)
  local indexed = kind == "table" or kind == "userdata" and type(meta) == "table" and meta.__index
  local value = indexed and self[field]
  if type(value) == "table" and #value > 0 or torch.is_tensor(value) then return value end
  options.raise(("%s: expected a dataset whose %s.__init was called, got %s"):format(class, class,
    options.describe(self)))
end

-- Dataset ------------------------------------------------------------------

--- torch.utils.data.Dataset(): The class to subclass: `__len()` and `__getitem(i)` make a data set.
-- Example:
--     local Squares = torch.class("Squares", torch.utils.data.Dataset)
--     function Squares:__len() return 100 end
--     function Squares:__getitem(i) return i * i end
--     return #Squares(), Squares()[3]
local Dataset = torch.class("torch.utils.data.Dataset")
data.Dataset = Dataset

function Dataset:__getitem()
  options.raise("Dataset: the subclass must define __getitem(i)")
end

-- TensorDataset --------------------------------------------------------------

--- torch.utils.data.TensorDataset(...: Tensor): Item i is {a[i], b[i], …} of the tensors given;
-- their first dimensions have the same length.
-- Example: torch.utils.data.TensorDataset(torch.randn(4, 2), torch.arange(4))[1]
local TensorDataset = torch.class("torch.utils.data.TensorDataset", Dataset)
data.TensorDataset = TensorDataset

function TensorDataset:__init(...)
  local tensors = {...}
  if #tensors == 0 then options.raise("TensorDataset: expected at least one tensor, got nothing") end
  for k, tensor in ipairs(tensors) do
    if not torch.is_tensor(tensor) or tensor.ndim == 0 then
      options.wrong("TensorDataset", "tensors", k, "a tensor of 1 dimension or more", tensor)
    elseif #tensor ~= #tensors[1] then
      options.raise(("TensorDataset: 'tensors' (argument %d): expected %d rows as in argument 1, got %s")
        :format(k, #tensors[1], options.describe(tensor)))
    end
  end
  self.tensors = tensors
end

function TensorDataset:__len() return #made("TensorDataset", self, "tensors")[1] end

function TensorDataset:__getitem(i)
  local item, tensors = {}, made("TensorDataset", self, "tensors")
  local at = position("TensorDataset", i, #tensors[1])
  for k, tensor in ipairs(tensors) do item[k] = tensor[at] end
  return item
end

function TensorDataset:__getitems(positions)
  local parts = {}
  for k, tensor in ipairs(made("TensorDataset", self, "tensors")) do
    parts[k] = rows_at("TensorDataset", tensor, positions)
  end
  return table.unpack(parts)
end

-- Subset ------------------------------------------------------------------------

--- torch.utils.data.Subset(dataset: Dataset, indices: int[]|Tensor): The items of `dataset` at
-- `indices`, an array or a one-dimensional int64 tensor of positions.
-- Example: torch.utils.data.Subset({"a", "b", "c"}, {3, 1})[1]
local Subset = torch.class("torch.utils.data.Subset", Dataset)
data.Subset = Subset

function Subset:__init(dataset, indices)
  local n = length(dataset)
  if n == nil then options.wrong("Subset", "dataset", 1, "a dataset", dataset) end
  if type(indices) == "table" then
    indices = torch.tensor(indices, {dtype = "int64"})
  end
  if not torch.is_tensor(indices) or indices.ndim ~= 1 then
    options.wrong("Subset", "indices", 2, "an array of positions", indices)
  end
  if #indices > 0 then
    position("Subset", indices:min():item(), n)
    position("Subset", indices:max():item(), n)
  end
  self.dataset, self.indices = dataset, indices
end

function Subset:__len() return #made("Subset", self, "indices") end

function Subset:__getitem(i)
  local indices = made("Subset", self, "indices")
  return self.dataset[indices[position("Subset", i, #indices)]:item()]
end

function Subset:__getitems(positions)
  local indices = made("Subset", self, "indices")
  if not fetch.can_gather(self.dataset) then return nil end
  return self.dataset:__getitems(rows_at("Subset", indices, positions))
end

-- ConcatDataset ---------------------------------------------------------------------

--- torch.utils.data.ConcatDataset(datasets: table): The items of the first of an array of data
-- sets, then those of the second, …
-- Example: #torch.utils.data.ConcatDataset({{1, 2}, {3}})
local ConcatDataset = torch.class("torch.utils.data.ConcatDataset", Dataset)
data.ConcatDataset = ConcatDataset

function ConcatDataset:__init(datasets)
  if type(datasets) ~= "table" or #datasets == 0 then
    options.wrong("ConcatDataset", "datasets", 1, "an array of datasets", datasets)
  end
  local ends, total = {}, 0
  for k, dataset in ipairs(datasets) do
    local n = length(dataset)
    if n == nil then
      options.wrong("ConcatDataset", ("datasets[%d]"):format(k), nil, "a dataset", dataset)
    end
    total = total + n
    ends[k] = total
  end
  self.datasets, self.cumulative_sizes = datasets, ends
end

function ConcatDataset:__len()
  local ends = made("ConcatDataset", self, "cumulative_sizes")
  return ends[#ends]
end

function ConcatDataset:__getitem(i)
  local ends = made("ConcatDataset", self, "cumulative_sizes")
  local at = position("ConcatDataset", i, ends[#ends])
  local low, high = 1, #ends -- the first part that ends at or after `at`
  while low < high do
    local middle = (low + high) // 2
    if ends[middle] < at then low = middle + 1 else high = middle end
  end
  return self.datasets[low][at - (ends[low - 1] or 0)]
end

-- StackDataset ------------------------------------------------------------------------

--- torch.utils.data.StackDataset(...: Dataset): Item i has an item of each data set as its parts; in a table by name
-- (`StackDataset{image = a, label = b}`) it is a table with these names.
-- Example: torch.utils.data.StackDataset({"a", "b"}, {1, 2})[2]
local StackDataset = torch.class("torch.utils.data.StackDataset", Dataset)
data.StackDataset = StackDataset

function StackDataset:__init(...)
  local given = select("#", ...) == 1 and options.is_named((...)) and (...) or {...}
  local n, first
  for name, dataset in pairs(given) do
    local size = length(dataset)
    if size == nil then options.wrong("StackDataset", tostring(name), nil, "a dataset", dataset) end
    if n and size ~= n then
      options.raise(("StackDataset: expected data sets of one length: '%s' has %d items, '%s' %d"):format(
        tostring(first), n, tostring(name), size))
    end
    n, first = size, name
  end
  if n == nil then options.raise("StackDataset: expected at least one data set, got nothing") end
  self.datasets, self.length = given, n
end

function StackDataset:__len() return self.length end

function StackDataset:__getitem(i)
  local at, item = position("StackDataset", i, self.length), {}
  for name, dataset in pairs(self.datasets) do item[name] = fetch.existing("StackDataset", dataset, at) end
  return item
end

-- random_split -------------------------------------------------------------------------

--- Fractions of n to lengths: rounded down, what is left is dealt out one each
-- from the first on, as PyTorch does.
local function fractions_to_lengths(fractions, n)
  local lengths, used = {}, 0
  for k, fraction in ipairs(fractions) do
    lengths[k] = math.floor(n * fraction)
    used = used + lengths[k]
  end
  for k = 0, n - used - 1 do
    local at = k % #lengths + 1
    lengths[at] = lengths[at] + 1
  end
  return lengths
end

--- The lengths as integers. Numbers that add up to 1 are fractions, unless the one item is divided by them.
local function split_lengths(given, n)
  local sum, lengths, whole = 0, {}, true
  for k, part in ipairs(given) do
    if type(part) ~= "number" or not (part >= 0) then
      options.wrong("random_split", ("lengths[%d]"):format(k), nil, "0 or more", part)
    end
    sum, lengths[k] = sum + part, options.integer(part)
    whole = whole and lengths[k] ~= nil
  end
  if whole and sum == n then return lengths end
  local floats = false
  for _, part in ipairs(given) do floats = floats or math.type(part) == "float" end
  if floats and math.abs(sum - 1) < 1e-6 then return fractions_to_lengths(given, n) end
  options.raise(("random_split: the lengths add up to %s, the dataset has %d items"):format(sum, n))
end

--- torch.utils.data.random_split(dataset: Dataset, lengths: number[], {generator: generator =}) -> any:
-- Disjoint random subsets, as several results. `lengths` add up to #dataset, or are
-- fractions of 1.
-- Example: torch.utils.data.random_split({1, 2, 3, 4}, {0.5, 0.5})
function data.random_split(...)
  local given = options.read("random_split", {
    {"dataset", required = true}, {"lengths", kind = "table", required = true}, {"generator"},
  }, ...)
  local n = length(given.dataset)
  if n == nil then options.wrong("random_split", "dataset", 1, "a dataset", given.dataset) end
  local lengths = split_lengths(given.lengths, n)
  local order = sampler.permutation(n, given.generator)
  local subsets, start = {}, 1
  for k, part in ipairs(lengths) do
    subsets[k] = Subset(given.dataset, order:narrow(1, start, part))
    start = start + part
  end
  return table.unpack(subsets)
end

require "torch.utils.data.compose"(data)
return data
