--- DataLoader: batches of a data set, and default_collate, which makes them.
local torch = require "torch"
local options = require "torch.utils.options"
local sampler = require "torch.utils.data.sampler"
local collate = require "torch.utils.data.collate"

local loader = {}

--- torch.utils.data.default_collate(items: table) -> any: Tensors are stacked, numbers and
-- booleans become a tensor, strings stay an array, tables are batched part by part.
-- Items that are arrays {x, y} give several results: the batched x, the batched y.
-- Example: torch.utils.data.default_collate({{torch.ones(2), 1}, {torch.zeros(2), 2}})
function loader.default_collate(items)
  if type(items) ~= "table" or #items == 0 then
    options.wrong("default_collate", "items", 1, "an array of items", items)
  end
  local batch = collate(items)
  if type(items[1]) == "table" and #items[1] > 0 then return table.unpack(batch) end
  return batch
end

-- Fetch ------------------------------------------------------------------------

--- Whether fields of the data set may be asked for.
local function is_object(dataset)
  if torch.is_tensor(dataset) then return false end
  return type(dataset) == "userdata" or type(dataset) == "table"
end

--- Whether the data set has `__getitems`.
function loader.can_gather(dataset)
  return is_object(dataset) and dataset.__getitems ~= nil
end

--- An item of several parts may come as several results.
local function packed(first, ...)
  return select("#", ...) > 0 and {first, ...} or first
end

local function items_at(dataset, positions)
  local items, getitem = {}, is_object(dataset) and dataset.__getitem
  if torch.is_tensor(positions) then positions = positions:tolist() end
  for k, i in ipairs(positions) do
    if getitem then items[k] = packed(getitem(dataset, i)) else items[k] = dataset[i] end
    if items[k] == nil then
      options.raise(("DataLoader: the dataset has no item %s"):format(tostring(i)))
    end
  end
  return items
end

--- The batch, as several results, that a loader makes of `positions`, an int64
-- tensor or an array.
local function fetch(self, positions)
  if self.collate_fn then return self.collate_fn(items_at(self.dataset, positions)) end
  if loader.can_gather(self.dataset) then
    local gathered = torch.is_tensor(positions) and positions
      or torch.tensor(positions, {dtype = "int64"})
    local parts = table.pack(self.dataset:__getitems(gathered))
    if parts[1] ~= nil then return table.unpack(parts, 1, parts.n) end
  end
  return loader.default_collate(items_at(self.dataset, positions))
end

-- DataLoader ---------------------------------------------------------------------

--- An iterator over batches of positions, from the order as one tensor.
local function batches_of_tensor(order, batch_size, drop_last)
  local n, start = #order, 1
  return function()
    local size = math.min(batch_size, n - start + 1)
    if size < 1 or (drop_last and size < batch_size) then return nil end
    local positions = order:narrow(1, start, size)
    start = start + size
    return positions
  end
end

--- The same from a function that yields positions one by one.
local function batches_of_iterator(next_position, batch_size, drop_last)
  return function()
    local positions = {}
    for i in next_position do
      positions[#positions + 1] = i
      if #positions == batch_size then return positions end
    end
    if #positions == 0 or drop_last then return nil end
    next_position = function() end -- an iterator is not asked again after its end
    return positions
  end
end

--- The sampler of a loader may be an array or a tensor of positions, or an object
-- with `positions` or `iter`.
local function batches(self)
  local order = self.sampler
  if type(order) == "table" and getmetatable(order) == nil and order.iter == nil then
    order = torch.tensor(order, {dtype = "int64"})
  elseif not torch.is_tensor(order) then
    if order.positions == nil then
      return batches_of_iterator(order:iter(), self.batch_size, self.drop_last)
    end
    order = order:positions()
  end
  return batches_of_tensor(order, self.batch_size, self.drop_last)
end

--- torch.utils.data.DataLoader(dataset: Dataset, {batch_size: positive = 1, shuffle: bool = false,
-- sampler: any =, num_workers: count = 0, collate_fn: function =, drop_last: bool = false, generator: generator =}):
-- Batches of a data set.
--
-- `for x, y in loader:iter() do` runs over the batches once; with
-- `loader:enumerate()` their number, from 1, comes first. Each run has its own
-- state and, with `shuffle`, its own order, drawn from `generator`. A
-- `collate_fn(items)` gets an array of items; what it returns is the batch.
local DataLoader = torch.class("torch.utils.data.DataLoader")
loader.DataLoader = DataLoader

local PARAMETERS = {
  {"dataset"},
  {"batch_size", kind = "positive", default = 1},
  {"shuffle", kind = "boolean", default = false},
  {"sampler"},
  {"num_workers", kind = "count", default = 0},
  {"collate_fn", kind = "callable"},
  {"drop_last", kind = "boolean", default = false},
  {"generator"},
}

function DataLoader:__init(...)
  local given = options.read("DataLoader", PARAMETERS, ...)
  local dataset = given.dataset
  if options.length(dataset) == nil then
    options.wrong("DataLoader", "dataset", 1, "a dataset (#d and d[i])", dataset)
  end
  if given.sampler and given.shuffle then
    options.raise("DataLoader: 'sampler' and 'shuffle' exclude each other")
  end
  if given.num_workers > 0 then
    options.raise(("DataLoader: 'num_workers': expected 0 (items are read in this process), got %d")
      :format(given.num_workers))
  end
  for _, parameter in ipairs(PARAMETERS) do self[parameter[1]] = given[parameter[1]] end
  if self.sampler == nil then
    self.sampler = given.shuffle and sampler.RandomSampler(dataset, {generator = given.generator})
      or sampler.SequentialSampler(dataset)
  end
end

--- #loader: the number of batches.
function DataLoader:__len()
  local n, size = #self.sampler, self.batch_size
  return self.drop_last and n // size or (n + size - 1) // size
end

local function checked(k, first, ...)
  if first == nil then -- a `for` would take it for the end
    options.raise(("DataLoader: 'collate_fn' returned nothing for batch %d"):format(k))
  end
  return first, ...
end

--- loader:iter() -> function: For loops over the batches, once: `for x, y in loader:iter() do`.
function DataLoader:iter()
  local next_batch, k = batches(self), 0
  return function()
    local positions = next_batch()
    if positions == nil then return nil end
    k = k + 1
    return checked(k, fetch(self, positions))
  end
end

function DataLoader:__call()
  options.raise("DataLoader: expected 'for x, y in loader:iter() do': a loader is no iterator, so that loops over it"
    .. " can nest")
end

--- loader:enumerate() -> function: As iter, with the number of the batch, from 1, in front:
-- `for i, x, y in loader:enumerate() do`.
function DataLoader:enumerate()
  local next_batch, k = batches(self), 0
  return function()
    local positions = next_batch()
    if positions == nil then return nil end
    k = k + 1
    return k, checked(k, fetch(self, positions))
  end
end

return loader
