-- The pass that joins elementwise nodes into groups, and how groups run: the bits of the nodes one by one.
local graphs = require "torch.jit.graph"
local N = 5003 -- more than a strip, and no multiple of anything

--- The graph of a function, as it was recorded and with groups.
local function both(f, ...)
  local inputs, names = {...}, {}
  for i = 1, #inputs do names[i] = "x" .. i end
  local plain = graphs.trace(function() return {f(table.unpack(inputs))} end, inputs, names, {}, {})
  local joined = plain:copy()
  joined:fuse()
  return plain, joined
end

local function walks(f)
  local before = torch._C.fused()
  f()
  return torch._C.fused() - before
end

local function same_bits(a, b)
  return a.dtype == b.dtype and a.shape == b.shape and torch.equal(a:eq(b):logical_or(a:ne(a):logical_and(b:ne(b))),
    torch.ones_like(a, {dtype = "bool"}))
end

--- The text of the groups of a graph: "mul exp, add sum".
local function groups(graph)
  local out = {}
  for _, n in ipairs(graph:nodes()) do
    if n.group then out[n.group] = (out[n.group] and out[n.group] .. " " or "") .. n.op end
  end
  return table.concat(out, ", ")
end

--- Runs both graphs: equal results, with so many walks, and the groups.
local function check(want_groups, want_walks, f, ...)
  local inputs = {...}
  local plain, joined = both(f, ...)
  assert.equal(want_groups, groups(joined))
  local want, got = table.pack(plain:run(inputs)), nil
  assert.equal(want_walks, walks(function() got = table.pack(joined:run(inputs)) end))
  for i = 1, want.n do assert(same_bits(want[i], got[i]), "result " .. i) end
  local again = graphs.parse(tostring(joined))
  assert.equal(tostring(joined), tostring(again))
end

describe("the pass fuse", function()
  local x, y = torch.rand(N), torch.rand(N)

  it("joins chains, with a reduction at the end", function()
    check("mul add exp mul sqrt", 1, function(a, b) return ((a * 2 + 1):exp() * b):sqrt() end, x, y)
    check("mul log sum", 1, function(a) return (a * 2):log():sum() end, x)
    check("mul log mean", 1, function(a) return (a * 2):log():mean(2) end, torch.rand(61, 83))
    check("gt lt logical_and where", 1, function(a, b) return torch.where(a:gt(0.5):logical_and(b:lt(0.5)), a, b) end,
      x, y)
    check("mul add", 1, function(a, b) return a:half() * 2 + b:half() end, x, y)
  end)

  it("leaves a reduction alone where something else uses what is reduced, or the dimension is not the last", function()
    check("mul log", 1, function(a) local e = (a * 2):log(); return e:sum(), e end, x)
    check("mul log", 1, function(a) return (a * 2):log():sum(1) end, torch.rand(61, 83))
    check("mul log", 1, function(a) return (a * 2):log():sum {dtype = "float64"} end, x)
  end)

  it("keeps the order where something between uses a part", function()
    local m = torch.rand(64, 64)
    check("mul exp, add neg", 2, function(a) local h = (a * 2):exp(); return (h + h:mm(h)):neg() end, m)
    check("mul exp add neg", 1, function(a)
      local h = (a * 2):exp()
      local p = a:mm(a)
      return (h + p):neg()
    end, m)
    check("mul add, add mul mul", 2, function(a)
      local b = a * 2 + 1
      local c = b:mm(a)
      return (a + 3) * b * c
    end, m)
  end)

  it("leaves alone what is changed in place or drawn", function()
    local f = function(a) local h = a * 2; a:add_(1); return h + a, torch.rand_like(a) * 2 end
    local plain, joined = both(f, x:clone())
    torch.manual_seed(1)
    local want = table.pack(plain:run {x:clone()})
    torch.manual_seed(1)
    local got = table.pack(joined:run {x:clone()})
    for i = 1, 2 do assert(same_bits(want[i], got[i])) end
  end)

  it("runs node by node where a walk would not do: other shapes, modes, small tensors", function()
    local f = function(a, b) return ((a + b) * 2):exp() end
    local plain, joined = both(f, torch.rand(61, 83), torch.rand(61, 83))
    assert.equal("add mul exp", groups(joined))
    local function run(count, a, b)
      local want, got = plain:run {a, b}, nil
      assert.equal(count, walks(function() got = joined:run {a, b} end))
      assert(same_bits(want, got))
      return want, got
    end
    run(1, torch.rand(100, 100), torch.rand(100, 100))
    run(1, torch.rand(100, 100), torch.rand(1, 100))
    run(0, torch.rand(83, 61):t(), torch.rand(83, 61):t())
    run(0, torch.rand(2, 2), torch.rand(2, 2))
    local a, b = torch.rand(50, 60, {requires_grad = true}), torch.rand(50, 60) -- too few for a walk with gradients
    local want, got = run(0, a, b)
    assert(same_bits(torch.autograd.grad(want:sum(), {a}), torch.autograd.grad(got:sum(), {a})))
    torch.no_grad(function() run(1, a, b) end)
    local profile = torch.profiler.profile {}
    profile:start()
    assert.equal(0, walks(function() joined:run {a:detach(), b} end))
    profile:stop()
    assert.error_matches(function() joined:run {torch.rand(3, 4), torch.rand(3, 5)} end, "add: shapes .* broadcast")
  end)

  it("is part of torch.jit.trace, prints and parses", function()
    local traced = torch.jit.trace(function(a) return (a * 2 + 1):exp() end, x)
    local text = tostring(traced.graph)
    assert(text:find("  fused {\n    %%1: float32%[5003%] = mul%(%%0, 2%)[^}]*exp%(%%2%)[^}]*\n  }\n"), text)
    local got
    assert.equal(1, walks(function() got = traced(x) end))
    assert(same_bits(got, (x * 2 + 1):exp()))
    local path = os.tmpname()
    torch.jit.save(traced, path)
    local loaded = torch.jit.load(path)
    os.remove(path)
    assert.equal(1, walks(function() got = loaded(x) end))
    assert(same_bits(got, (x * 2 + 1):exp()))
    for _, wrong in ipairs {"fused { fused {", "fused {", "fused x", "}"} do
      assert.is_false(pcall(graphs.parse, "graph() {\n" .. wrong .. "\n  return\n}\n"))
    end
  end)

  it("keeps long chains to the length of a walk", function()
    local function long(a) for _ = 1, 100 do a = a * 0.5 + 0.25 end return a end
    local plain, joined = both(long, x)
    assert(same_bits(plain:run {x}, joined:run {x}))
    for _, n in ipairs(joined:nodes()) do assert(n.group) end
    assert.is_false(joined:fuse()) -- once is enough
  end)

  it("takes whatever a text says", function()
    local text = "graph(%0: float32[5003]) {\n  fused {\n    %1: float32[5003] = add_(%0, 1)\n"
      .. "    %2: float32[] = sum(%1)\n    %3: float32[5003] = mul(%0, %2)\n  }\n  return %3\n}\n"
    local one, two = x:clone(), x:clone()
    assert(same_bits(graphs.parse(text):run {one}, (two:add_(1) * two:sum())))
  end)
end)

describe("gradients of groups", function()
  setup(function() torch._C.fused(32) end) -- from up to 64 times as many on with gradients
  teardown(function() torch._C.fused(2048) end)

  --- Results and gradients of both graphs of f, which are equal; `want_walks` of the forward and the backward pass.
  local function check_gradients(want_walks, f, ...)
    local inputs = {...}
    local plain, joined = both(f, ...)
    for i, t in ipairs(inputs) do inputs[i] = t:detach():clone():requires_grad_(t:is_floating_point()) end
    local function run(graph)
      local results, roots, seeds, wanted = table.pack(graph:run(inputs)), {}, {}, {}
      torch.manual_seed(5)
      for _, r in ipairs(results) do
        if r.requires_grad then roots[#roots + 1], seeds[#seeds + 1] = r, torch.rand(r.shape):to(r.dtype) end
      end
      for _, t in ipairs(inputs) do if t.requires_grad then wanted[#wanted + 1] = t end end
      return results, table.pack(torch.autograd.grad(roots, wanted, seeds, {allow_unused = true}))
    end
    local want, want_grads = run(plain)
    local got, got_grads
    assert.equal(want_walks, walks(function() got, got_grads = run(joined) end))
    for i = 1, want.n do
      assert(same_bits(want[i]:detach(), got[i]:detach()), "result " .. i)
      assert.equal(want[i].requires_grad, got[i].requires_grad)
    end
    assert.equal(want_grads.n, got_grads.n)
    for i = 1, want_grads.n do assert(same_bits(want_grads[i], got_grads[i]), "gradient " .. i) end
  end

  it("are computed in a walk, with the bits of the nodes one by one", function()
    local x, y, row = torch.rand(61, 83) + 0.1, torch.rand(61, 83) + 0.1, torch.rand(83)
    check_gradients(2, function(a, b) return ((a * 2 + 1):exp() * b):sqrt() end, x, y)
    check_gradients(2, function(a, b) return torch.where(a:gt(b), a:log() * b, (b + a):sin()) end, x, y)
    check_gradients(2, function(a, r) return (a * r):relu() * 3 end, x, row)
    check_gradients(2, function(a, b) return (a * b):log():sum() end, x, y)
    check_gradients(2, function(a, b) return (a:double() * b + 1):exp() end, x, y)
    check_gradients(4, function(a, b) local h = (a * 2):exp(); return (h:mm(b:t()) + 1):sqrt() end, x, y)
  end)

  it("leave a tensor that is shown and used in the walk to the tape, for hooks", function()
    local plain, joined = both(function(a) local h = a * 2; return h:exp(), h end, torch.rand(61, 83))
    local function seen_by_hook(graph)
      local a, seen = torch.rand(61, 83, {requires_grad = true}), nil
      local y, h = graph:run {a}
      h:register_hook(function(g) seen = g end)
      y:sum():backward()
      return seen ~= nil
    end
    assert.is_true(seen_by_hook(plain) and seen_by_hook(joined))
  end)

  it("are there where they are wanted: not of what ran without, nor under no_grad", function()
    local x = torch.rand(N, {requires_grad = true})
    local _, joined = both(function(a) return torch.no_grad(function() return (a * 2):exp() end) end, x)
    assert.is_false(joined:run {x}.requires_grad)
    local _, chain = both(function(a) return (a * 2):exp() end, x)
    assert.is_false(torch.no_grad(function() return chain:run {x} end).requires_grad)
    assert.equal("<FusedBackward>", tostring(chain:run {x}.grad_fn))
    assert.is_nil(chain:run {x:detach()}.grad_fn)
  end)

  it("have gradients in turn, and say when what they read was changed", function()
    local x = torch.rand(N, {requires_grad = true})
    local plain, joined = both(function(a) return (a * a):exp() end, x)
    local function second(graph)
      local g = torch.autograd.grad(graph:run {x}, x, torch.ones(N), {create_graph = true})
      return torch.autograd.grad(g:sum(), x)
    end
    assert(torch.allclose(second(plain), second(joined)))
    local y = joined:run {x}
    torch.no_grad(function() x:add_(1) end)
    assert.error_matches(function() y:sum():backward() end, "a fused function used was changed in place")
  end)

  it("train a traced model as it trains without", function()
    local function train(fuse)
      torch.manual_seed(3)
      local net = nn.Sequential(nn.Linear(20, 64), nn.GELU(), nn.Linear(64, 32))
      local x = torch.randn(100, 20)
      local loss_of = torch.jit.trace(function(a) return ((net(a) - 1):square() * 0.5 + 2):log():mean() end, x)
      torch._C.fused(fuse and 32 or 1 << 40)
      local optimizer = torch.optim.SGD(net:parameters(), {lr = 0.1})
      local before, loss = torch._C.fused(), nil
      for _ = 1, 5 do
        optimizer:zero_grad()
        loss = loss_of(x)
        loss:backward()
        optimizer:step()
      end
      assert.equal(fuse or false, torch._C.fused() > before)
      torch._C.fused(32)
      return loss:item()
    end
    assert.equal(train(), train(true))
  end)
end)
