-- DataLoader with worker processes: what comes, in which order, and what happens when something goes wrong.
local torch = require "torch"
local data = require "torch.utils.data"
local program = dofile "tests/hecate/program.lua"
teardown(program.remove)

local dataset = torch.class("test.Workers", data.Dataset)
function dataset:__init(n, get) self.n, self.get = n, get end
function dataset:__len() return self.n end
function dataset:__getitem(i) return self.get(i) end

--- All values of a loader's run as one text.
local function run(loader)
  local all = {}
  for i, x, y in loader:enumerate() do
    all[i] = ("%s %s"):format(table.concat(x:reshape(-1):tolist(), " "), y and table.concat(y:tolist(), " ") or "")
  end
  return table.concat(all, "\n")
end

local function failure(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return tostring(message)
end

--- How many copies this process has made that are still there (Z: ended, but not waited for).
local function children()
  local own = io.open "/proc/self/stat":read "a":match "^%d+"
  local n = 0
  for line in io.popen "cat /proc/[0-9]*/stat 2>/dev/null":lines() do
    local name, parent = line:match "%((.*)%) %S (%d+)"
    if parent == own and name == "hecate" then n = n + 1 end
  end
  return n
end

describe("workers", function()
  local before
  before_each(function() before = children() end)
  after_each(function() assert.equal(before, children()) end)

  it("give the same batches for every number of them, with shuffle and random numbers of the data set", function()
    local set = dataset(23, function(i) return {torch.rand(3) + i, i} end)
    local function epoch(n)
      torch.manual_seed(5)
      local text = run(data.DataLoader(set, {batch_size = 4, shuffle = true, num_workers = n}))
      return text .. torch.rand(1):item()
    end
    local here = epoch(0)
    for n = 1, 4 do assert.equal(here, epoch(n)) end
  end)

  it("read tensors that are gathered", function()
    local set = data.TensorDataset(torch.arange(10), torch.arange(10) * 10)
    local here = run(data.DataLoader(set, {batch_size = 3}))
    assert.equal(here, run(data.DataLoader(set, {batch_size = 3, num_workers = 2})))
  end)

  it("send numbers, strings, nested tables, all dtypes, large and empty tensors as they are", function()
    local big = torch.arange(300000):reshape(3, 100000)
    local item = {big, text = ("x"):rep(50000), [-1] = true, none = false, deep = {{1, 2.5, math.huge}, {a = {"b"}}},
      empty = torch.zeros(0, 3), scalar = torch.tensor(7)}
    for _, dtype in ipairs {"bool", "uint8", "int16", "float16", "bfloat16", "float64", "complex64"} do
      item[dtype] = torch.ones(2, 2):to(dtype)
    end
    local loader = data.DataLoader(dataset(1, function() return item end),
      {batch_size = false, num_workers = 1, collate_fn = function(one) return one end})
    local next_batch = loader:iter()
    local got = next_batch()
    assert.is_nil(next_batch())
    assert.is_true(got[1]:equal(big))
    for name, value in pairs(item) do
      if torch.is_tensor(value) then
        assert.equal(value.dtype, got[name].dtype)
        assert.is_true(value:equal(got[name]), tostring(name))
      else
        assert.same(value, got[name])
      end
    end
    got[1]:add_(1) -- it is memory of this process
    assert.equal(300000, got[1][-1][-1]:item())
  end)

  it("read an IterableDataset, each its own part", function()
    local Stream = torch.class("test.WorkersStream", data.IterableDataset)
    function Stream:iter()
      local info = data.get_worker_info() or {id = 1, num_workers = 1}
      local i = info.id - info.num_workers
      return function()
        i = i + info.num_workers
        return i <= 10 and i or nil
      end
    end
    assert.equal("1 2 3 \n4 5 6 \n7 8 9 \n10 ", run(data.DataLoader(Stream(), {batch_size = 3})))
    assert.equal("1 3 5 \n2 4 6 \n7 9 \n8 10 ", run(data.DataLoader(Stream(), {batch_size = 3, num_workers = 2})))
    local whole = data.DataLoader(Stream(), {batch_size = 3, num_workers = 2, drop_last = true})
    assert.equal("1 3 5 \n2 4 6 ", run(whole))
  end)

  it("know who they are, and begin with worker_init_fn", function()
    local named = {}
    local set = dataset(4, function(i)
      local info = data.get_worker_info()
      return {i, info.id, info.num_workers, #info.dataset, named.id}
    end)
    local loader = data.DataLoader(set, {num_workers = 2, worker_init_fn = function(id) named.id = 10 * id end})
    local all = {}
    for i, id, n, length, by_init in loader:iter() do
      all[#all + 1] = {i:item(), id:item(), n:item(), length:item(), by_init:item()}
    end
    assert.same({{1, 1, 2, 4, 10}, {2, 2, 2, 4, 20}, {3, 1, 2, 4, 10}, {4, 2, 2, 4, 20}}, all)
    assert.is_nil(data.get_worker_info())
    assert.is_nil(named.id)
    local broken = data.DataLoader(set, {num_workers = 2, worker_init_fn = function() error "no table" end})
    assert.matches("no table", failure(run, broken))
  end)

  it("that are persistent stay for the next run, others do not", function()
    local set = dataset(4, function(i)
      return {i, process = tonumber(io.open "/proc/self/stat":read "a":match "^%d+")}
    end)
    local function processes(loader)
      local all = {}
      for batch in loader:iter() do all[#all + 1] = batch end
      return all
    end
    local loader = data.DataLoader(set, {num_workers = 2, persistent_workers = true, collate_fn = function(items)
      return items[1].process
    end})
    local first = processes(loader)
    assert.equal(before + 2, children())
    assert.same(first, processes(loader))
    loader, first = nil, nil
    collectgarbage()
    collectgarbage()
  end)

  it("compute in one thread and cannot use CUDA", function()
    local product = torch.randn(300, 300):matmul(torch.randn(300, 300)) -- the pools of threads are there
    local set = dataset(2, function()
      local ok, wrong = pcall(torch.zeros, 2, {device = "cuda"})
      return {(product:matmul(product):exp().shape[1]), torch.get_num_threads(), tostring(wrong)}
    end)
    for n, threads, wrong in data.DataLoader(set, {num_workers = 2}):iter() do
      assert.equal(300, n:item())
      assert.equal(1, threads:item())
      assert.matches("a worker of a DataLoader cannot use CUDA", wrong[1])
    end
  end)

  it("stay while their iterator does, and end when nobody has it any more", function()
    local function begin_and_leave()
      local next_batch = data.DataLoader(dataset(4, function(i) return i end), {num_workers = 2}):iter()
      next_batch()
      collectgarbage()
      assert.equal(before + 2, children())
      assert.equal(2, next_batch():item())
    end
    begin_and_leave()
    collectgarbage()
    collectgarbage()
    assert.equal(before, children())
  end)

  it("end when the loop is left", function()
    local set = dataset(100, function(i) return i end)
    for i in data.DataLoader(set, {num_workers = 3}):iter() do
      if i:item() == 5 then break end
    end
    assert.equal(before, children())
    pcall(function()
      for _ in data.DataLoader(set, {num_workers = 3}):iter() do error "stop" end
    end)
    assert.equal(before, children())
  end)

  it("report an error with its message and where it came from", function()
    local set = dataset(6, function(i)
      if i == 5 then error("item five is broken") end
      return i
    end)
    local got = {}
    local wrong = failure(function()
      for x in data.DataLoader(set, {num_workers = 2}):iter() do got[#got + 1] = x:item() end
    end)
    assert.same({1, 2, 3, 4}, got)
    assert.matches("workers_spec.lua:%d+: item five is broken\nin worker 1 of a DataLoader:\nstack traceback", wrong)
    for text, value in pairs {
      ["cannot send a function"] = print, ["requires a gradient"] = torch.ones(2, {requires_grad = true}),
    } do
      assert.matches(text, failure(run, data.DataLoader(dataset(2, function() return 1 end),
        {num_workers = 1, collate_fn = function() return {value} end})))
    end
    local loop = {}
    loop[1] = loop
    assert.matches("is one inside itself", failure(run, data.DataLoader(dataset(2, function() return 1 end),
      {num_workers = 1, collate_fn = function() return loop end})))
    assert.matches("returned nothing for batch 1", failure(run, data.DataLoader(dataset(2, function() return 1 end),
      {num_workers = 1, collate_fn = function() end})))
  end)

  it("that are killed, leave or hang are told", function()
    local killed = dataset(4, function(i)
      if i == 3 then os.execute("kill -9 $PPID") end
      return i
    end)
    assert.matches("worker 1 %(process %d+%) was killed by signal 9 %(Killed%)",
      failure(run, data.DataLoader(killed, {num_workers = 2})))
    local left = dataset(4, function(i)
      if i == 4 then os.exit(3) end
      return i
    end)
    assert.matches("worker 2 %(process %d+%) ended with exit code 3",
      failure(run, data.DataLoader(left, {num_workers = 2})))
    local hangs = dataset(4, function(i)
      if i == 2 then os.execute "sleep 100" end
      return i
    end)
    assert.matches("no batch from worker 2 within 0.2 s %('timeout'%)",
      failure(run, data.DataLoader(hangs, {num_workers = 2, timeout = 0.2})))
  end)

  it("do not finalise what this process holds, nor write what it has not written yet", function()
    local script = program.write("workers_finalise.lua", [[
      local held = setmetatable({}, {__gc = function() print "finalised" end})
      setmetatable({}, {__gc = function() print "garbage" end})
      io.write "once "
      for x in torch.utils.data.DataLoader({1, 2, 3, 4}, {num_workers = 2, collate_fn = function(items)
        collectgarbage()
        return items[1]
      end}):iter() do io.write(x, " ") end
    ]])
    local out = (program.hecate(script))
    assert.equal("once garbage\n1 2 3 4 finalised\n", out)
  end)

  it("end with this process, however it ends", function()
    local script = program.write("workers_end.lua", [[
      local set = {}
      for i = 1, 100 do set[i] = i end
      for x in torch.utils.data.DataLoader(set, {num_workers = 2}):iter() do
        os.execute "ps -o pid= --ppid $PPID | head -2"
        io.stdout:flush()
        os.execute("kill -9 $PPID")
      end
    ]])
    local out = (program.hecate(script))
    local n = 0
    for pid in out:gmatch "%d+" do
      n = n + 1
      for _ = 1, 500 do
        local stat = io.open("/proc/" .. pid .. "/stat")
        local state = stat and stat:read "a":match "%) (%S)"
        if state == nil or state == "Z" then break end
        os.execute "sleep 0.01"
      end
      local stat = io.open("/proc/" .. pid .. "/stat")
      assert.is_true(stat == nil or stat:read "a":match "%) (%S)" == "Z", pid)
    end
    assert.is_true(n >= 2)
  end)

  it("begin with the first batches before one is asked for", function()
    local script = program.write("workers_begin.lua", [[
      local path = os.tmpname()
      os.remove(path)
      local get = torch.utils.data.DataLoader({1, 2, 3}, {num_workers = 1, collate_fn = function(items)
        io.open(path, "w"):close()
        return items[1]
      end}):iter()
      for _ = 1, 600 do
        if os.execute("test -e " .. path) then break end
        os.execute "sleep 0.1"
      end
      print(os.remove(path), get())
    ]])
    assert.equal("true\t1\n", (program.hecate(script)))
  end)

  it("are told Ctrl-C by this process alone", function()
    local script = program.write("workers_interrupt.lua", [[
      local set = {}
      for i = 1, 100 do set[i] = i end
      local ok, wrong = pcall(function()
        for x in torch.utils.data.DataLoader(set, {num_workers = 2, collate_fn = function(items)
          if items[1] == 5 then os.execute "sleep 100" end
          return items[1]
        end}):iter() do
          if x == 4 then os.execute "(sleep 0.3; kill -INT $PPID) &" end
        end
      end)
      print(ok, wrong)
      os.execute "ps -o comm= --ppid $PPID | grep -c hecate"
    ]])
    assert.equal("false\tinterrupted\n0\n", ((program.hecate(script)):gsub("hecate:[^\n]*\n", "")))
  end)
end)

describe("a run that goes on", function()
  local function all_of(loader)
    local all = {}
    for _, x in loader:enumerate() do all[#all + 1] = table.concat(x:reshape(-1):tolist(), " ") end
    return all
  end

  it("delivers what was left, for every number of workers, with and without a generator", function()
    local set = dataset(21, function(i) return torch.rand(2) + i end)
    for _, n in ipairs {0, 2} do
      for _, own in ipairs {false, true} do
        local function make()
          return data.DataLoader(set, {batch_size = 4, shuffle = true, num_workers = n,
            generator = own and torch.Generator():manual_seed(3) or nil})
        end
        torch.manual_seed(1)
        local whole = all_of(make())
        torch.manual_seed(1)
        local first, state = {}, nil
        local loader = make()
        for i, x in loader:enumerate() do
          first[i] = table.concat(x:reshape(-1):tolist(), " ")
          if i == 2 then state = loader:state_dict() break end
        end
        torch.manual_seed(99)
        local second = make()
        second:load_state_dict(state)
        table.move(all_of(second), 1, 10, 3, first)
        assert.same(whole, first)
        assert.equal(6, #all_of(second)) -- the next run is whole
      end
    end
  end)

  it("of an iterable data set passes over what was delivered", function()
    local Stream = torch.class("test.ResumedStream", data.IterableDataset)
    function Stream:iter()
      local i = 0
      return function() i = i + 1 return i <= 7 and i or nil end
    end
    for _, n in ipairs {0, 1} do
      local loader = data.DataLoader(Stream(), {batch_size = 2, num_workers = n})
      for _ in loader:iter() do break end
      local second = data.DataLoader(Stream(), {batch_size = 2, num_workers = n})
      second:load_state_dict(loader:state_dict())
      assert.same({"3 4", "5 6", "7"}, all_of(second))
    end
  end)

  it("needs a state", function()
    local loader = data.DataLoader({1, 2})
    assert.matches("'state' %(argument 1%): expected what state_dict of a DataLoader gave, got nothing",
      failure(loader.load_state_dict, loader))
    assert.matches("expected what state_dict", failure(loader.load_state_dict, loader, {delivered = -1}))
    assert.same({delivered = 0}, loader:state_dict())
  end)
end)
