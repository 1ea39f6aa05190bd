-- Data sets made of other ones: map, filter, shuffle, batch, split, cache, take, skip, zip, sums, stacks; samplers.
local torch = require "torch"
local data = require "torch.utils.data"

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, tostring(message))
end

--- Items as Lua values, through positions or through an iterator.
local function plain(item)
  if torch.is_tensor(item) then return item:tolist() end
  if type(item) ~= "table" then return item end
  local all = {}
  for key, part in pairs(item) do all[key] = plain(part) end
  return all
end

local function items(set)
  local all = {}
  if torch.isinstance(set, data.IterableDataset) then
    local next_item = set:iter()
    for item in next_item do all[#all + 1] = plain(item) end
  else
    for i = 1, #set do all[i] = plain(set[i]) end
  end
  return all
end

local Count = torch.class("test.ComposeCount", data.IterableDataset)
function Count:__init(n) self.n, self.read = n, 0 end
function Count:iter()
  local i = 0
  return function()
    i = i + 1
    self.read = self.read + 1
    return i <= self.n and i or nil
  end
end

local function positions(n) return data.TensorDataset(torch.arange(1, n + 1)):map(function(x) return x:item() end) end

local function stream(n) return Count(n) end

for name, make in pairs {["with positions"] = positions, ["read from front to back"] = stream} do
  describe("data sets " .. name, function()
    it("map, filter, take, skip, batch", function()
      local set = make(6)
      assert.same({1, 4, 9, 16, 25, 36}, items(set:map(function(x) return x * x end)))
      assert.same({2, 4, 6}, items(set:filter(function(x) return x % 2 == 0 end)))
      assert.same({1, 2}, items(set:take(2)))
      assert.same({5, 6}, items(set:skip(4)))
      assert.same({}, items(set:skip(9)))
      assert.same({1, 2, 3, 4, 5, 6}, items(set:take(100)))
      assert.same({{1, 2, 3, 4}, {5, 6}}, items(set:batch(4)))
      assert.same({{1, 2, 3, 4}}, items(set:batch(4, {drop_last = true})))
      local function plain_pair(all) return {all[1], all[2]} end
      assert.same({{1, 2}, {3, 4}, {5, 6}}, items(set:batch(2, {collate_fn = plain_pair})))
      assert.same({4, 8}, items(set:filter(function(x) return x < 5 end):map(function(x) return x * 2 end):filter(
        function(x) return x % 4 == 0 end)))
    end)
    it("give a function the parts of an item, and take its results as parts", function()
      local pairs_ = make(2):map(function(x) return x, -x end)
      assert.same({{1, -1}, {2, -2}}, items(pairs_))
      assert.same({0, 0}, items(pairs_:map(function(x, y) return x + y end)))
    end)
    it("shuffle: all items, another order, the same for the same generator", function()
      local function shuffled(seed)
        local generator = torch.Generator():manual_seed(seed)
        local set = make(50)
        if torch.isinstance(set, data.IterableDataset) then return items(set:shuffle(20, {generator = generator})) end
        return items(set:shuffle({generator = generator}))
      end
      local order = shuffled(1)
      assert.same(order, shuffled(1))
      assert.not_same(order, shuffled(2))
      table.sort(order)
      assert.same(items(make(50)), order)
    end)
    it("zip and add", function()
      assert.same({{1, 1}, {2, 4}, {3, 9}}, items(make(3):zip(make(5):map(function(x) return x * x end))))
      assert.same({1, 2, 1, 2, 3}, items(make(2) + make(3)))
    end)
    it("cache reads each item once", function()
      local made = 0
      local set = make(4):map(function(x) made = made + 1 return x end):cache()
      assert.same({1, 2, 3, 4}, items(set))
      assert.same({1, 2, 3, 4}, items(set))
      assert.equal(4, made)
    end)
    it("go through a loader, with workers too", function()
      for _, workers in ipairs {0, 2} do
        local all = {}
        local set = make(5):filter(function(x) return x ~= 2 end)
        for x in data.DataLoader(set, {num_workers = math.min(workers, 1)}):iter() do all[#all + 1] = x:item() end
        assert.same({1, 3, 4, 5}, all)
      end
    end)
    it("say what is wrong", function()
      local set = make(3)
      fails("map: 'f' %(argument 1%): expected a function, got number 3", set.map, set, 3)
      fails("filter: 'f' %(argument 1%): expected a function", set.filter, set)
      fails("take: 'n' %(argument 1%): expected an integer, 0 or more, got number %-1", set.take, set, -1)
      fails("skip: 'n'", set.skip, set, "a")
      fails("batch: 'batch_size'.*expected a positive integer", set.batch, set)
      fails("zip: 'datasets' %(argument 1%)", set.zip, set, 3)
      fails("returned nothing for an item", items, set:map(function() end))
    end)
  end)
end

describe("a stream", function()
  it("is not asked again after its end, and take reads no more than it needs", function()
    local source = Count(5)
    items(source:take(2))
    assert.equal(2, source.read)
    local all = source:iter()
    repeat until all() == nil
    local set = Count(3)
    local next_item = set:batch(2):iter()
    next_item() next_item() next_item() next_item()
    assert.equal(4, set.read)
  end)
  it("ChainDataset joins, and has a length where its parts have", function()
    local chain = data.ChainDataset {Count(2), Count(0), Count(1)}
    assert.same({1, 2, 1}, items(chain))
    assert.same({1, 2, 1}, items(chain))
    fails("has no length", function() return #chain end)
    fails("expected an array of iterable data sets", data.ChainDataset, {})
    fails("datasets%[1%]", data.ChainDataset, {{1, 2}})
  end)
  it("whose iter gives no function is told", function()
    local Wrong = torch.class("test.ComposeWrong", data.IterableDataset)
    function Wrong:iter() return 3 end
    fails("iter%(%) returned number 3, expected a function", function() data.DataLoader(Wrong()):iter() end)
  end)
end)

describe("StackDataset", function()
  it("has a part of each data set, by position or by name", function()
    assert.same({{"a", 1}, {"b", 2}}, items(data.StackDataset({"a", "b"}, {1, 2})))
    local named = data.StackDataset {x = torch.arange(2), y = {"a", "b"}}
    assert.same({{x = 0, y = "a"}, {x = 1, y = "b"}}, items(named))
    for batch in data.DataLoader(named, {batch_size = 2}):iter() do
      assert.same({0, 1}, batch.x:tolist())
      assert.same({"a", "b"}, batch.y)
    end
  end)
  it("needs data sets of one length", function()
    fails("expected data sets of one length", data.StackDataset, {1, 2}, {1})
    fails("at least one data set", data.StackDataset)
    fails("expected a dataset, got number 3", data.StackDataset, 3)
    fails("position 3", function() return data.StackDataset({1, 2}, {1, 2})[3] end)
  end)
end)

describe("samplers", function()
  local function order(sampler)
    local all = {}
    for i in sampler:iter() do all[#all + 1] = i end
    return all
  end
  it("SubsetRandomSampler gives its positions in random orders", function()
    local sampler = data.SubsetRandomSampler({2, 4, 6, 8, 10, 12}, {generator = torch.Generator():manual_seed(1)})
    local a, b = order(sampler), order(sampler)
    assert.not_same(a, b)
    table.sort(a)
    assert.same({2, 4, 6, 8, 10, 12}, a)
    assert.equal(6, #sampler)
    fails("expected an array of positions", data.SubsetRandomSampler, 3)
  end)
  it("WeightedRandomSampler draws in proportion", function()
    torch.manual_seed(1)
    local count = {0, 0, 0}
    for i in data.WeightedRandomSampler({1, 0, 3}, 4000):iter() do count[i] = count[i] + 1 end
    assert.equal(0, count[2])
    assert.is_true(math.abs(count[3] - 3000) < 150, count[3]) -- 5 standard deviations
    local all = order(data.WeightedRandomSampler({1, 2, 3}, 3, {replacement = false}))
    table.sort(all)
    assert.same({1, 2, 3}, all)
    fails("at most 2, the positions with a weight", data.WeightedRandomSampler, {1, 0, 3}, 3, false)
    fails("not all 0", data.WeightedRandomSampler, {0, 0}, 1)
    fails("not all 0", data.WeightedRandomSampler, {1, -1}, 1)
  end)
  it("BatchSampler makes arrays; a loader takes it, or an array of arrays", function()
    local set = {10, 20, 30, 40, 50}
    local batches = data.BatchSampler(data.SequentialSampler(set), 2, false)
    assert.same({{1, 2}, {3, 4}, {5}}, order(batches))
    assert.equal(3, #batches)
    assert.equal(2, #data.BatchSampler(data.SequentialSampler(set), 2, true))
    for _, given in ipairs {batches, {{1, 2}, {3, 4}, {5}}} do
      for _, workers in ipairs {0, 2} do
        local loader, all = data.DataLoader(set, {batch_sampler = given, num_workers = workers}), {}
        assert.equal(3, #loader)
        for x in loader:iter() do all[#all + 1] = x:tolist() end
        assert.same({{10, 20}, {30, 40}, {50}}, all)
      end
    end
    fails("expected a sampler", data.BatchSampler, {}, 2, true)
  end)
  it("DistributedSampler deals out one order", function()
    local set = {1, 2, 3, 4, 5, 6, 7}
    local function part(rank, given)
      given.num_replicas, given.rank = 3, rank
      return data.DistributedSampler(set, given)
    end
    assert.same({{1, 4, 7}, {2, 5, 1}, {3, 6, 2}}, {part(1, {shuffle = false}):positions():tolist(),
      part(2, {shuffle = false}):positions():tolist(), part(3, {shuffle = false}):positions():tolist()})
    assert.same({2, 5}, part(2, {shuffle = false, drop_last = true}):positions():tolist())
    assert.equal(2, #part(2, {drop_last = true}))
    local all = {}
    for rank = 1, 3 do
      local sampler = part(rank, {seed = 3})
      local first = sampler:positions():tolist()
      assert.same(first, sampler:positions():tolist())
      for _, i in ipairs(first) do all[i] = true end
      sampler:set_epoch(1)
      assert.not_same(first, sampler:positions():tolist())
    end
    assert.equal(7, #all)
    fails("'rank': expected 1 to num_replicas, 3, got number 4", part, 4, {})
    fails("'epoch'", part(1, {}).set_epoch, part(1, {}), "a")
  end)
end)

describe("a loader without batches", function()
  it("gives the items as they are", function()
    local all = {}
    for x, y in data.DataLoader(data.StackDataset({"a", "b"}, {1, 2}), {batch_size = false}):iter() do
      all[#all + 1] = {x, y}
    end
    assert.same({{"a", 1}, {"b", 2}}, all)
    assert.equal(3, #data.DataLoader({1, 2, 3}, {batch_size = false}))
  end)
end)
