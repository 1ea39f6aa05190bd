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

  it("runs node by node where a walk would not do: other shapes, gradients, modes, small tensors", function()
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
    local a, b = torch.rand(61, 83, {requires_grad = true}), torch.rand(61, 83)
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
