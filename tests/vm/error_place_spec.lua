-- Errors of wrong calls name the line of the program that made the call, whatever lies between: constructors, Lua
-- files of Hecate, methods of classes.

local files = dofile "tests/files.lua"
local folder = files.capture("mktemp -d"):match "[^\n]+"
teardown(function() os.execute("rm -rf " .. folder) end)

local function line() return debug.getinfo(2, "l").currentline end

--- Calls f and returns its message without the place, which must be that of the line `at` of this file.
local function message(f, at)
  local ok, text = pcall(f)
  assert.is_false(ok)
  local place, rest = text:match "^[^\n]*error_place_spec%.lua:(%d+): (.*)$"
  assert.equal(at, tonumber(place), text)
  return rest
end

local parameter = torch.ones(1, {requires_grad = true})

-- What each call says; the names of the functions are part of it.
local calls = {
  {"add: 'other'", function() local _ = torch.ones(2):add("x") end, line()},
  {"greater: shapes", function() local _ = torch.greater(torch.ones(2), torch.ones(3)) end, line()},
  {"less_equal_: shapes", function() torch.ones(2):less_equal_(torch.ones(3)) end, line()},
  {"le_: shapes", function() torch.ones(2):le_(torch.ones(3)) end, line()},
  {"psi: 'input'", function() local _ = torch.special.psi("x") end, line()},
  {"absolute: at most 1 arguments", function() return torch.ones(2):absolute(1, 2) end, line()},
  {"concat: 'tensors'", function() return torch.concat(1) end, line()},
  {"hstack: cat: 'tensors'", function() local _ = torch.hstack({torch.ones(2, 2), torch.ones(3, 2)}) end, line()},
  {"addr: addmm: 'input'", function() local _ = torch.addr(torch.eye(2), torch.ones(3), torch.ones(2)) end, line()},
  {"count_nonzero: sum: 'dim'", function() local _ = torch.count_nonzero(torch.ones(2), "a") end, line()},
  {"addr: addmm: 'input'", function() local _ = torch.ones(2, 2):addr(torch.ones(2), torch.ones(3)) end, line()},
  {"MNIST: no file", function() return torchvision.datasets.MNIST(folder) end, line()},
  {"nn.Linear: 'in_features'", function() local _ = nn.Linear("x") end, line()},
  {"nn.Linear: unknown option 'bas'", function() local _ = nn.Linear(1, 2, {bas = true}) end, line()},
  {"nn.Dropout: 'p'", function() local _ = nn.Dropout(3) end, line()},
  {"nn.Linear: 'input'", function() local _ = nn.Linear(1, 2)("x") end, line()},
  {"nn.Sequential: 'module'", function() local _ = nn.Sequential(1) end, line()},
  {"nn.ModuleList: 'module'", function() local _ = nn.ModuleList(1) end, line()},
  {"nn.ModuleDict: 'modules'", function() local _ = nn.ModuleDict(1) end, line()},
  {"nn.ModuleDict: 'a': expected a module", function() local _ = nn.ModuleDict {a = 1} end, line()},
  {"Sequential: position 7", function() local _ = nn.Sequential(nn.Tanh())[7] end, line()},
  {"nn.Parameter: 'data'", function() local _ = nn.Parameter(1) end, line()},
  {"optim.SGD: 'params'", function() local _ = optim.SGD(1) end, line()},
  {"optim.Adam: 'lr'", function() local _ = optim.Adam({parameter}, {lr = "x"}) end, line()},
  {"optim.SGD: 'closure'", function() optim.SGD({parameter}, {lr = 0.1}):step(1) end, line()},
  {"DataLoader: 'dataset'", function() local _ = torch.utils.data.DataLoader(1) end, line()},
  {"DataLoader: 'batch_size'", function() local _ = torch.utils.data.DataLoader({1}, {batch_size = "x"}) end, line()},
  {"DataLoader: unknown option", function() local _ = torch.utils.data.DataLoader({1}, {batchsize = 2}) end, line()},
  {"TensorDataset: 'tensors'", function() local _ = torch.utils.data.TensorDataset(1) end, line()},
  {"random_split: 'lengths'", function() local _ = torch.utils.data.random_split({1, 2}, {5}) end, line(),
    "random_split"},
  {"MNIST: 'root'", function() local _ = torchvision.datasets.MNIST {root = 1} end, line()},
  {"MNIST: no file", function() local _ = torchvision.datasets.MNIST {root = "/nowhere"} end, line()},
  {"optim.Logger: 'filename'", function() local _ = optim.Logger("/nowhere/x") end, line()},
  {"gnuplot.plot: ", function() gnuplot.plot("x", 1) end, line()},
  {"gnuplot.title: 'text'", function() gnuplot.title(1) end, line()},
}

local x = torch.tensor({1.0, 2.0})
local function leaf() return torch.ones(2, {requires_grad = true}) end
local bad = torch.utils.data.DataLoader({1, 2, 3}, {collate_fn = function() end})
local mixed = torch.utils.data.DataLoader({1, {2}, 3}, {batch_size = 3})
local strange = torch.utils.data.DataLoader({print, print}, {batch_size = 2})
local short = torch.utils.data.DataLoader({1, 2}, {sampler = {1, 7}})
local function context(f) return torch.autograd.Function("Ctx", {forward = f, backward = function() end}) end
local Less = torch.autograd.Function("Less", {forward = function(_, a) return a * 2 end, backward = function() end})
local once = torch.autograd.once_differentiable

local double = torch.ones(2, {dtype = "float64", requires_grad = true})
local hooked = nn.Linear(2, 2)
hooked:register_full_backward_hook(function() return 1, 2, 3 end)

local function same(...) return ... end
local traced = torch.jit.trace(same, x)
local graph = torch.jit.trace(function(a) return F.mse_loss(a, a) end, x).graph

-- Each in one line, which its error must name.
local one_liners = {
  function() gnuplot.live {smooth = 1} end,
  function() gnuplot.live {terminal = "paper"} end,
  function() gnuplot.live {csv = folder .. "/bad.csv", resume = true, terminal = "none"} end,
  function() local c <close> = gnuplot.live {terminal = "none"} c:add("t", 1, x) end,
  function() local c = gnuplot.live {terminal = "none"} c:close() c:add("t", 1, 1) end,
  function() local c = gnuplot.live {terminal = "none"} c:close() c:mark(1, "a") end,
  function() gnuplot.setterm("paper") end,
  function() torch.save(1, 2) end,
  function() torch.save(print, folder .. "/a") end,
  function() torch.save({[print] = 1}, folder .. "/a") end,
  function() torch.save({x, x:view(torch.int32)}, folder .. "/a") end,
  function() torch.save(1, folder .. "/none/a") end,
  function() torch.load(3) end,
  function() torch.load(folder .. "/none") end,
  function() torch.load(folder .. "/bad.txt") end,
  function() torch.load(folder) end,
  function() torchvision.datasets.MNIST(folder) end,
  function() torch.nonzero(x, {as_tuple = 3}) end,
  function() torch.allclose(x, 3) end,
  function() torch.allclose(x, torch.ones(3)) end,
  function() torch.allclose(x, x, {rtoll = 1}) end,
  function() x:view_as(3) end,
  function() torch.finfo(torch.int32) end,
  function() torch.iinfo(torch.float32) end,
  function() nn.init.trunc_normal_(torch.ones(2), 0, 1, 2, 1) end,
  function() nn.init.dirac_(torch.ones(3, 3, 3), 2) end,
  function() nn.init.eye_(torch.ones(3)) end,
  function() nn.init.eye_(3) end,
  function() nn.init.sparse_(torch.ones(2, 2), 2) end,
  function() nn.utils.parameters_to_vector({}) end,
  function() nn.utils.parameters_to_vector({1}) end,
  function() nn.utils.vector_to_parameters(3, {x}) end,
  function() nn.utils.vector_to_parameters(x, 3) end,
  function() nn.utils.vector_to_parameters(x, {torch.ones(3)}) end,
  function() torch.utils.checkpoint.checkpoint_sequential({nn.ReLU()}, 3, x) end,
  function() torch.utils.data.DataLoader({1}, {num_workers = -1}) end,
  function() torch.utils.data.TensorDataset() end,
  function() torch.utils.data.TensorDataset(torch.ones(2), torch.ones(3)) end,
  function() torch.utils.data.default_collate({x, torch.ones(3)}) end,
  function() bad:iter()() end,
  function() bad() end,
  function() mixed:iter()() end,
  function() strange:iter()() end,
  function() local f = short:iter() f() f() end,
  function() for _ in mixed:enumerate() do end end,
  function() torch.autograd.Function(3) end,
  function() torch.autograd.Function("F", 3) end,
  function() torch.autograd.Function("F", {fore = 3}) end,
  function() torch.autograd.Function("F", {forward = 3}) end,
  function() context(function(ctx, a) ctx:save_for_backward(3) return a end):apply(x) end,
  function() context(function(ctx, a) ctx:mark_dirty(3) return a end):apply(x) end,
  function() context(function(ctx, a) ctx:mark_dirty(a) return a * 2 end):apply(leaf() * 1) end,
  function() context(function(ctx, a) ctx:mark_dirty(a) return a end):apply(leaf()) end,
  function() Less:apply(leaf()):sum():backward() end,
  function() torch.autograd.gradcheck(function(a) return a:round() * a end, {double}, {eps = 1}) end,
  function() hooked(leaf()):sum():backward() end,
  function() torch.jit.trace(3) end,
  function() torch.jit.trace(same, 3) end,
  function() torch.jit.trace(same, x, 3) end,
  function() torch.jit.trace(same, x, {chek = 1}) end,
  function() torch.jit.trace(same, x, {strict = 1}) end,
  function() torch.jit.trace(same, {3}) end,
  function() torch.jit.trace(function() return 3 end, x) end,
  function() torch.jit.trace(function(a) return {loss = a} end, x) end,
  function() torch.jit.trace(function(a) return {[4] = a} end, x) end,
  function() torch.jit.trace(function(a) return torch.jit.trace(same, a)(a) end, x) end,
  function() traced(x, x) end,
  function() traced(3) end,
  function() traced(torch.ones(2, 2)) end,
  function() torch.jit.save(3, folder .. "/a") end,
  function() torch.jit.load(folder .. "/array") end,
  function() graph:run(3) end,
  function() graph:bind(1, x) end,
  function() graph:bind(1 << 32 | 1, x) end,
  function() graph:bind("a", x) end,
  function() graph:decompose "nothing" end,
  function() graph:decompose {} end,
}

--- What must begin the message of an error of `f`.
local function place(f)
  local info = debug.getinfo(f, "S")
  return ("%s:%d: "):format(info.short_src, info.linedefined)
end

describe("the error of a wrong call", function()
  for _, call in ipairs(calls) do
    it("names the line of the program: " .. call[1], function()
      local rest = message(call[2], call[3])
      assert.matches("^" .. (call[4] or call[1]):gsub("%p", "%%%0"), rest)
    end)
  end

  it("names the line of the program, whatever is called", function()
    files.write(folder .. "/bad.csv", "1,2,3\n")
    files.write(folder .. "/bad.txt", "one, two\n")
    torch.save({}, folder .. "/array")
    for i, f in ipairs(one_liners) do
      local ok, message = pcall(function() f() end)
      assert.is_false(ok, place(f))
      assert.equal(place(f), tostring(message):sub(1, #place(f)), ("call %d: %s"):format(i, message))
    end
  end)

  it("is that of the constructor in a class of the program", function()
    local Net = torch.class("Net", nn.Module)
    function Net:__init() self.fc = nn.Linear(1) end
    local at = line() - 1
    assert.matches("^nn.Linear: 'out_features'", message(function() local _ = Net() end, at))
  end)

  it("has no line where pcall made the call, as with functions of Lua", function()
    assert.matches("^nn.Linear: 'in_features'", (select(2, pcall(nn.Linear, "x"))))
    assert.matches("^add: 'input'", (select(2, pcall(torch.add, "x", 1))))
  end)

  it("leaves what was caught and is no message of an error as it is", function()
    local value = {}
    assert.equal(value, select(2, pcall(torch._C.raise, value)))
    assert.equal("interrupted", select(2, pcall(function() torch._C.raise "interrupted" end)))
  end)
end)
