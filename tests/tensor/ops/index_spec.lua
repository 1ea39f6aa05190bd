-- Reading and writing where positions and masks say, against loops over single elements.
local function same(want, got, what)
  assert.is_true(torch.equal(want, got), what)
end

local DTYPES = {"float32", "float64", "int64", "int32", "uint8", "bool"}

--- A random problem: 'base' (n × m), positions along dimension d, one of them repeated or negative
-- now and then, and as many slices.
local function problem()
  local p = {n = math.random(6), m = math.random(70), k = math.random(7), d = math.random(2),
    dtype = DTYPES[math.random(#DTYPES)]}
  local size = p.d == 1 and p.n or p.m
  p.base = torch.randint(0, 2, {p.n, p.m}):to(p.dtype)
  p.index = torch.randint(1, size + 1, {p.k})
  if math.random(2) == 1 then p.index = torch.where(p.index:gt(1), p.index - size - 1, p.index) end
  p.from_start = torch.where(p.index:lt(0), p.index + size + 1, p.index) -- what gather and its like take
  p.values = torch.randint(0, 2, p.d == 1 and {p.k, p.m} or {p.n, p.k}):to(p.dtype)
  p.wide = p.d == 1 and p.from_start:view(p.k, 1):expand(p.k, p.m):contiguous()
    or p.from_start:view(1, p.k):expand(p.n, p.k):contiguous()
  function p.key(i) return p.d == 1 and {i, {}} or {{}, i} end
  return p
end

--- What p.base is after f(old, new) has been put at each position in order.
local function by_loop(p, f)
  local out = p.base:clone()
  for j = 1, p.k do
    local key = p.key(p.index[j]:item())
    out[key] = f(out[key], p.values[p.key(j)])
  end
  return out
end

describe("indexing", function()
  it("writes, adds and reads slices as a loop does, in place and not", function()
    math.randomseed(7)
    torch.manual_seed(7)
    for _ = 1, 200 do
      local p = problem()
      local base, d, index, values, wide = p.base, p.d, p.index, p.values, p.wide
      local written = by_loop(p, function(_, new) return new end)
      for _, target in ipairs {base:clone(), base:t():contiguous():t()} do
        target[p.key(index)] = values
        same(written, target, "assignment")
      end
      same(written, base:scatter(d, wide, values), "scatter")
      same(written, base:clone():scatter_(d, wide, values), "scatter_")
      same(base:gather(d, wide), base[p.key(index)], "gather")
      same(base:index_select(d, p.from_start), base[p.key(index)], "index_select")
      if p.dtype ~= "bool" then
        local added = by_loop(p, function(old, new) return old + new end)
        same(added, base:index_add(d, p.from_start, values), "index_add")
        same(added, base:clone():index_add_(d, p.from_start, values), "index_add_")
        same(added, base:scatter_add(d, wide, values), "scatter_add")
        same(added, base:clone():scatter_add_(d, wide, values), "scatter_add_")
      end
    end
  end)

  it("reads and writes where a mask holds", function()
    for _ = 1, 100 do
      local p = problem()
      local base, mask = p.base, torch.rand(p.n, p.m):gt(0.5)
      local places, values = mask:nonzero(), base[mask]
      local count = 0
      for i = 1, p.n do
        for j = 1, p.m do
          if mask[{i, j}]:item() then
            count = count + 1
            assert.are.same({i, j}, places[count]:tolist())
            assert.equal(base[{i, j}]:item(), values[count]:item())
          end
        end
      end
      assert.are.same({count, 2}, places:size())
      same(values, base:masked_select(mask))
      same(values:sort(), (base:t()[mask:t()]:sort()))
      local ones = base:clone()
      ones[mask] = 1
      same(torch.where(mask, torch.ones(p.n, p.m):to(p.dtype), base), ones)
      local back = torch.zeros(p.n, p.m):to(p.dtype)
      back[mask] = values
      same(base * mask:to(p.dtype), back)
    end
  end)

  it("finds what is not 0 in large tensors of any number of dimensions", function()
    local a = torch.randn(30, 10, 700)
    local mask = a:gt(0.3)
    local places = mask:nonzero()
    assert.equal(mask:sum():item(), places:size(1))
    same(a[{places:select(2, 1), places:select(2, 2), places:select(2, 3)}], a[mask])
    same(a:flatten()[mask:flatten():nonzero():flatten()], a[mask])
    local one = torch.zeros(100000)
    one[77777] = 1
    assert.are.same({{77777}}, one:nonzero():tolist())
  end)

  it("fills where a mask of the first dimensions holds, with a gradient for the rest", function()
    local x = torch.ones(3, 2, {requires_grad = true})
    local y = x * 2
    y[torch.tensor {true, false, true}] = 7
    assert.are.same({{7, 7}, {2, 2}, {7, 7}}, y:tolist())
    y:sum():backward()
    assert.are.same({{0, 0}, {2, 2}, {0, 0}}, x.grad:tolist())
    assert.has_error(function() torch.zeros(3)[torch.tensor {true, false}] = 1 end,
      "index: a mask bool (2) does not fit a tensor float32 (3)")
  end)

  it("leaves a tensor as it was when a position is out of range", function()
    local a, v = torch.randn(3, 4), torch.ones(2, 4)
    local before, wide, one = a:clone(), torch.tensor {{1, 2, 3, 1}, {1, 2, 4, 1}}, torch.tensor {1, -4}
    local calls = {
      function() a:scatter_(1, wide, v) end, function() a:scatter_add_(1, wide, v) end,
        function() a:scatter_(1, wide, 5) end,
      function() a:index_add_(1, one, v) end, function() a[one] = v end
    }
    for i, call in ipairs(calls) do
      local good, message = pcall(call)
      assert.is_false(good)
      assert.truthy(tostring(message):find("position %-?4 is out of range for dimension 1 of size 3"),
        i .. ": " .. tostring(message))
      same(before, a)
    end
  end)

  it("reads its source before it writes where they share memory", function()
    local a = torch.arange(10)
    a:index_add_(1, torch.tensor {2, 3, 4, 5, 6}, a[{{1, 5}}])
    assert.are.same({0, 1, 3, 5, 7, 9, 6, 7, 8, 9}, a:tolist())
    a = torch.arange(4)
    a:scatter_(1, torch.tensor {2, 3, 4, 1}, a)
    assert.are.same({3, 0, 1, 2}, a:tolist())
    a = torch.tensor {2, 3, 4, 1}
    a[a] = a
    assert.are.same({1, 2, 3, 4}, a:tolist())
  end)

  it("in place takes memory for what is written, not for the whole tensor", function()
    local a, i, wide = torch.zeros(1 << 24), torch.tensor {5, 9}, torch.ones(2) -- larger than all before
    collectgarbage()
    local before = torch._C.memory().bytes
    a[i] = 1
    a:scatter_(1, i, wide)
    a:scatter_add_(1, i, wide)
    a:index_add_(1, i, wide)
    assert.is_true(torch._C.memory().peak < before + (1 << 24))
    assert.are.same({3, 3}, a[i]:tolist())
  end)
end)

describe("embedding with scale_grad_by_freq", function()
  it("counts occurrences that the dtype of the gradient does not hold", function()
    for dtype, n in pairs {float16 = 4097, bfloat16 = 1000, float32 = 100} do
      local weight = torch.zeros(2, 3, {dtype = dtype}):requires_grad_(true)
      local places = torch.ones(n, {dtype = "int64"})
      local y = nn.functional.embedding(places, weight, nil, nil, 2.0, true)
      local g = torch.zeros_like(y)
      g[n] = 1024
      y:backward(g)
      assert.equal(torch[dtype], weight.grad.dtype)
      assert.is_true(math.abs(weight.grad[1][2]:item() * n / 1024 - 1) < 0.01, dtype)
      assert.equal(0, weight.grad[2][2]:item())
    end
  end)
end)

describe("a position below 1", function()
  it("is refused by ops that are no indexing", function()
    local x, at = torch.eye(2), torch.tensor{-1, 1}
    local wide = torch.tensor{{-1, 1}, {1, 2}}
    local cases = {
      index_select = function() return x:index_select(1, at) end,
      gather = function() return x:gather(1, wide) end,
      scatter = function() return x:scatter(1, wide, x) end,
      ["scatter_"] = function() return x:clone():scatter_(1, wide, x) end,
      scatter_add = function() return x:scatter_add(1, wide, x) end,
      index_add = function() return x:index_add(1, at, x) end,
      ["index_add_"] = function() return x:clone():index_add_(1, at, x) end,
      embedding = function() return torch.nn.functional.embedding(at, x) end,
    }
    for name, f in pairs(cases) do
      assert.error_matches(f,
        name .. ": position %-1 is out of range for dimension 1 of size 2: positions count from 1")
    end
    assert.are.same({{0, 1}, {1, 0}}, x[at]:tolist())
  end)
end)

describe("slices without elements", function()
  local x, at = torch.zeros(3, 0), torch.tensor{1, 3, 1, 2, 1}
  it("are selected, and their positions are looked at", function()
    assert.are.same({5, 0}, x:index_select(1, at).shape)
    assert.are.same({5, 0}, x[at].shape)
    assert.are.same({1, 0}, torch.randn(1, 0, {requires_grad = true})[{torch.tensor(true), 1}].shape)
    assert.error_matches(function() return x:index_select(1, torch.tensor{4}) end, "position 4 is out of range")
  end)
  it("are written and added", function()
    assert.are.same({3, 0}, x:index_add(1, at, torch.zeros(5, 0)).shape)
    x[at] = torch.zeros(5, 0)
    assert.error_matches(function() x[torch.tensor{4}] = torch.zeros(1, 0) end, "position 4 is out of range")
  end)
  it("may have strides that cannot be counted in bytes", function()
    assert.equal(0, torch.zeros(0, math.maxinteger):add(1):fill_(2):numel())
    assert.equal(0, nn.LayerNorm({0, math.maxinteger}).weight:numel())
  end)
end)

describe("a position in a tensor without dimensions", function()
  local x = torch.arange(24):reshape(2, 3, 4)
  it("counts as a number beside masks and other tensors, as in PyTorch", function()
    local two, mask = torch.tensor(2), torch.tensor({true, false, false, true})
    same(x[{2, {}, mask}], x[{two, {}, mask}])
    assert.same({3, 2}, {table.unpack(x[{two, {}, mask}].shape)})
    same(x[{-1, {}, torch.tensor({1, 1})}], x[{torch.tensor(-1), {}, torch.tensor({1, 1})}])
  end)
  it("gives a view, and may be assigned to", function()
    local y = x:clone()
    y[torch.tensor(1)]:fill_(7)
    assert.equal(7 * 12, y[1]:sum():item())
    y[{torch.tensor(2), torch.tensor(-1, {dtype = "int32"})}] = 0
    assert.equal(0, y[{2, 3}]:sum():item())
  end)
  it("is refused in a line where there is none", function()
    local function message(f) return select(2, pcall(f)) end
    assert.is_truthy(tostring(message(function() return x[torch.tensor(0)] end)):find "0 is not a position")
    assert.is_truthy(tostring(message(function() return x[torch.tensor(3)] end)):find "position 3 is out of range")
  end)
end)

describe("the gradient of scatter_add", function()
  it("goes to a source that is smaller than an index without elements", function()
    local src = torch.zeros(4, 1, 2, 0):requires_grad_()
    torch.scatter_add(torch.zeros(4, 4, 2, 0), 2, torch.zeros(4, 4, 2, 0):long(), src):sum():backward()
    assert.same({4, 1, 2, 0}, {table.unpack(src.grad.shape)})
  end)
end)
