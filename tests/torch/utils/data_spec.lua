-- torch.utils.data: data sets, samplers, loaders.
local torch = require "torch"
local data = require "torch.utils.data"

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return tostring(message)
end

local function fails(pattern, f, ...)
  local message = message_of(f, ...)
  assert(message:find(pattern), ("'%s' does not match '%s'"):format(message, pattern))
  assert.is_nil(message:find("\n"))
end

--- The results of a loader, batch by batch, as Lua values.
local function batches(loader)
  local all = {}
  for x, y in loader:iter() do
    all[#all + 1] = {x = x:tolist(), y = y and y:tolist()}
  end
  return all
end

--- The numbers that a loader over an array gives, in order.
local function order(loader)
  local all = {}
  for x in loader:iter() do
    for _, value in ipairs(x:tolist()) do all[#all + 1] = value end
  end
  return all
end

local function range(n)
  local t = {}
  for i = 1, n do t[i] = i end
  return t
end

local function sorted(t)
  local copy = table.move(t, 1, #t, 1, {})
  table.sort(copy)
  return copy
end

--- A data set in Lua: item i is {tensor i, i * i}.
local Squares = torch.class("Squares", data.Dataset)
function Squares:__init(n) self.n = n end
function Squares:__len() return self.n end
function Squares:__getitem(i) return {torch.tensor(i), i * i} end

describe("Dataset", function()
  it("is subclassed", function()
    local d = Squares(5)
    assert.equal(5, #d)
    assert.equal(16, d[4][2])
    assert.is_true(torch.isinstance(d, data.Dataset))
  end)
  it("whose __len fails is told with that error, an interrupt as it is", function()
    local Broken = torch.class("test.BrokenLength", torch.utils.data.Dataset)
    function Broken:__len() error(self.message, 0) end
    for _, message in ipairs {"interrupted", "no such table"} do
      local broken = Broken()
      broken.message = message
      for _, f in ipairs {torch.utils.data.DataLoader, function(d) return torch.utils.data.random_split(d, {1}) end} do
        local ok, err = pcall(f, broken)
        assert.is_false(ok)
        assert.equal(message, err)
      end
    end
  end)
  it("says what a subclass lacks", function()
    local Empty = torch.class("Empty", data.Dataset)
    fails("__getitem", function() return Empty()[1] end)
    fails("dataset", data.DataLoader, Empty())
  end)
end)

describe("TensorDataset", function()
  local x = torch.arange(10):reshape(5, 2)
  local y = torch.tensor{5, 4, 3, 2, 1}
  it("gives the rows of all tensors", function()
    local d = data.TensorDataset(x, y)
    assert.equal(5, #d)
    local a, b = table.unpack(d[2])
    assert.same({2, 3}, a:tolist())
    assert.equal(4, b:item())
    assert.equal(1, d[-1][2]:item())
  end)
  it("refuses positions outside", function()
    local d = data.TensorDataset(x, y)
    fails("position 0", function() return d[0] end)
    fails("position 6", function() return d[6] end)
    fails("position %-6", function() return d[-6] end)
  end)
  it("checks its tensors", function()
    fails("at least one tensor", data.TensorDataset)
    fails("argument 2.*expected 5 rows.*3", data.TensorDataset, x, torch.zeros(3))
    fails("argument 1.*expected a tensor", data.TensorDataset, {1, 2})
  end)
end)

describe("Subset, ConcatDataset, random_split", function()
  it("Subset maps positions", function()
    local d = data.Subset(Squares(10), {7, 2})
    assert.equal(2, #d)
    assert.equal(49, d[1][2])
    assert.equal(4, d[2][2])
    fails("position 3", function() return d[3] end)
    fails("position 11", data.Subset, Squares(10), {1, 11})
    fails("position 0", data.Subset, Squares(10), {0})
  end)
  it("Subset of tensors gathers", function()
    local d = data.Subset(data.TensorDataset(torch.tensor{10, 20, 30, 40}), {4, 1, 3})
    assert.same({40, 10, 30}, order(data.DataLoader(d, {batch_size = 2})))
  end)
  it("ConcatDataset joins", function()
    local d = data.ConcatDataset{Squares(3), Squares(1), Squares(2)}
    assert.equal(6, #d)
    local got = {}
    for i = 1, 6 do got[i] = d[i][2] end
    assert.same({1, 4, 9, 1, 1, 4}, got)
    assert.equal(4, d[-1][2])
    fails("position 7", function() return d[7] end)
    fails("expected an array of datasets", data.ConcatDataset, {})
  end)
  it("random_split is disjoint and complete", function()
    local function values(subset)
      local t = {}
      for i = 1, #subset do t[i] = subset[i] end
      return t
    end
    local a, b = data.random_split(range(10), {7, 3})
    assert.equal(7, #a)
    assert.equal(3, #b)
    local all = values(a)
    table.move(values(b), 1, 3, 8, all)
    assert.same(range(10), sorted(all))
  end)
  it("random_split takes fractions, deals out the rest", function()
    local a, b, rest = data.random_split(range(10), {0.5, 0.25, 0.25})
    assert.same({6, 2, 2}, {#a, #b, #rest})
  end)
  it("random_split repeats with a generator", function()
    local function split()
      local g = torch.Generator():manual_seed(3)
      return (data.random_split(range(50), {20, 30}, {generator = g})).indices:tolist()
    end
    assert.same(split(), split())
  end)
  it("random_split checks the lengths", function()
    fails("add up to 9.*has 10 items", data.random_split, range(10), {6, 3})
    fails("lengths%[2%].*0 or more", data.random_split, range(10), {11, -1})
    fails("unknown option 'seed'.*known: dataset, lengths, generator", data.random_split,
      range(10), {5, 5}, {seed = 1})
  end)
end)

describe("DataLoader", function()
  it("keeps the short last batch, or drops it", function()
    local loader = data.DataLoader(range(10), {batch_size = 4})
    assert.equal(3, #loader)
    assert.equal(4, loader.batch_size)
    local got = batches(loader)
    assert.same({1, 2, 3, 4}, got[1].x)
    assert.same({9, 10}, got[3].x)
    loader = data.DataLoader(range(10), {batch_size = 4, drop_last = true})
    assert.equal(2, #loader)
    assert.equal(2, #batches(loader))
  end)
  it("takes positional arguments", function()
    local loader = data.DataLoader(range(10), 5)
    assert.equal(2, #loader)
  end)
  it("says how a loop over it begins", function()
    assert.has_error(function() for _ in data.DataLoader(range(5)) do end end, "DataLoader: expected "
      .. "'for x, y in loader:iter() do': a loader is no iterator, so that loops over it can nest")
  end)

  it("counts from 1 with enumerate", function()
    local numbers, sums = {}, {}
    for i, x in data.DataLoader(range(5), {batch_size = 2}):enumerate() do
      numbers[#numbers + 1], sums[#sums + 1] = i, x:sum():item()
    end
    assert.same({1, 2, 3}, numbers)
    assert.same({3, 7, 5}, sums)
  end)
  it("gathers tensors as it would collate items", function()
    local x, y = torch.rand(7, 2), torch.arange(1, 8)
    local fast = batches(data.DataLoader(data.TensorDataset(x, y), {batch_size = 3}))
    local slow = batches(data.DataLoader(data.TensorDataset(x, y),
      {batch_size = 3, collate_fn = data.default_collate}))
    assert.same(slow, fast)
    assert.equal(3, #fast)
  end)
  it("reads a Lua data set, also one with several results", function()
    local x, y = data.DataLoader(Squares(3), {batch_size = 3}):iter()()
    assert.same({1, 2, 3}, x:tolist())
    assert.same({1, 4, 9}, y:tolist())
    assert.equal(torch.int64, y.dtype)
    local Pairs = torch.class("Pairs", data.Dataset)
    function Pairs:__len() return 2 end
    function Pairs:__getitem(i) return i, -i end
    x, y = data.DataLoader(Pairs(), {batch_size = 2}):iter()()
    assert.same({1, 2}, x:tolist())
    assert.same({-1, -2}, y:tolist())
  end)
  it("runs twice at the same time", function()
    local loader = data.DataLoader(range(4), {batch_size = 2})
    local a, b = loader:iter(), loader:iter()
    a()
    assert.same({1, 2}, b():tolist())
    assert.same({3, 4}, a():tolist())
    assert.is_nil(a())
    assert.is_nil(a())
  end)
  it("is empty for an empty data set", function()
    local loader = data.DataLoader(Squares(0), {batch_size = 2})
    assert.equal(0, #loader)
    assert.is_nil(loader:iter()())
  end)
end)

describe("shuffling", function()
  it("gives each item once, anew in each run", function()
    torch.manual_seed(1)
    local loader = data.DataLoader(range(50), {batch_size = 8, shuffle = true})
    local first, second = order(loader), order(loader)
    assert.same(range(50), sorted(first))
    assert.same(range(50), sorted(second))
    assert.not_same(range(50), first)
    assert.not_same(first, second)
  end)
  it("repeats with the same generator", function()
    local function run(seed)
      local g = torch.Generator():manual_seed(seed)
      return order(data.DataLoader(range(30), {batch_size = 7, shuffle = true, generator = g}))
    end
    assert.same(run(5), run(5))
    assert.not_same(run(5), run(6))
  end)
  it("takes a sampler: array, tensor, object", function()
    local function with(sampler)
      return order(data.DataLoader({10, 20, 30}, {batch_size = 2, sampler = sampler}))
    end
    assert.same({30, 10}, with{3, 1})
    assert.same({20, 20, 30}, with(torch.tensor{2, 2, 3}))
    local Backwards = torch.class("Backwards", data.Sampler)
    function Backwards:__len() return 3 end
    function Backwards:iter()
      local i = 4
      return function()
        i = i - 1
        return i > 0 and i or nil
      end
    end
    assert.same({30, 20, 10}, with(Backwards()))
  end)
  it("samplers stand alone", function()
    local got = {}
    for i in data.SequentialSampler(range(3)):iter() do got[#got + 1] = i end
    assert.same({1, 2, 3}, got)
    local random = data.RandomSampler(range(4), {replacement = true, num_samples = 100})
    assert.equal(100, #random)
    local positions = random:positions()
    assert.is_true(positions:min():item() >= 1)
    assert.is_true(positions:max():item() <= 4)
  end)
end)

describe("default_collate", function()
  it("makes tensors of numbers and booleans", function()
    assert.equal(torch.int64, data.default_collate{1, 2}.dtype)
    assert.equal(torch.float64, data.default_collate{1, 2.5}.dtype)
    assert.equal(torch.bool, data.default_collate{true, false}.dtype)
  end)
  it("stacks tensors, goes into tables", function()
    local x = data.default_collate{torch.zeros(2, 3), torch.ones(2, 3)}
    assert.same({2, 2, 3}, {table.unpack(x.shape)})
    local batch = data.default_collate{{a = 1, b = {c = torch.ones(2)}}, {a = 2, b = {c = torch.ones(2)}}}
    assert.same({1, 2}, batch.a:tolist())
    assert.same({2, 2}, {table.unpack(batch.b.c.shape)})
    assert.same({"x", "y"}, data.default_collate{"x", "y"})
  end)
  it("names the item that does not fit", function()
    fails("item 2.*%(3%)", data.default_collate, {torch.zeros(2), torch.zeros(3)})
    fails("item 2", data.default_collate, {1, "x"})
    fails("function", data.default_collate, {print})
  end)
  it("gives way to collate_fn", function()
    local loader = data.DataLoader(Squares(4), {batch_size = 2,
      collate_fn = function(items) return #items, items[1][2] end})
    local n, first = loader:iter()()
    assert.same({2, 1}, {n, first})
    fails("returned nothing for batch 1", function()
      return data.DataLoader(Squares(4), {collate_fn = function() end}):iter()()
    end)
  end)
end)

describe("wrong arguments of DataLoader", function()
  it("say what is known", function()
    fails("unknown option 'batchsize', did you mean 'batch_size'", data.DataLoader, range(3), {batchsize = 2})
    fails("known: dataset, batch_size, shuffle", data.DataLoader, range(3), {foo = 2})
    fails("'batch_size'.*positive integer.*number 0", data.DataLoader, range(3), {batch_size = 0})
    fails("'shuffle'.*boolean", data.DataLoader, range(3), {shuffle = 1})
    fails("'dataset' %(argument 1%).*nothing", data.DataLoader)
    fails("'sampler' and 'shuffle'", data.DataLoader, range(3), {sampler = {1}, shuffle = true})
    fails("'num_workers'.*0 or more.*number %-1", data.DataLoader, range(3), {num_workers = -1})
    fails("'timeout'.*number %-1", data.DataLoader, range(3), {num_workers = 1, timeout = -1})
    for _, name in ipairs {"batch_size", "shuffle", "drop_last"} do
      fails("'batch_sampler' and '" .. name .. "' exclude each other", data.DataLoader, range(3),
        {batch_sampler = {{1}, {2, 3}}, [name] = name == "batch_size" and 2 or true})
    end
    fails("'batch_size = false' and 'drop_last'", data.DataLoader, range(3), {batch_size = false, drop_last = true})
    fails("'prefetch_factor' needs num_workers", data.DataLoader, range(3), {prefetch_factor = 3})
    fails("'persistent_workers' needs num_workers", data.DataLoader, range(3), {persistent_workers = true})
    fails("'timeout' needs num_workers", data.DataLoader, range(3), {timeout = 3})
    fails("expected \"fork\", got string 'spawn'", data.DataLoader, range(3),
      {num_workers = 1, multiprocessing_context = "spawn"})
    local Stream = torch.class("test.StreamOfWrong", data.IterableDataset)
    fails("an iterable data set' and 'shuffle'", data.DataLoader, Stream(), {shuffle = true})
    fails("an iterable data set' and 'sampler'", data.DataLoader, Stream(), {sampler = {1}})
    fails("must define iter", function() data.DataLoader(Stream()):iter()() end)
  end)
  it("positions of a sampler count as those of items do", function()
    local set = data.TensorDataset(torch.tensor({10, 20}))
    local function first(dataset, positions)
      return data.DataLoader(dataset, {sampler = positions, batch_size = 2}):iter()()
    end
    assert.same({20, 10}, first(set, {-1, 1}):tolist())
    assert.same({10, 20}, first(data.Subset(set, {2, 1}), {-1, 1}):tolist())
    fails("TensorDataset: position 7 is outside 1 to 2", first, set, {1, 7})
    fails("Subset: position 3 is outside 1 to 2", first, data.Subset(set, {2, 1}), {1, 3})
  end)
end)
