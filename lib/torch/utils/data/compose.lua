-- Methods that make a data set of another one.
local torch = require "torch"
local options = require "torch.utils.options"
local fetch = require "torch.utils.data.fetch"
local iterable = require "torch.utils.data.iterable"
local sampler = require "torch.utils.data.sampler"

local function check_function(name, f)
  if not options.is_callable(f) then options.wrong(name, "f", 1, "a function", f) end
end

local function check_count(name, n)
  local count = options.integer(n)
  if count == nil or count < 0 then options.wrong(name, "n", 1, "an integer, 0 or more", n) end
  return count
end

--- What f makes of an item, as one item. Its parts are the arguments.
local function applied(who, f, item)
  local made = fetch.packed(f(fetch.parts(item)))
  if made == nil then options.raise(who .. ": the function returned nothing for an item") end
  return made
end

--- The parts of several items in one.
local function joined(items)
  local all = {}
  for _, item in ipairs(items) do
    for _, part in ipairs {fetch.parts(item)} do all[#all + 1] = part end
  end
  return all
end

local BATCH <const> = {{"batch_size", kind = "positive", required = true},
  {"drop_last", kind = "boolean", default = false}, {"collate_fn", kind = "callable"}}

local function collated(given, items) return fetch.packed((given.collate_fn or fetch.default_collate)(items)) end

-- Data sets with positions -----------------------------------------------------------------

local function positioned(data)
  local Dataset, Subset = data.Dataset, data.Subset

  --- A data set of n items, item i made by get(i).
  local Made = torch.class("torch.utils.data.Made", Dataset)
  function Made:__init(name, n, get) self.name, self.n, self.get = name, n, get end
  function Made:__len() return self.n end
  function Made:__getitem(i) return self.get(data.position(self.name, i, self.n)) end

  --- dataset:map(f: function) -> Dataset: Item i is what f gives for the parts of item i, made when it is read.
  -- Example: torch.utils.data.TensorDataset(torch.arange(3)):map(function(x) return x * x end)[3]
  function Dataset:map(f)
    check_function("map", f)
    return Made("map", #self, function(i) return applied("map", f, fetch.existing("map", self, i)) end)
  end

  --- dataset:filter(f: function) -> Dataset: The items for whose parts f gives true. It reads all items once.
  function Dataset:filter(f)
    check_function("filter", f)
    local kept = {}
    for i = 1, #self do
      if f(fetch.parts(fetch.existing("filter", self, i))) then kept[#kept + 1] = i end
    end
    return Subset(self, kept)
  end

  --- dataset:shuffle({generator: generator = nil}) -> Dataset: The items in a random order, drawn now.
  function Dataset:shuffle(...)
    local given = options.read("shuffle", {{"generator"}}, nil, ...)
    return Subset(self, sampler.permutation(#self, given.generator))
  end

  --- dataset:batch(batch_size: positive, {drop_last: bool = false, collate_fn: function = nil}) -> Dataset: Item i is
  -- the i-th batch.
  function Dataset:batch(...)
    local given = options.read("batch", BATCH, ...)
    local n, size = #self, given.batch_size
    local batches = given.drop_last and n // size or (n + size - 1) // size
    return Made("batch", batches, function(i)
      local items = {}
      for k = (i - 1) * size + 1, math.min(i * size, n) do items[#items + 1] = fetch.existing("batch", self, k) end
      return collated(given, items)
    end)
  end

  --- dataset:split(lengths: number[], {generator: generator = nil}) -> any: As torch.utils.data.random_split.
  function Dataset:split(...) return data.random_split(self, ...) end

  --- dataset:cache() -> Dataset: Each item is kept in memory when it was read once.
  function Dataset:cache()
    local kept = {}
    return Made("cache", #self, function(i)
      if kept[i] == nil then kept[i] = fetch.existing("cache", self, i) end
      return kept[i]
    end)
  end

  --- dataset:take(n: int) -> Dataset: The first n items, or all where there are fewer.
  function Dataset:take(n)
    return Subset(self, torch.arange(1, math.min(check_count("take", n), #self) + 1, {dtype = "int64"}))
  end

  --- dataset:skip(n: int) -> Dataset: All but the first n items.
  function Dataset:skip(n)
    return Subset(self, torch.arange(math.min(check_count("skip", n), #self) + 1, #self + 1, {dtype = "int64"}))
  end

  --- dataset:zip(...: Dataset) -> Dataset: Item i has the parts of the i-th items of all, as many as the shortest has.
  -- Example: torch.utils.data.TensorDataset(torch.arange(3)):zip({"a", "b"})[2]
  function Dataset:zip(...)
    local sets, n = {self, ...}, math.huge
    for k, set in ipairs(sets) do
      local size = options.length(set)
      if size == nil then options.wrong("zip", "datasets", k - 1, "a dataset", set) end
      n = math.min(n, size)
    end
    return Made("zip", n, function(i)
      local items = {}
      for k, set in ipairs(sets) do items[k] = fetch.existing("zip", set, i) end
      return joined(items)
    end)
  end

  function Dataset:__add(other) return data.ConcatDataset {self, other} end
end

-- Data sets without ---------------------------------------------------------------------------

--- What is kept to shuffle a stream: an iterator over its items in another order, each one of `size` read ahead.
local function shuffled(next_item, size, generator)
  local kept = {}
  return function()
    while #kept < size do
      local item = next_item()
      if item == nil then break end
      kept[#kept + 1] = item
    end
    if #kept == 0 then return nil end
    local at = torch.randint(1, #kept + 1, {1}, {generator = generator}):item()
    local item = kept[at]
    kept[at] = kept[#kept]
    kept[#kept] = nil
    return item
  end
end

local function streams()
  local IterableDataset = iterable.IterableDataset

  --- A data set whose iterators are made by `make`, of one over the items of `source`.
  local Stream = torch.class("torch.utils.data.Stream", IterableDataset)
  function Stream:__init(source, make) self.source, self.make = source, make end
  function Stream:iter() return self.make(fetch.ending(iterable.iterate(self.source))) end

  --- dataset:map(f: function) -> IterableDataset: What f gives for the parts of each item.
  function IterableDataset:map(f)
    check_function("map", f)
    return Stream(self, function(next_item)
      return function()
        local item = next_item()
        if item ~= nil then return applied("map", f, item) end
      end
    end)
  end

  --- dataset:filter(f: function) -> IterableDataset: The items for whose parts f gives true.
  function IterableDataset:filter(f)
    check_function("filter", f)
    return Stream(self, function(next_item)
      return function()
        for item in next_item do
          if f(fetch.parts(item)) then return item end
        end
      end
    end)
  end

  --- dataset:shuffle(buffer_size: positive, {generator: generator = nil}) -> IterableDataset: The items in a random
  -- order, each drawn from the next buffer_size ones.
  function IterableDataset:shuffle(...)
    local given = options.read("shuffle", {{"buffer_size", kind = "positive", required = true}, {"generator"}}, ...)
    return Stream(self, function(next_item) return shuffled(next_item, given.buffer_size, given.generator) end)
  end

  --- dataset:batch(batch_size: positive, {drop_last: bool = false, collate_fn: function = nil}) -> IterableDataset:
  -- Batches of the items.
  function IterableDataset:batch(...)
    local given = options.read("batch", BATCH, ...)
    return Stream(self, function(next_item)
      return function()
        local items = fetch.next_items(next_item, given.batch_size, given.drop_last)
        if items then return collated(given, items) end
      end
    end)
  end

  --- dataset:cache() -> IterableDataset: The items are kept in memory when they were read to the end once.
  function IterableDataset:cache()
    local kept
    return Stream(self, function(next_item)
      local items, k = kept or {}, 0
      return function()
        k = k + 1
        if kept == nil or items ~= kept then items[k] = next_item() end
        if items[k] == nil then kept = kept or items end
        return items[k]
      end
    end)
  end

  --- dataset:take(n: int) -> IterableDataset: The first n items.
  function IterableDataset:take(n)
    local most = check_count("take", n)
    return Stream(self, function(next_item)
      local k = 0
      return function()
        k = k + 1
        if k <= most then return next_item() end
      end
    end)
  end

  --- dataset:skip(n: int) -> IterableDataset: All but the first n items.
  function IterableDataset:skip(n)
    local most = check_count("skip", n)
    return Stream(self, function(next_item)
      local skipped = false
      return function()
        for _ = 1, skipped and 0 or most do
          if next_item() == nil then break end
        end
        skipped = true
        return next_item()
      end
    end)
  end

  --- dataset:zip(...: IterableDataset) -> IterableDataset: The parts of the next items of all, until one is at its end.
  function IterableDataset:zip(...)
    local others = {...}
    for k, other in ipairs(others) do
      if not iterable.is_iterable(other) then options.wrong("zip", "datasets", k, "an IterableDataset", other) end
    end
    return Stream(self, function(next_item)
      local iterators = {next_item}
      for k, other in ipairs(others) do iterators[k + 1] = fetch.ending(iterable.iterate(other)) end
      return function()
        local items = {}
        for k, iterator in ipairs(iterators) do
          items[k] = iterator()
          if items[k] == nil then return nil end
        end
        return joined(items)
      end
    end)
  end

  function IterableDataset:__add(other) return iterable.ChainDataset {self, other} end
end

return function(data)
  positioned(data)
  streams()
end
