-- Fault mode: allocation number n fails, for n = 1, 2, 3 … until the work gets through.
-- Each failure is a Lua error about memory, leaves no tensor memory behind, and the session
-- works on. In the executable Lua's own allocator takes part, so an error may come from
-- anywhere, and nothing here allocates between fail_at(n) and fail_at(0) but the work.
local memory, fail_at = torch._C.memory, torch._C.fail_at
local pcall = pcall -- busted's globals are functions that allocate

local function bytes()
  collectgarbage()
  collectgarbage()
  return memory().bytes
end

local F64 = {dtype = torch.float64}

-- Whether ordinary work gives ordinary results.
local function sound()
  local x = torch.tensor({{1, 2}, {3, 4}}, F64):requires_grad_(true)
  local y = (x:mm(x:t()) * 2):sum()
  y:backward()
  return y:item() == 104 and x.grad[{1, 1}]:item() == 16 and x.grad[{2, 2}]:item() == 24
end

-- setup() gives the work's arguments, fresh for each n; work(…) gives a number.
local function survives(setup, work)
  collectgarbage "incremental"
  local wanted = work(setup()) -- also loads what loads at first use
  assert.is_true(sound())
  local start = bytes()
  local step = tonumber(os.getenv "HECATE_FAULT_STEP") or 1
  local n, faults, absorbed = 1, 0, 0
  while true do
    local context = setup()
    collectgarbage()
    fail_at(n)
    local ok, result = pcall(work, context)
    local through = ok
    if ok then through = not pcall(work, context) end -- the fault was still to come
    fail_at(0)
    context = nil
    local where = "fault " .. n .. ": "
    if ok then
      assert.are.equal(wanted, result, where .. "another result")
    else
      faults = faults + 1
      assert.are.equal("string", type(result), where .. "the error")
      -- Lua's check of its stack cannot tell why the stack does not grow.
      assert.is_truthy(result:find "memory" or result:find "stack overflow %(", where .. result)
    end
    result = nil
    local now = bytes()
    assert.are.equal(start, now, where .. "bytes")
    if n % 16 == 1 or through then assert.is_true(sound(), where .. "the session afterwards") end
    if through then break end
    if ok then absorbed = absorbed + 1 end
    n = n + step
    assert.is_true(n < 200000, "does not end")
  end
  assert.is_true(faults > 0, "nothing failed")
  assert.are.equal(wanted, work(setup()))
  if os.getenv "HECATE_FAULT_VERBOSE" then io.write(("%d faults, %d absorbed\n"):format(faults, absorbed)) end
end

describe("a failing allocation", function()
  after_each(function() fail_at(0) end)

  it("in a training step", function()
    survives(function()
      torch.manual_seed(1)
      local model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
      local optimizer = optim.Adam(model:parameters(), {lr = 0.01})
      return {model = model, optimizer = optimizer, criterion = nn.CrossEntropyLoss(),
        x = torch.randn(5, 3), y = torch.tensor {1, 2, 1, 2, 2}}
    end, function(c)
      c.optimizer:zero_grad()
      local loss = c.criterion(c.model(c.x), c.y)
      loss:backward()
      nn.utils.clip_grad_norm_(c.model:parameters(), 1.0)
      c.optimizer:step()
      return loss:item()
    end)
  end)

  it("in convolution, pooling, normalisation and dropout", function()
    survives(function()
      torch.manual_seed(1)
      return {model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dropout(0.5), nn.Linear(8, 2)),
        x = torch.randn(2, 1, 6, 6)}
    end, function(c)
      torch.manual_seed(3)
      local loss = c.model(c.x):logsumexp(2):sum()
      loss:backward()
      return loss:item()
    end)
  end)

  it("in the construction of a model", function()
    survives(function() torch.manual_seed(1) return 1 end, function()
      torch.manual_seed(1)
      local model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
      local optimizer = optim.SGD(model:parameters(), {lr = 0.1, momentum = 0.9})
      return #optimizer.param_groups[1].params
    end)
  end)

  it("in indexing, joining, sorting and printing", function()
    survives(function() return torch.arange(12):double():reshape(3, 4):requires_grad_(true) end, function(x)
      local a = x[{{1, 2}, {}}]
      local b = x[{torch.tensor {3, 1}, {}}]
      local c = torch.cat({a, b, x[x:gt(3)]:reshape(2, 4)}, 1)
      local values, places = c:sort(1, true)
      local y = values:gather(1, places:clamp(1, 3)):var(2)
      y:sum():backward()
      local copy = torch.zeros(3, 4)
      copy[{{}, 2}] = 5
      copy[copy:eq(0)] = 1
      return #tostring(values) + y:sum():item() + copy:sum():item()
    end)
  end)

  it("in second derivatives", function()
    survives(function() return torch.tensor({0.3, 0.7, 1.1}, F64):requires_grad_(true) end, function(x)
      local g = torch.autograd.grad((x:sin() * x:exp()):sum(), x, nil, {create_graph = true})
      local h = torch.autograd.grad((g * g):sum(), x)
      return h:sum():item()
    end)
  end)

  it("in hooks and in operations of the script", function()
    local Square = torch.autograd.Function("Square", {
      forward = function(ctx, x)
        ctx:save_for_backward(x)
        return x * x
      end,
      backward = function(ctx, g) return g * ctx.saved_tensors[1] * 2 end,
    })
    survives(function() return torch.tensor({0.3, 0.7, 1.1}, F64):requires_grad_(true) end, function(x)
      local y = Square:apply(x)
      local handle = x:register_hook(function(g) return g + 1 end)
      y:register_hook(function(g) return g + y:detach() end)
      y:sum():backward()
      handle:remove()
      return x.grad:sum():item()
    end)
  end)

  it("in save and load", function()
    local name = os.tmpname()
    survives(function() return {a = torch.arange(6):reshape(2, 3), b = {torch.ones(2), "text", 3}} end, function(t)
      torch.save(t, name)
      local back = torch.load(name)
      return back.a:sum():item() + back.b[3]
    end)
    os.remove(name)
  end)
end)
