-- torch.utils.checkpoint: the same gradients with less memory; and the state of the default
-- generator, which it depends on.
local checkpoint = torch.utils.checkpoint

local function gradients(model, run, x)
  model:zero_grad()
  local input = x:clone():requires_grad_(true)
  run(input):pow(2):sum():backward()
  local list = {input.grad:tolist()}
  for _, p in ipairs(model:parameters()) do list[#list + 1] = p.grad:tolist() end
  return list
end

describe("torch.utils.checkpoint", function()
  local function network()
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
  end

  it("gives the gradients of the plain call, dropout included", function()
    local model, x = network(), torch.randn(5, 4)
    torch.manual_seed(1)
    local plain = gradients(model, model, x)
    torch.manual_seed(1)
    assert.are.same(plain, gradients(model, function(t) return checkpoint.checkpoint(model, t) end, x))
    torch.manual_seed(1)
    assert.are.same(plain, gradients(model, function(t) return checkpoint.checkpoint_sequential(model, 3, t) end, x))
  end)

  it("without reentrance: gradients of every kind", function()
    local model, x = network(), torch.randn(5, 4)
    local how = {use_reentrant = false}
    torch.manual_seed(1)
    local plain = gradients(model, model, x)
    torch.manual_seed(1)
    assert.are.same(plain, gradients(model, function(t) return checkpoint.checkpoint(model, t, how) end, x))
    torch.manual_seed(1)
    assert.are.same(plain, gradients(model, function(t)
      return checkpoint.checkpoint_sequential(model, 3, t, how)
    end, x))
    model:eval()
    local y = checkpoint.checkpoint(model, x, how):pow(2):sum()
    local g = torch.autograd.grad(y, model[1].weight, nil, {retain_graph = true})
    assert.is_true(torch.equal(g, (torch.autograd.grad(y, model[1].weight))))
    local runs = 0
    local function cube(t)
      runs = runs + 1
      return (t * t * t):sum()
    end
    local w = torch.tensor({2.0, 3.0}, {dtype = "float64"}):requires_grad_()
    local first = torch.autograd.grad(checkpoint.checkpoint(cube, w, how), w, nil, {create_graph = true})
    assert.are.same({12, 27}, first:tolist())
    assert.equal(2, runs)
    assert.are.same({12, 18}, torch.autograd.grad(first:sum(), w):tolist())
    local calls = 0
    local other = checkpoint.checkpoint(function(t)
      calls = calls + 1
      return calls == 1 and t * t or t:exp():sin():tanh()
    end, w, how)
    assert.error_matches(function() other:sum():backward() end, "kept 2 tensors at first, %d+ when it ran again")
    assert.error_matches(function() checkpoint.checkpoint(cube, w, {use_reentrant = 5}) end,
      "checkpoint: 'use_reentrant': expected true or false, got number 5")
  end)

  it("runs again under the autocast of the first time", function()
    for _, reentrant in ipairs {true, false} do
      local layer, dtypes = nn.Linear(4, 4), {}
      local function f(t)
        local y = layer(t)
        dtypes[#dtypes + 1] = tostring(y.dtype)
        return y * y
      end
      local y = torch.autocast("cpu", function()
        return checkpoint.checkpoint(f, torch.rand(2, 4):requires_grad_(), {use_reentrant = reentrant})
      end)
      y:sum():backward()
      assert.are.same({"torch.bfloat16", "torch.bfloat16"}, dtypes)
    end
  end)

  it("passes what is no tensor, and several results", function()
    local x, y = torch.ones(3):requires_grad_(true), torch.ones(3):requires_grad_(true)
    local function f(a, k, b, text) return a * k + b, #text, a * b end
    local sum, length, product = checkpoint.checkpoint(f, x, 3, y, "four", {preserve_rng_state = false})
    assert.are.equal(4, length)
    ;(sum:sum() + product:sum()):backward()
    assert.are.same({4, 4, 4}, x.grad:tolist())
    assert.are.same({2, 2, 2}, y.grad:tolist())
  end)

  it("reaches parameters also when no argument wants a gradient", function()
    local layer = nn.Linear(2, 1)
    checkpoint.checkpoint(layer, torch.ones(1, 2)):sum():backward()
    assert.are.same({{1, 1}}, layer.weight.grad:tolist())
  end)

  it("keeps less until the backward pass", function()
    local function deep(x)
      for _ = 1, 20 do x = x:tanh() end
      return x
    end
    local function held(run)
      collectgarbage()
      collectgarbage()
      local start = torch._C.memory().bytes
      local y = run(torch.randn(10000):requires_grad_(true))
      collectgarbage()
      collectgarbage()
      return torch._C.memory().bytes - start, y
    end
    local plain = held(deep)
    local small = held(function(x) return checkpoint.checkpoint(deep, x) end)
    assert.is_true(small * 4 < plain, small .. " against " .. plain)
  end)

  it("forbids second derivatives instead of giving wrong ones", function()
    local x = torch.ones(2):requires_grad_(true)
    local y = checkpoint.checkpoint(function(t) return t ^ 3 end, x)
    local g = torch.autograd.grad((y ^ 2):sum(), x, nil, {create_graph = true})
    assert.has_error(function() g:sum():backward() end)
  end)
end)

describe("the default generator", function()
  it("begins in every process with a seed of its own, others with PyTorch's", function()
    local function seed()
      local pipe <close> = assert(io.popen((os.getenv "HECATE_BIN" or "build/hecate")
        .. " -e 'print(torch.initial_seed())'"))
      return assert(math.tointeger(pipe:read "n"))
    end
    assert.are_not.equal(seed(), seed())
    assert.are.equal(67280421310721, torch.Generator():initial_seed())
  end)

  it("goes back to a state", function()
    torch.manual_seed(5)
    assert.are.equal(5, torch.initial_seed())
    torch.randn(7)
    local state = torch.get_rng_state()
    local first = torch.randn(5):tolist()
    assert.are_not.same(first, torch.randn(5):tolist())
    torch.set_rng_state(state)
    assert.are.same(first, torch.randn(5):tolist())
    assert.are.equal(5, torch.initial_seed())
  end)

  it("is for a device that there is, of which nothing else is asked", function()
    for _, right in ipairs {{}, {"cpu"}, {torch.device "cpu"}, {{device = "cpu"}}, {"meta"}} do
      assert.equal(67280421310721, torch.Generator(table.unpack(right)):initial_seed())
    end
    local function refused(message, ...)
      local ok, text = pcall(torch.Generator, ...)
      assert.is_false(ok)
      assert.equal(message, text:match "Generator: .*")
    end
    local wanted = "Generator: 'device': expected \"cpu\", \"cuda\", \"meta\" or a torch.device, got the "
    refused(wanted .. 'string "x"', "x")
    refused(wanted .. "number 1", {device = 1})
    refused("Generator: no argument 'seed'", {seed = 1})
    refused("Generator: at most 1 argument is expected, got 2", "cpu", 1)
  end)

  it("is a generator as any other", function()
    assert.are.equal(9, torch.manual_seed(9):initial_seed())
    local g = torch.Generator():manual_seed(9)
    assert.are.same(torch.rand(4):tolist(), torch.rand(4, {generator = g}):tolist())
    assert.are.same(torch.default_generator:get_state():tolist(), g:get_state():tolist())
    g:seed()
    assert.are_not.equal(9, g:initial_seed())
    torch.random.manual_seed(2)
    local inside
    torch.random.fork_rng(function() inside = torch.rand(2):tolist() end)
    assert.are.same(inside, torch.rand(2):tolist())
  end)

  it("refuses what is no state", function()
    local function reason(f) return (select(2, pcall(f)):gsub("^[^ ]*:%d+: ", "")) end
    assert.are.equal("set_rng_state: 'new_state': expected a state from get_state, a uint8 tensor of 16 elements, " ..
      "got a tensor float32 (2)",
      reason(function() torch.set_rng_state(torch.ones(2)) end))
    assert.are.equal("manual_seed: 'seed': expected an integer, got the string \"x\"",
      reason(function() torch.manual_seed "x" end))
  end)
end)
