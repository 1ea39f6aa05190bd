--- Errors of wrong calls name the line of the program, whichever file of Hecate finds what is wrong.
local folder = io.popen "mktemp -d":read "l"
teardown(function() os.execute("rm -rf " .. folder) end)

--- What must begin the message of an error of `f`, which is written in one line.
local function place(f)
  local info = debug.getinfo(f, "S")
  return ("%s:%d: "):format(info.short_src, info.linedefined)
end

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

local calls = {
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
  function() torch.load(folder .. "/bad.csv") end,
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
  function() torch.utils.data.DataLoader({1}, {num_workers = 2}) end,
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

describe("errors", function()
  setup(function()
    local file <close> = assert(io.open(folder .. "/bad.csv", "w"))
    file:write "1,2,3\n"
    torch.save({}, folder .. "/array")
  end)

  it("are at the line of the program", function()
    for i, f in ipairs(calls) do
      local ok, message = pcall(function() f() end)
      assert.is_false(ok, place(f))
      assert.equal(place(f), tostring(message):sub(1, #place(f)), ("call %d: %s"):format(i, message))
    end
  end)
end)
