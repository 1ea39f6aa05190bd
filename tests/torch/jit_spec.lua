-- torch.jit: functions and models as graphs: recorded, printed, run on other data, saved, loaded.
local jit = torch.jit

local function line() return debug.getinfo(2, "l").currentline end

--- torch.jit.trace without the warnings on stderr, which are in traced.warnings.
local function quietly(...)
  local stderr = io.stderr
  io.stderr = {write = function() end}
  local result = table.pack(pcall(jit.trace, ...))
  io.stderr = stderr
  if not result[1] then error(result[2], 0) end
  return table.unpack(result, 2, result.n)
end

local function count(graph, op)
  local n = 0
  for _, node in ipairs(graph:nodes()) do if node.op == op then n = n + 1 end end
  return n
end

local function changes_in_place(graph)
  local n = 0
  for _, node in ipairs(graph:nodes()) do if node.in_place then n = n + 1 end end
  return n
end

local function temporary() return os.tmpname() end

describe("torch.jit.trace", function()
  it("records a function, which runs on other data", function()
    local function f(x, y) return (x * 2 + y):exp():sum(1), x:max(2) end
    local traced = jit.trace(f, {torch.rand(3, 4), torch.rand(4)})
    local text = tostring(traced.graph)
    assert(text:find('graph(%0: float32[3,4] "x", %1: float32[4] "y") {', 1, true), text)
    assert(text:find("= mul(%0, 2)  # tests/torch/jit_spec.lua:" .. line() - 4, 1, true), text)
    assert.equal(traced:code(), text)
    local x, y = torch.rand(7, 4), torch.rand(4)
    local sums, most, where = traced(x, y)
    assert(torch.equal(sums, (x * 2 + y):exp():sum(1)))
    local want, place = x:max(2)
    assert(torch.equal(most, want) and torch.equal(where, place))
    assert.equal(#traced.warnings, 0)
  end)

  it("keeps the parameters of a model: state_dict, gradients, optimisers", function()
    local model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    local traced = jit.trace(model, torch.rand(5, 4))
    assert(tostring(traced.graph):find('%1: float32[8,4] = parameter("0.weight")', 1, true))
    local names = {}
    for name, p in traced:named_parameters() do names[#names + 1] = name; assert(p.requires_grad) end
    assert.equal(table.concat(names, " "), "0.weight 0.bias 2.weight 2.bias")
    local x = torch.rand(9, 4)
    assert(torch.equal(traced(x), model(x)))
    local want = table.pack(torch.autograd.grad(model(x):sum(), model:parameters()))
    traced(x):sum():backward()
    for i, p in ipairs(model:parameters()) do assert(torch.equal(p.grad, want[i])) end
    local before = model(x)
    torch.optim.SGD(traced:parameters(), {lr = 0.1}):step()
    assert(not torch.equal(before, model(x)) and torch.equal(traced(x), model(x)))
    model:load_state_dict(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)):state_dict())
    assert(torch.equal(traced(x), model(x)))
  end)

  it("records a CNN with batch norm as it was, in training and in evaluation", function()
    local function net()
      torch.manual_seed(1)
      return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(36, 3))
    end
    local a, b = net(), net()
    local x = torch.rand(2, 1, 8, 8)
    local traced = jit.trace(a, x)
    b(x)
    for k, v in pairs(b:state_dict()) do assert(torch.equal(v, traced:state_dict()[k]), k) end
    traced:eval() -- changes nothing
    local y = torch.rand(6, 1, 8, 8)
    assert(torch.equal(traced(y), b(y)))
    for k, v in pairs(b:state_dict()) do assert(torch.equal(v, a:state_dict()[k]), k) end
    assert.equal(a:state_dict()["1.num_batches_tracked"]:item(), 2)
    b:eval()
    local frozen = jit.trace(b, x)
    assert.is_false(frozen.training)
    frozen:train()
    assert(torch.equal(frozen(y), b(y)))
    assert.equal(b:state_dict()["1.num_batches_tracked"]:item(), 2)
  end)

  it("takes changes in place out, and copies back what is seen from outside", function()
    local function f(x, i)
      local a = x * 1
      local row, part = a[2], a[{{}, {1, 2}}]
      row:add_(10)
      local seen = part * 1
      part[{1}] = 5
      a[i] = 0
      x[{{}, 1}] = x[{{}, 2}]
      a:t():mul_(2)
      return a, row, part, seen, x:sum()
    end
    local x, i = torch.rand(3, 4), torch.tensor({3, 1})
    local traced = jit.trace(f, {x:clone(), i})
    assert.equal(changes_in_place(traced.graph), 1) -- the copy to x at the end
    for _, n in ipairs(traced.graph:nodes()) do assert(not n.in_place or n.op == "copy") end
    local one, two, j = x:clone(), x:clone(), torch.tensor({2, 2})
    local want, got = table.pack(f(one, j)), table.pack(traced(two, j))
    for k = 1, 5 do assert(torch.equal(want[k], got[k]), k) end
    assert(torch.equal(one, two))
  end)

  it("changes what it is given where that has no other form", function()
    local function f(x) x:t_(); x:normal_(0, 1); return x:clone() end
    local traced = jit.trace(f, torch.rand(3, 2))
    assert(changes_in_place(traced.graph) == 2)
    local a, b = torch.rand(3, 2), torch.rand(3, 2)
    torch.manual_seed(3)
    local want = f(a)
    torch.manual_seed(3)
    assert(torch.equal(traced(b), want) and torch.equal(a, b) and b.shape[1] == 2)
  end)

  it("gives results of the same tensor back as one", function()
    local traced = jit.trace(function(x) x:add_(1); return x, x[1] end, torch.zeros(2, 2))
    local x = torch.zeros(2, 2)
    local y, row = traced(x)
    y:add_(1)
    assert(torch.equal(x, torch.full({2, 2}, 2)) and torch.equal(row, torch.full({2}, 2)))
  end)

  it("has random numbers inside, and says when the check is not met", function()
    local drop = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 4))
    local traced = jit.trace(drop, torch.ones(3, 4))
    assert.equal(#traced.warnings, 0)
    torch.manual_seed(5)
    local want = drop(torch.ones(2, 4))
    torch.manual_seed(5)
    assert(torch.equal(traced(torch.ones(2, 4)), want))
    local n = 0
    local function counts(x) n = n + 1; return x + n end
    local warned = quietly(counts, torch.zeros(2))
    assert(warned.warnings[1]:find("result 1 of the graph is not that of the function", 1, true), warned.warnings[1])
    assert.equal(#quietly(counts, torch.zeros(2), {check_trace = false}).warnings, 0)
  end)

  it("warns of what Lua did by the data, with the line", function()
    local at
    local traced = quietly(function(x)
      at = line() + 1
      if x:sum():item() > 0 then return x * 2 end
      return x
    end, torch.ones(3))
    assert(traced.warnings[1]:find(("jit_spec.lua:%d: item: "):format(at), 1, true), traced.warnings[1])
    local cases = {
      {function(x) return x * x:tolist()[1] end, "tolist: "},
      {function(x) if x:max() > torch.zeros(1) then return x + 1 end return x end, "a comparison of elements"},
      {function(x) if x == x:clone() then return x + 1 end return x end, "equal: "},
      {function(x) return x + torch.tensor({1, 2, 3}) end, "torch.tensor: "},
      {function(x) return x:narrow(1, x:argmin(), 1) end, "a number that was read from a tensor"},
      {function(x) return x:add(1, {alpha = x:min()}) end, "a number that was read from a tensor"}}
    for i, case in ipairs(cases) do
      local found = quietly(case[1], torch.ones(3)).warnings[1]
      assert(found and found:find(case[2], 1, true), ("%d: %s"):format(i, tostring(found)))
    end
  end)

  it("keeps what a function takes from outside: constants, and parameters that get gradients", function()
    local c, w = torch.rand(3), torch.rand(3, {requires_grad = true})
    local traced = jit.trace(function(x) return (x + c) * w end, torch.rand(3))
    local kinds = {}
    for _, v in ipairs(traced.graph:values()) do if v.name then kinds[#kinds + 1] = v.kind end end
    assert.equal(table.concat(kinds, " "), "input parameter constant")
    local x = torch.rand(3)
    local g = torch.autograd.grad(traced(x):sum(), {w})
    assert(torch.equal(g, x + c))
  end)

  it("notes where gradients are off, and what was detached", function()
    local function f(x)
      local a = torch.no_grad(function() return x * 2 end)
      return x * a, x:detach() * x
    end
    local traced = jit.trace(f, torch.rand(3, {requires_grad = true}))
    local x = torch.rand(3, {requires_grad = true})
    local want, got = table.pack(f(x)), table.pack(traced(x))
    for i = 1, 2 do
      assert(torch.equal(torch.autograd.grad(want[i]:sum(), {x}), torch.autograd.grad(got[i]:sum(), {x})))
    end
  end)

  it("has gradients inside", function()
    local w = torch.rand(4, {requires_grad = true})
    local function f(x) return (torch.autograd.grad(((x * w):sin():sum()), {w})) end
    local traced = jit.trace(f, torch.rand(4))
    local x = torch.rand(4)
    assert(torch.equal(traced(x), f(x)))
  end)

  --- Trains by an optimiser: what a graph recorded of step `at` goes on as the program itself does.
  local function check_optimisers(at)
    for _, name in ipairs {"SGD", "Adam", "AdamW", "NAdam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "RAdam",
      "Rprop"} do
      local function training()
        torch.manual_seed(2)
        local model = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))
        local options = name == "SGD" and {lr = 0.1, momentum = 0.9}
          or {lr = 0.01, weight_decay = name ~= "Rprop" and 0.1 or nil}
        local optimiser = torch.optim[name](model:parameters(), options)
        return model, function(x, y)
          optimiser:zero_grad()
          local loss = F.cross_entropy(model(x), y)
          loss:backward()
          optimiser:step()
          return loss:detach()
        end
      end
      local data = {}
      for i = 1, 6 do data[i] = {torch.rand(5, 4), torch.randint(1, 4, {5})} end
      local want, step = training()
      local losses = {}
      for i = 1, 6 do losses[i] = step(table.unpack(data[i])):item() end
      local got, recorded = training()
      for i = 1, at - 1 do recorded(table.unpack(data[i])) end
      local traced = jit.trace(recorded, data[at])
      assert.equal(#traced.warnings, 0)
      for i = at + 1, 6 do assert.equal(traced(table.unpack(data[i])):item(), losses[i], name) end
      for i, p in ipairs(want:parameters()) do assert(torch.equal(p, got:parameters()[i]), name) end
      assert(tostring(traced.graph):find(" = no_grad optimiser_step(", 1, true))
      assert.equal(count(traced.graph, "optimiser_step"), 4)
    end
  end

  it("has optimisers inside: a whole step of training", function() check_optimisers(3) end)
  it("has the first step of an optimiser inside, which makes its state", function() check_optimisers(1) end)

  it("puts back what the check changed, parameters too", function()
    local w = torch.ones(3, {requires_grad = true})
    local traced = jit.trace(function(x) torch.no_grad(function() w:sub_(x) end) return w * 1 end, torch.ones(3))
    assert.equal(#traced.warnings, 0)
    assert(torch.equal(w:detach(), torch.zeros(3))) -- the call that was recorded
    assert(torch.equal(traced(torch.ones(3)):detach(), torch.full({3}, -1)))
  end)

  it("takes arrays of tensors, and gives arrays and tables", function()
    local function f(list, y) return {list[1] + y, {list[2]}}, list[1] end
    local traced = jit.trace(f, {{torch.rand(2), torch.rand(3)}, torch.rand(2)})
    local a, b, y = torch.rand(2), torch.rand(3), torch.rand(2)
    local r, same = traced({a, b}, y)
    assert(torch.equal(r[1], a + y) and torch.equal(r[2][1], b) and torch.equal(same, a))
    local function named(x) return {loss = x:sum(), x} end
    local ok, message = pcall(jit.trace, named, torch.rand(2))
    assert(not ok and message:find("strict = false", 1, true), message)
    local out = jit.trace(named, torch.rand(2), {strict = false})(torch.ones(2))
    assert(out.loss:item() == 2 and torch.equal(out[1], torch.ones(2)))
  end)

  it("says what is wrong with a call", function()
    local function fails(expected, f, ...)
      local ok, message = pcall(f, ...)
      assert(not ok and tostring(message):find(expected, 1, true), tostring(message))
    end
    fails("trace: 'func' (argument 1): expected a function or a module, got number", jit.trace, 3)
    local one, same = torch.ones(1), function(x) return x end
    fails("trace: 'example_inputs' (argument 2): expected a tensor or an array of arguments, got number", jit.trace,
      print, 3)
    fails("trace: unknown option 'chek'", jit.trace, same, one, {chek = 1})
    fails("trace: 'strict': expected a boolean, got number", jit.trace, same, one, {strict = 1})
    fails("trace: result 1: expected a tensor or an array of tensors, got number", jit.trace,
      function() return 1 end, one)
    fails("a function is being traced already", jit.trace, function(x) return jit.trace(same, x)(x) end, one)
    assert.is_false(jit.is_tracing())
    local traced = jit.trace(function(x) return x:reshape(2, 3):sum() end, torch.rand(6))
    fails("function: expected 1 argument of the structure that was traced, got 2", traced, one, one)
    fails("graph: input 1 ('x'): was recorded with float32 (6), got float64 (6)", traced, torch.rand(6):double())
    fails("reshape: shape (2×3) does not hold 7 elements (recorded at tests/torch/jit_spec", traced,
      torch.rand(7))
    fails("boom", jit.trace, function() error "boom" end, torch.rand(1))
    local named = nn.Module()
    named.graph, named.forward = nn.Linear(1, 1), function(self, x) return self.graph(x) end
    fails("trace: 'graph': a traced module uses this name itself", jit.trace, named, one)
    assert.is_false(jit.is_tracing())
  end)
end)

describe("torch.jit.save and load", function()
  it("keep graph, parameters, buffers and constants", function()
    local path = temporary()
    local held = {c = torch.rand(8)}
    local Net = torch.class("JitNet", nn.Module)
    function Net:__init() Net.super.__init(self); self.fc = nn.Linear(4, 8); self.norm = nn.BatchNorm1d(8) end
    function Net:forward(x) return {self.norm(self.fc(x)) + held.c} end
    local net = Net()
    local traced = jit.trace(net, torch.rand(5, 4))
    jit.save(traced, path)
    local loaded = jit.load(path)
    assert.equal(tostring(loaded.graph), tostring(traced.graph))
    for k, v in pairs(traced:state_dict()) do assert(torch.equal(v, loaded:state_dict()[k]), k) end
    local x = torch.rand(6, 4)
    assert(torch.equal(loaded(x)[1], traced(x)[1]))
    for k, v in pairs(traced:state_dict()) do assert(torch.equal(v, loaded:state_dict()[k]), k) end
    torch.optim.SGD(loaded:parameters(), {lr = 1}):zero_grad()
    loaded(x)[1]:sum():backward()
    torch.optim.SGD(loaded:parameters(), {lr = 1}):step()
    assert(not torch.equal(loaded.norm.bias, net.norm.bias))
    jit.save(loaded, path)
    assert(torch.equal(jit.load(path)(x)[1], loaded(x)[1]))
    held.c = nil -- classes stay
    os.remove(path)
  end)

  it("refuse what is no graph, in a line that names the file", function()
    local path = temporary()
    for _, data in ipairs {{}, {format = "hecate graph 1", graph = "graph() {\n  return\n}\n", tensors = {}},
      {format = "hecate graph 1"}, {format = "hecate graph 1", graph = "graph("},
      {format = "hecate graph 1", graph = 'graph() {\n  %0: float32[2] = constant("c")\n  return %0\n}\n',
        tensors = {}, arguments = {}, results = {"x"}, state = {names = {}, tensors = {}, is_parameter = {}}},
      {format = "hecate graph 1", graph = "graph() {\n  return\n}\n", tensors = {}, arguments = {"x"}, results = {},
        state = {names = {}, tensors = {}, is_parameter = {}}}} do
      torch.save(data, path)
      local ok, message = pcall(jit.load, path)
      assert(not ok and message:find("torch.jit.load: " .. path, 1, true), message)
    end
    os.remove(path)
    assert(not pcall(jit.save, nn.Linear(1, 1), path))
  end)

  it("read damaged files without harm", function()
    local path = temporary()
    local traced = jit.trace(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), torch.rand(2, 3))
    jit.save(traced, path)
    local file = assert(io.open(path, "rb"))
    local good = file:read "a"
    file:close()
    local seed = 11
    local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648; return seed // 65536 % n + 1 end
    local header = string.unpack("<I8", good)
    local loaded = 0
    for _ = 1, 400 do
      local bytes = good
      for _ = 1, random(3) do
        local at = 8 + random(header)
        bytes = bytes:sub(1, at - 1) .. string.char(31 + random(95)) .. bytes:sub(at + 1)
      end
      file = assert(io.open(path, "wb"))
      file:write(bytes)
      file:close()
      local ok, module = pcall(jit.load, path)
      if ok then
        loaded = loaded + 1
        pcall(module, torch.rand(2, 3))
      else assert(tostring(module):find(path, 1, true), tostring(module)) end
    end
    assert(loaded > 0)
    os.remove(path)
  end)
end)

describe("a graph from a text", function()
  it("binds tensors of its own device alone", function()
    local g = require "torch.jit.graph".parse 'graph() {\n  %0: float32[2] = constant("c")\n  return %0\n}\n'
    assert.error_matches(function() g:bind(1, torch.empty(2, {device = "meta"})) end,
      "graph: 'c': expected a tensor on cpu, got one on meta")
    g:bind(1, torch.ones(2))
    assert(torch.equal(g:run {}, torch.ones(2)))
  end)

  it("has a step of an optimiser only with a number of steps", function()
    local model = nn.Linear(2, 1)
    local optimizer = torch.optim.SGD(model:parameters(), {lr = 0.1})
    local traced = quietly(function(x)
      optimizer:zero_grad()
      local loss = model(x):sum()
      loss:backward()
      optimizer:step()
      return loss
    end, torch.rand(3, 2), {check_trace = false})
    local progress
    for _, v in ipairs(traced.graph:values()) do
      if v.name and v.name:find "progress" then progress = v.tensor end
    end
    traced(torch.rand(3, 2))
    for _, wrong in ipairs {0 / 0, -1, 1e300, 0.5, math.huge} do
      progress[1] = wrong
      assert.error_matches(function() traced(torch.rand(3, 2)) end, "expected a number of steps first, got")
    end
  end)
end)
