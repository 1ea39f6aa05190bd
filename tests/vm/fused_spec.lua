-- torch.fused: elementwise ops that follow each other as one walk over memory: the same bits, the same errors,
-- the same gradients as without; what nobody needs is not computed.
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

  it("lets gradients through", function()
    local x, w = torch.rand(N, {requires_grad = true}), torch.rand(N, {requires_grad = true})
    local c = torch.rand(N)
    local function f() return ((x * c + 1):exp() * w):sqrt(), (c * 2):exp() end
    local want = table.pack(torch.autograd.grad(f():sum(), {x, w}))
    local y, z = torch.fused(f)()
    assert.is_true(y.requires_grad and not z.requires_grad)
    local got = table.pack(torch.autograd.grad(y:sum(), {x, w}))
    for i = 1, 2 do assert(same_bits(want[i], got[i])) end
    torch.no_grad(function() assert.is_false((torch.fused(f)()).requires_grad) end)
  end)

  --- f of leaves made of the tensors: results and gradients are those of the function that is not fused.
  local function check_gradients(f, ...)
    local function leaves(list)
      local out = {}
      for i, t in ipairs(list) do out[i] = t:detach():clone():requires_grad_(t:is_floating_point()) end
      return out
    end
    local function run(g, inputs)
      local results, roots, seeds, wanted = {g(table.unpack(inputs))}, {}, {}, {}
      torch.manual_seed(5)
      for _, r in ipairs(results) do
        if r.requires_grad then roots[#roots + 1], seeds[#seeds + 1] = r, torch.rand(r.shape):to(r.dtype) end
      end
      for _, t in ipairs(inputs) do if t.requires_grad then wanted[#wanted + 1] = t end end
      return results, table.pack(torch.autograd.grad(roots, wanted, seeds, {allow_unused = true}))
    end
    local want, want_grads = run(f, leaves {...})
    local before = torch._C.fused()
    local got, got_grads = run(torch.fused(f), leaves {...})
    assert(torch._C.fused() > before + 1, "nothing was fused")
    assert.equal(#want, #got)
    for i = 1, #want do
      assert(same_bits(want[i]:detach(), got[i]:detach()), "result " .. i)
      assert.equal(want[i].requires_grad, got[i].requires_grad)
    end
    assert.equal(want_grads.n, got_grads.n)
    for i = 1, want_grads.n do assert(same_bits(want_grads[i], got_grads[i]), "gradient " .. i .. " differs") end
  end

  it("fuses gradients, which have the bits of the unfused ones", function()
    local x, y, row, column = torch.rand(61, 83) + 0.1, torch.rand(61, 83) + 0.1, torch.rand(83), torch.rand(61, 1)
    check_gradients(function(a, b) return ((a * 2 + 1):exp() * b):sqrt() end, x, y)
    check_gradients(function(a, b) return (a * b + a):sigmoid(), (a - b):tanh() end, x, y)
    check_gradients(function(a, b) local h = a * b; return h:exp(), h end, x, y)
    check_gradients(function(a, b) return torch.where(a:gt(b), a:log() * b, (b + a):sin()) end, x, y)
    check_gradients(function(a, r, c) return (a * r + c):relu() * 3 end, x, row, column)
    check_gradients(function(a, b) return (a * b):log():sum(), (a / b):mean(2) end, x, y)
    check_gradients(function(a, b) return (a * b):neg():amax(2), (a + b):prod(2) end, x, y)
    check_gradients(function(a) return torch.nn.functional.silu(a * 2) + torch.nn.functional.gelu(a - 1) end, x)
    check_gradients(function(a, b) return a:pow(b):clamp(0.3, 0.9), a:atan2(b) end, x, y)
    check_gradients(function(a, b) return (a:double() * b + 1):exp() end, x, y)
    check_gradients(function(a, b) return (a * b + 1):exp() end, x:half(), y:half())
    check_gradients(function(a, b) local h = (a * 2):exp(); return (h:mm(b:t()) + 1):sqrt() end, x, y)
    check_gradients(function(a, b) return ((a * b):softmax(2) * 2 + 1):log() end, x, y)
    check_gradients(function(a, b) for _ = 1, 5 do a = a * 0.5 + b * 0.25 end return a end, x, y)
    check_gradients(function(a, b)
      local h = torch.no_grad(function() return (a * 2):exp() end)
      return h * b + a
    end, x, y)
  end)

  it("fuses gradients of chains that are run in pieces", function()
    local x, y = torch.rand(N, {requires_grad = true}), torch.rand(N, {requires_grad = true})
    local function f() local a = x; for _ = 1, 40 do a = a * 0.5 + y * 0.25 end return a:sum() end
    local want = table.pack(torch.autograd.grad(f(), {x, y}))
    local got = table.pack(torch.autograd.grad(torch.fused(f)(), {x, y}))
    for i = 1, 2 do assert(torch.allclose(want[i], got[i], {rtol = 1e-6})) end -- sums in another order
  end)

  it("leaves small tensors alone, and with gradients larger ones where computing anew costs more", function()
    local function walks(n, wants, f)
      local x, before = torch.rand(n, {requires_grad = wants}), torch._C.fused(2048)
      torch.fused(f)(x)
      return torch._C.fused(32) - before
    end
    local function cheap(x) return x * 2 + 1 end
    local function costly(x) return x:exp():exp() end
    assert.equal(0, walks(2047, false, cheap))
    assert.equal(1, walks(2048, false, costly))
    assert.equal(0, walks(16383, true, cheap))
    assert.equal(1, walks(16384, true, cheap))
    assert.equal(0, walks(131071, true, costly))
    assert.equal(1, walks(131072, true, costly))
  end)

  it("fuses gradients that read numbers beside float64", function()
    local x = torch.rand(N, {dtype = "float64", requires_grad = true})
    local function f() return (x:pow(1 / 3) + x:pow(3)):tanh():sum() end
    local want = torch.autograd.grad(f(), x)
    local y, before = torch.fused(f)(), torch._C.fused()
    assert(same_bits(want, torch.autograd.grad(y, x)))
    assert.equal(1, torch._C.fused() - before)
  end)

  it("accumulates, keeps graphs and frees them as other results do", function()
    local x, c = torch.rand(N, {requires_grad = true}), torch.rand(N)
    local function f() return (x * c + 1):exp() end
    local want = torch.autograd.grad(f():sum(), {x})
    local y = torch.fused(f)()
    assert.equal(tostring(y.grad_fn), "<FusedBackward>")
    y:sum():backward({retain_graph = true})
    y:sum():backward()
    assert(same_bits(x.grad, want + want))
    assert.error_matches(function() y:sum():backward() end, "has been used and freed")
    local large = torch.rand(1 << 18, {requires_grad = true})
    local g = torch.fused(function() return (large * 2 + 1):exp():sqrt() end)
    assert.is_true(made(g) < large:numel()) -- the inputs are kept, and nothing else
  end)

  it("gives gradients of gradients", function()
    local x, w = torch.rand(N, {requires_grad = true}), torch.rand(N, {requires_grad = true})
    local function f(a, b) return ((a * b + 1):exp() * a):sqrt():sum() end
    local function second(g)
      local a = x * 1 -- no leaf
      local first = torch.autograd.grad(g(a, w), {x, w}, nil, {create_graph = true})
      return table.pack(torch.autograd.grad(first:square():sum(), {x, w}))
    end
    local want, got = second(f), second(torch.fused(f))
    for i = 1, 2 do assert(torch.allclose(want[i], got[i], {rtol = 1e-5})) end
  end)

  it("says when what a gradient reads has been changed, and only then", function()
    local x = torch.rand(N, {requires_grad = true}) * 1
    local function f() return (x * 2 + 1):exp() end
    local y = torch.fused(f)()
    x:add_(1)
    assert.error_matches(function() y:sum():backward() end, "a fused function used was changed in place")
    local z = torch.fused(function() return x * 2 + 1 end)()
    x:add_(1)
    z:sum():backward()
  end)

  it("refuses to watch a gradient that passes by", function()
    local x = torch.rand(N, {requires_grad = true})
    local h, s
    torch.fused(function()
      h = x * 2
      h:retain_grad() -- in time
      s = h:exp():sum()
    end)()
    s:backward()
    assert(torch.equal(h.grad, (x * 2):exp()))
    torch.fused(function() h = x * 2; s = h:exp():sum() end)()
    for _, wrong in ipairs {function() h:retain_grad() end, function() h:register_hook(print) end,
      function() torch.autograd.grad(s, {h}) end} do
      assert.error_matches(wrong, "results of a fused function were computed without this intermediate one")
    end
    assert(torch.equal(torch.autograd.grad(h:sum(), {x}), torch.full({N}, 2.0)))
  end)

  it("computes gradients under modes and hooks", function()
    local x, w = torch.rand(N, {requires_grad = true}), torch.rand(N, {requires_grad = true})
    local function f() return ((x * w):exp() + x):log() end
    local want = table.pack(torch.autograd.grad(f():sum(), {x, w}))
    local y, got = torch.fused(f)(), nil
    torch.autograd.detect_anomaly(function() got = table.pack(torch.autograd.grad(y:sum(), {x, w})) end)
    for i = 1, 2 do assert(same_bits(want[i], got[i])) end
    y = torch.fused(f)()
    local seen
    y:register_hook(function(g) seen = g; return g * 2 end)
    got = table.pack(torch.autograd.grad(y:sum(), {x, w}))
    assert.equal(seen:sum():item(), N)
    for i = 1, 2 do assert(same_bits(want[i] * 2, got[i])) end
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
