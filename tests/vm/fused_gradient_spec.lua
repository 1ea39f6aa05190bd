-- Gradients of torch.fused: they have the bits of the unfused ones, and keep less.
local N = 5003 -- more than a strip, and no multiple of anything

--- Whether two tensors have the same bits (NaN is equal to itself).
local function same_bits(a, b)
  if a.dtype ~= b.dtype or not (a.shape == b.shape) then return false end
  if table.concat(a:stride(), ",") ~= table.concat(b:stride(), ",") then return false end
  return torch.equal(a:eq(b):logical_or(a:ne(a):logical_and(b:ne(b))), torch.ones_like(a, {dtype = "bool"}))
end

local function made(f) -- bytes that a call made at its peak, beside its results
  collectgarbage()
  torch._C.reset_peak()
  local before = torch._C.memory().bytes
  local result = f()
  local peak = torch._C.memory().peak - before
  return peak - result:numel() * result:element_size()
end

describe("gradients of torch.fused", function()
  setup(function() torch._C.fused(8) end) -- from twice as many on with gradients; up to 512 times are kept
  teardown(function() torch._C.fused(2048) end)

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

  local function check_all()
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
      return (h * b + a) * b
    end, x, y)
  end

  it("fuses gradients, which have the bits of the unfused ones", check_all)

  it("keeps what is costly to compute where it is small, and the bits are the same", function()
    torch._C.fused(1024)
    check_all()
    local x, w = torch.rand(N, {requires_grad = true}), torch.rand(N, {requires_grad = true})
    local f = torch.fused(function() return ((x * 2 + 1):exp() * w):sqrt() end)
    assert.is_true(made(f) >= 4 * N) -- the exponential beside the result
    local y, z = f(), torch.fused(function() return x * 2 * w end)()
    torch.no_grad(function() y:add_(1); z:add_(1) end)
    assert.error_matches(function() y:sum():backward() end, "a fused function used was changed in place")
    z:sum():backward() -- what is cheap is not kept
    torch._C.fused(1 << 20)
    local want = torch.autograd.grad(f():sum(), {x}, nil, {retain_graph = true})
    torch._C.fused(1024)
    y = f()
    for _ = 1, 2 do assert(same_bits(want, torch.autograd.grad(y:sum(), {x}, nil, {retain_graph = true}))) end
    torch._C.fused(8)
  end)

  it("fuses gradients of chains that are run in pieces", function()
    local x, y = torch.rand(N, {requires_grad = true}), torch.rand(N, {requires_grad = true})
    local function f() local a = x; for _ = 1, 40 do a = a * 0.5 + y * 0.25 end return a:sum() end
    local want = table.pack(torch.autograd.grad(f(), {x, y}))
    local got = table.pack(torch.autograd.grad(torch.fused(f)(), {x, y}))
    for i = 1, 2 do assert(torch.allclose(want[i], got[i], {rtol = 1e-6})) end -- sums in another order
  end)

  it("leaves small tensors alone, and single calls", function()
    local function walks(n, wants, f)
      local x, before = torch.rand(n, {requires_grad = wants}), torch._C.fused(2048)
      torch.fused(f)(x)
      return torch._C.fused(8) - before
    end
    local function cheap(x) return x * 2 + 1 end
    local function costly(x) return x:exp():exp() end
    assert.equal(0, walks(2047, false, cheap))
    assert.equal(1, walks(2048, false, costly))
    for _, f in ipairs {cheap, costly} do
      assert.equal(0, walks(4095, true, f))
      assert.equal(1, walks(4096, true, f))
    end
    local x = torch.rand(5000, {requires_grad = true})
    assert.equal("<ExpBackward>", tostring(torch.fused(function() return x:exp() end)().grad_fn))
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
end)
