--- Data sets that are read from front to back: streams, files of unknown length.
local torch = require "torch"
local options = require "torch.utils.options"

local iterable = {}

--- torch.utils.data.IterableDataset(): The class to subclass for data that is read from front to back: `iter()` gives a
-- function that returns the next item at each call (its parts as several results, or as an array), and nil at the end.
-- A DataLoader with several workers reads it in each of them: `torch.utils.data.get_worker_info()` says which one asks.
-- Example:
--     local Count = torch.class("Count", torch.utils.data.IterableDataset)
--     function Count:iter()
--       local i = 0
--       return function() i = i + 1 return i <= 4 and i or nil end
--     end
--     return torch.utils.data.DataLoader(Count(), {batch_size = 4}):iter()()
local IterableDataset = torch.class("torch.utils.data.IterableDataset")
iterable.IterableDataset = IterableDataset

--- dataset:iter() -> function: An iterator over the items, from the first one on.
function IterableDataset:iter()
  options.raise("IterableDataset: the subclass must define iter()")
end

--- Whether a data set is read from front to back.
function iterable.is_iterable(dataset)
  return type(dataset) == "userdata" and torch.isinstance(dataset, IterableDataset)
end

--- The iterator of a data set.
function iterable.iterate(dataset)
  local iterator = dataset:iter()
  if not options.is_callable(iterator) then
    options.raise(("IterableDataset: iter() returned %s, expected a function"):format(options.describe(iterator)))
  end
  return iterator
end

--- torch.utils.data.ChainDataset(datasets: table): The items of the first of an array of iterable data sets, then those
-- of the second, …
local ChainDataset = torch.class("torch.utils.data.ChainDataset", IterableDataset)
iterable.ChainDataset = ChainDataset

function ChainDataset:__init(datasets)
  if type(datasets) ~= "table" or #datasets == 0 then
    options.wrong("ChainDataset", "datasets", 1, "an array of iterable data sets", datasets)
  end
  for k, dataset in ipairs(datasets) do
    if not iterable.is_iterable(dataset) then
      options.wrong("ChainDataset", ("datasets[%d]"):format(k), nil, "an IterableDataset", dataset)
    end
  end
  self.datasets = datasets
end

--- dataset:iter() -> function: An iterator over the items of all.
function ChainDataset:iter()
  local k, iterator = 0, nil
  local function next_item(first, ...)
    if first ~= nil then return first, ... end
    k = k + 1
    if self.datasets[k] == nil then
      k = #self.datasets
      iterator = nil
      return nil
    end
    iterator = iterable.iterate(self.datasets[k])
    return next_item(iterator())
  end
  return function()
    if iterator == nil and k > 0 then return nil end
    return next_item(iterator and iterator())
  end
end

function ChainDataset:__len()
  local n = 0
  for _, dataset in ipairs(self.datasets) do
    n = n + (options.length(dataset) or options.raise("ChainDataset: a data set has no length (__len)"))
  end
  return n
end

return iterable
