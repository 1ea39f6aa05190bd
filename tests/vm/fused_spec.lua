-- torch.fused: elementwise ops that follow each other as one walk over memory: the same bits, the same errors
-- as without; what nobody needs is not computed. Gradients: fused_gradient_spec.lua.
local N = 5003 -- more than a strip, and no multiple of anything

--- Whether two tensors have the same bits (NaN is equal to itself).
local function same_bits(a, b)
  if a.dtype ~= b.dtype or not (a.shape == b.shape) then return false end
  if table.concat(a:stride(), ",") ~= table.concat(b:stride(), ",") then return false end
  return torch.equal(a:eq(b):logical_or(a:ne(a):logical_and(b:ne(b))), torch.ones_like(a, {dtype = "bool"}))
end

--- f and its fused form give the same results.
local function check(f, ...)
  local want, got = table.pack(f(...)), table.pack(torch.fused(f)(...))
  assert.equal(want.n, got.n)
  for i = 1, want.n do assert(same_bits(want[i], got[i]), "result " .. i .. " differs") end
end

local function made(f) -- bytes that a call made at its peak, beside its results
  collectgarbage()
  torch._C.reset_peak()
  local before = torch._C.memory().bytes
  local result = f()
  local peak = torch._C.memory().peak - before
  return peak - result:numel() * result:element_size()
end

describe("torch.fused", function()
  setup(function() torch._C.fused(32) end) -- from up to 64 times as many on with gradients
  teardown(function() torch._C.fused(2048) end)

  it("gives the bits of the unfused function", function()
    local x, y = torch.rand(N), torch.rand(N)
    check(function() return ((x * 2 + 1):exp() * y):sqrt() end)
    check(function() return x:sin() / y, (x - y):abs():log1p(), x:gt(y) end)
    check(function() return torch.where(x:gt(0.5):logical_and(y:lt(0.5)), x:neg(), y:pow(2)) end)
    check(function() local h = x + y; return h * h:tanh(), h:sigmoid() end)
    check(function() local h = x + y; return h + 1, h, (h + 1):exp() end) -- a result is an operand of another
    check(function() return (x:double() * 3 + y):exp() end)
    check(function() return x:clamp(0.2, 0.8):add(y, {alpha = 3}):erf() end)
  end)

  it("does so for every element type that computes as floats", function()
    for _, dtype in ipairs {"float16", "bfloat16", "float32", "float64"} do
      local x, y = torch.rand(N):to(dtype), torch.rand(N):to(dtype)
      check(function() return ((x * 2 + 1):exp() * y):sqrt(), x:ge(y) end)
      check(function() return x:float() * y + x end)
    end
    local i, x = torch.arange(N), torch.rand(N)
    check(function() return (x + i) * i - 1, i * 2 + i end)
    check(function() return torch.complex(x, x) * 2 end)
  end)

  it("does so with operands that are broadcast, transposed or a part", function()
    local x, row, column = torch.rand(61, 83), torch.rand(83), torch.rand(61, 1)
    check(function() return ((x + row) * column - 1):exp() end)
    check(function() return (x * row[5] + torch.tensor(2.5)):exp() end)
    check(function() return (x:t() * 2 + column:t()):exp() end)
    check(function() return (x[{{}, {2, 80}}] * 2):exp() + 1 end)
    check(function() return (row + column):exp() * x end)
    check(function() return x:pow(row):add(1):log(), x:atan2(column) end)
    check(function() return (x:unsqueeze(1):expand(3, 61, 83) + x):sqrt() end)
    check(function() return x:reshape(1, -1) * 2 + x:reshape(-1) end)
  end)

  it("ends with a reduction", function()
    for _, shape in ipairs {{N}, {1, N}, {61, 83}, {4099, 5}, {7, 11, 83}, {2, 8192}, {2, 8300}, {2, 24581}} do
      local x = torch.rand(shape) + 0.5
      for _, name in ipairs {"sum", "mean", "amax", "amin", "prod"} do
        check(function() local e = (x * 1.01):log():exp(); return e[name](e), e[name](e, #shape) end)
        check(function() return (x * 1.01):log()[name]((x * 1.01):log(), #shape, true) end)
        check(function() local e = (x:double() * 1.01):log(); return e[name](e) end)
      end
      check(function() return (x * 2):log():sum({1}), (x * 2):sum({dtype = "float64"}), (x * 2):half():sum() end)
    end
    check(function() local x = torch.zeros(N); x[7] = 0 / 0; return (x * 2):amax(), (x + 1):amin(), (x - 1):sum() end)
  end)

  it("holds no memory for what lies between", function()
    local x, y = torch.rand(1 << 18), torch.rand(1 << 18)
    local function f() return ((x * 2 + 1):exp() * y):sqrt() end
    local bytes = x:numel() * 4
    assert.is_true(made(f) >= bytes)
    assert.is_true(made(torch.fused(f)) < bytes / 4)
  end)

  it("tells the collector of what was computed and is not returned", function()
    local x = torch.rand(1 << 18)
    local f = torch.fused(function() (x * 2):argmax() end)
    collectgarbage()
    local start, most = torch._C.memory().bytes, 0
    for _ = 1, 200 do
      f()
      most = math.max(most, torch._C.memory().bytes - start)
    end
    assert.is_true(most < 64 << 20, ("%d MiB wait for the collector"):format(most >> 20))
  end)

  it("goes through composites", function()
    local x, y = torch.rand(61, 83) + 0.1, torch.rand(61, 83) + 0.1
    local F = nn.functional
    local function walks(f)
      local before = torch._C.fused()
      torch.fused(f)()
      return torch._C.fused() - before
    end
    assert.equal(1, walks(function() return F.gelu(x * 2) + 1 end))
    assert.equal(1, walks(function() return torch.max(x * 2, y):exp() end))
    assert.equal(1, walks(function() return F.mse_loss(x * 2, y + 1) end))
    assert.equal(1, walks(function() return torch.clamp(x * 2, {min = y}) - 1 end))
    check(function() return F.gelu(x * 2) + 1, F.gelu(x, {approximate = "tanh"}), torch.max(x * 2, y):exp() end)
    check(function() return F.mse_loss(x * 2, y + 1), F.l1_loss(x, y * 2), F.smooth_l1_loss(x * 3, y) end)
    check(function() return F.mse_loss(x * 2, y, {reduction = "none"}) * 2, (x * 2):logsumexp(2) end)
    check(function() return (x * 2):norm(), (x * 2):reshape(83, 61), (x * 2):std(), (x + 1):flatten() end)
    check(function() return F.binary_cross_entropy_with_logits(x * 2, y:gt(0.5):float()) end)
    check(function() return F.gelu(x:half() * 2) + 1, F.mse_loss(x:bfloat16() * 2, y:bfloat16()) end)
    check(function() return F.layer_norm(x * 2, {83}), (x * 2):softmax(2):log(), (x - y):log_softmax(1) end)
    assert.error_matches(function() torch.fused(function() return F.mse_loss(x * 2, y, {reduction = "sums"}) end)() end,
      "mse_loss: 'reduction'")
    local a, b = x:clone():requires_grad_(true), x:clone():requires_grad_(true)
    local function loss(v) return F.mse_loss(F.gelu(v * 2), y) + torch.max(v, y):mean() end
    loss(a):backward()
    torch.fused(loss)(b):backward()
    assert(torch.allclose(a.grad, b.grad, {rtol = 1e-6}))
  end)

  it("computes what something else needs, whenever that is", function()
    local kept
    local x = torch.rand(64, 64)
    local e = x:mul(2):exp()
    local f = torch.fused(function()
      local h = x:mul(2):exp()
      kept = h + 1
      assert.equal(h[{3, 4}]:item(), e[{3, 4}]:item())
      assert(torch.equal(h:mm(h), e:mm(e)))
      assert.equal(#h, 64)
      assert.equal(h.dtype, torch.float32)
      return {first = h, list = {x + 2}}
    end)
    local r = f()
    x:zero_() -- what was returned was computed before
    assert(torch.equal(r.first, e))
    assert(r.list[1]:min():item() >= 2)
    assert(torch.equal(kept, e + 1)) -- this was not, but its operand was
    local late
    torch.fused(function() late = x:mul(2) + 1 end)()
    x:fill_(1)
    for _, f in ipairs {"sum", "neg", "mm", "item", "is_contiguous"} do
      assert.error_matches(function() late[f](late, late) end, "fused: an operand of 'mul' was changed in place")
    end
    assert.error_matches(function() return tostring(late) end, "fused: an operand of 'mul' was changed in place")
    for _, f in ipairs {function() torch.cat({x, late}) end, function() torch.save({late}, os.tmpname()) end} do
      assert.error_matches(f, "fused: an operand of 'mul' was changed in place")
    end
    local later
    torch.fused(function() later = (e + 1):log() end)()
    assert(same_bits(later, (e + 1):log()))
  end)

  it("sees the elements of the time of the call when something is changed in place", function()
    local function f(x)
      local a, b = x * 2, x + 1
      x:add_(10)
      local c = x * 3
      x[{{1, 5}}] = 0
      a:mul_(b)
      return a, b, c, x * 1
    end
    local x = torch.rand(N)
    local want, got = table.pack(f(x:clone())), table.pack(torch.fused(f)(x:clone()))
    for i = 1, 4 do assert(same_bits(want[i], got[i]), i) end
    check(function() local a = torch.rand_like(x):zero_() + x; return a:add_(a * 2), a end)
  end)

  it("runs long chains in pieces", function()
    local x = torch.rand(N)
    check(function()
      local a, b = x, x + 1
      for _ = 1, 100 do a, b = a * 0.5 + b * 0.25, b - a * 0.125 end
      return a, b
    end)
    check(function() local a = x; for _ = 1, 12 do a = a * 0.5 + a end; return a end)
    for steps = 6, 24 do -- an operand that is given twice or three times, where the cut falls between them
      local function long() local a = x; for _ = 1, steps do a = a + 0.5 end; return a end
      check(function() local a = long(); return a * a end)
      check(function() local a = long(); return torch.addcmul(a, a, a) end)
    end
  end)

  it("runs in pieces what needs more steps or buffers than a walk has", function()
    local x, h, rows = torch.rand(N), {}, {}
    for i = 1, 45 do h[i], rows[i] = torch.rand(N):half(), torch.rand(83) end
    local function chain(a) for _ = 1, 10 do a = a * 0.5 + 0.1 end return a end
    check(function()
      local r = {}
      for k = 1, 8 do r[k] = chain(x + k) end
      return table.unpack(r)
    end)
    local function products(list, a)
      for i = 1, 22 do a = torch.addcmul(a, list[2 * i], list[2 * i + 1]) end
      return a
    end
    check(function() return products(h, h[1]) end)
    check(function() return products(h, h[1]):float():sum() end)
    local m = torch.rand(61, 83)
    check(function() return products(rows, m) end)
    check(function() return products(rows, m):sum(2), products(rows, m):amax() end)
  end)

  it("raises errors of shapes and dtypes at the call", function()
    local x, y = torch.rand(N), torch.rand(N + 1)
    local line
    local ok, message = pcall(torch.fused(function()
      local a = x * 2
      line = debug.getinfo(1, "l").currentline + 1
      local _ = a + y
      error "not reached"
    end))
    assert(not ok and message:find("add: shapes (5003) and (5004) do not broadcast", 1, true), message)
    assert(message:find(("fused_spec.lua:%d:"):format(line), 1, true), message)
    ok, message = pcall(torch.fused(function() return (x * 2):add("one") end))
    assert(not ok and message:find("add: 'other' (argument 2): expected a tensor or a number", 1, true), message)
    ok, message = pcall(torch.fused, 3)
    assert(not ok and message:find("fused: 'f' (argument 1): expected a function, got", 1, true), message)
    local a = x * 2 -- fused no more
    assert(rawequal(a, a) and a:is_contiguous())
  end)

  it("takes arguments, gives results, nests and yields", function()
    local x = torch.rand(N)
    local g = torch.fused(function(a, n, ...) return a * n, select("#", ...), nil end)
    local r = table.pack(g(x, 2, nil, nil))
    assert(r.n == 3 and torch.equal(r[1], x * 2) and r[2] == 2 and r[3] == nil)
    assert(torch.equal(torch.fused(function() return g(x, 2) + g(x, 3) end)(), x * 2 + x * 3))
    local co = coroutine.wrap(torch.fused(function() local a = x * 2; coroutine.yield(1); return a + 1 end))
    assert.equal(co(), 1)
    assert(torch.equal(co(), x * 2 + 1))
  end)

  it("is over when its coroutine is, finished or not", function()
    local x = torch.rand(1 << 16)
    local abandoned = coroutine.create(torch.fused(coroutine.yield))
    coroutine.resume(abandoned)
    coroutine.close(abandoned)
    abandoned = nil
    collectgarbage()
    local before = torch._C.memory().bytes
    local y = x * 2
    assert.is_true(torch._C.memory().bytes - before >= y:numel() * y:element_size())
  end)

  it("belongs to the coroutine that entered it", function()
    local x = torch.rand(1 << 16)
    local bytes = x:numel() * x:element_size()
    local function is_fused() -- whether a result is not computed at once
      collectgarbage()
      local before = torch._C.memory().bytes
      local y = x * 2
      local now = torch._C.memory().bytes
      return now - before < bytes, y
    end
    local co = coroutine.wrap(torch.fused(function()
      coroutine.yield(is_fused())
      coroutine.yield(is_fused())
      return is_fused()
    end))
    for _ = 1, 3 do
      assert.is_true((co()))
      assert.is_false((is_fused()))
    end
    local inner = coroutine.wrap(function() while true do coroutine.yield(is_fused()) end end)
    assert.is_true(torch.fused(function() return (inner()) end)()) -- it has what the one has that resumes it
    assert.is_false((inner()))
    local failing = coroutine.wrap(torch.fused(function() coroutine.yield(); error "over" end))
    failing()
    assert.is_false(pcall(failing))
    assert.is_false((is_fused()))
    assert.is_true(torch.fused(function()
      local other = coroutine.wrap(torch.fused(coroutine.yield))
      other()
      return (is_fused())
    end)())
  end)

  it("computes with several threads what it does with one", function()
    local x, before = torch.rand(1 << 20), torch.get_num_threads()
    local f = torch.fused(function() local e = (x * 2):exp(); return e + 1, e:sum(), e:reshape(1024, 1024):sum(2) end)
    torch.set_num_threads(1)
    local one = table.pack(f())
    torch.set_num_threads(2)
    local two = table.pack(f())
    torch.set_num_threads(before)
    for i = 1, 3 do assert(same_bits(one[i], two[i])) end
  end)
end)
