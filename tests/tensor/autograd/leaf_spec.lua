-- Every gradient has memory of its own: x.grad, and the results of torch.autograd.grad (unless they are expanded,
-- then nobody can change them in place). The first change in place (a step of clip_grad_norm_, say) of one that was
-- shared would change the other, too.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local rows, domains = require "rows", require "domains"

-- The leaves and results of a test. With create_graph x.grad leads to x again, so the gradients are dropped.
local made = {}
local function keep(t)
  made[#made + 1] = t
  return t
end
local function leaf(...) return keep(torch.tensor({...}, {dtype = "float64", requires_grad = true})) end
local function drop_gradients()
  for _, t in ipairs(made) do t.grad = nil end
  made = {}
end

local create = {create_graph = true}

describe("the gradient of a leaf", function()
  after_each(drop_gradients)
  it("is not that of another leaf", function()
    for _, options in ipairs {{}, create} do
      local a, b, w = leaf(1, 1, 1), leaf(1, 1, 1), torch.tensor({1, 2, 3})
      ;((a + b) * w):sum():backward(options)
      torch.no_grad(function() a.grad:mul_(5) end)
      assert.are.same({5, 10, 15}, a.grad:tolist())
      assert.are.same({1, 2, 3}, b.grad:tolist())
    end
  end)
  it("can be changed in place after a plain sum", function()
    for _, options in ipairs {{}, create} do
      local x = leaf(1, 2, 3)
      x:sum():backward(options)
      torch.no_grad(function() x.grad:mul_(2) end)
      assert.are.same({2, 2, 2}, x.grad:tolist())
    end
  end)
  it("is clipped by the norm of all of them", function()
    for _, options in ipairs {{}, create} do
      local a, b = leaf(1, 1), leaf(1, 1)
      ;((a + b) * torch.tensor({3, 4})):sum():backward(options)
      local norm = torch.nn.utils.clip_grad_norm_({a, b}, 1)
      assert.is_true(math.abs(norm:item() - 50 ^ 0.5) < 1e-9)
      assert.is_true(math.abs(a.grad:norm():item() - 0.5 ^ 0.5) < 1e-5)
      assert.is_true(math.abs(b.grad:norm():item() - 0.5 ^ 0.5) < 1e-5)
    end
  end)
  it("is not what the caller gave to backward, whether the root is a leaf or not", function()
    for _, options in ipairs {{}, create} do
      local g, x, y = torch.ones(2, {dtype = "float64"}), leaf(1, 2), leaf(1, 2)
      x:backward(g, options)
      ;(y + 0):backward(g, options)
      torch.no_grad(function() x.grad:mul_(7) end)
      assert.are.same({1, 1}, g:tolist())
      torch.no_grad(function() g:fill_(3) end)
      assert.are.same({7, 7}, x.grad:tolist())
      assert.are.same({1, 1}, y.grad:tolist())
    end
  end)
  it("is not what flows through views, expand, cat and casts", function()
    local ways = {
      view = function(a, b) return a:view(1, 2) + b:view(1, 2) end,
      expand = function(a, b) return a:expand(1, 2) + b:expand(1, 2) end,
      cat = function(a, b) return torch.cat({a, b}) end,
      stack = function(a, b) return torch.stack({a, b}) end,
      transpose = function(a, b) return a:view(2, 1):t() + b:view(2, 1):t() end,
      select = function(a, b) return a[1] + b[2] end,
      cast = function(a, b) return a:to("float32") + b:to("float32") end,
      contiguous = function(a, b) return a:contiguous() + b:contiguous() end,
    }
    for name, way in pairs(ways) do
      for _, options in ipairs {{}, create} do
        local a, b = leaf(1, 2), leaf(3, 4)
        way(a, b):sum():backward(options)
        local before = b.grad:tolist()
        torch.no_grad(function() a.grad:mul_(5) end)
        assert.are.same(before, b.grad:tolist(), name)
      end
    end
  end)
  it("is not what a hook saw or gave", function()
    local seen, given
    local x = leaf(1, 2)
    x:register_hook(function(g)
      seen = g
      given = g * 2
      return given
    end)
    ;(x * 3):sum():backward(create)
    torch.no_grad(function() x.grad:zero_() end)
    assert.are.same({3, 3}, seen:tolist())
    assert.are.same({6, 6}, given:tolist())
  end)
  it("is not that of a result with retain_grad, nor of a captured input", function()
    local x = leaf(1, 2)
    local y = keep(x + 0)
    local z = keep(y + 0)
    y:retain_grad()
    z:retain_grad()
    z:sum():backward(create)
    torch.no_grad(function() y.grad:mul_(5) end)
    assert.are.same({1, 1}, z.grad:tolist())
    assert.are.same({1, 1}, x.grad:tolist())
    local u = leaf(1, 2)
    local v = keep(u + 0)
    ;(v + 0):sum():backward({inputs = {u, v}, create_graph = true})
    torch.no_grad(function() v.grad:mul_(5) end)
    assert.are.same({1, 1}, u.grad:tolist())
  end)
  it("is not the leaf itself", function()
    local x = leaf(1, 2)
    assert.has_error(function() x.grad = x end, "grad: a tensor cannot be its own gradient")
    assert.has_error(function() x.grad = x:view(x.shape) end,
      "grad: a tensor cannot have a view of itself as its gradient")
  end)
  it("can be differentiated after create_graph, also where it was copied", function()
    local a, b = leaf(2, 3), leaf(5, 7)
    local y = ((a + b) ^ 3):sum()
    y:backward(create)
    local second = torch.autograd.grad(a.grad:sum(), {b})
    assert.are.same({42, 60}, second:tolist())
  end)
end)

describe("a change in place of a gradient", function()
  after_each(drop_gradients)
  it("leaves what a retained graph keeps", function()
    local x, w = leaf(1, 2), leaf(3, 4)
    local y = (x * w):exp():sum()
    y:backward({retain_graph = true})
    local first = x.grad:clone()
    x.grad:mul_(5)
    w.grad:zero_()
    x.grad = nil
    y:backward({retain_graph = true})
    assert.are.same(first:tolist(), x.grad:tolist())
  end)
  it("leaves the other results of autograd.grad and the gradient that was given", function()
    for _, options in ipairs {{}, create} do
      local a, b, g = leaf(1, 2), leaf(3, 4), torch.ones(2, {dtype = "float64"})
      local ga, gb, again = torch.autograd.grad({a + b}, {a, b, a}, {g}, options)
      torch.no_grad(function() ga:mul_(5) end)
      assert.are.same({1, 1}, gb:tolist())
      assert.are.same({1, 1}, again:tolist())
      assert.are.same({1, 1}, g:tolist())
      local gx, gy = torch.autograd.grad((a + b):sum(), {a, b}, nil, options) -- expanded: refused rather than copied
      local ok, message = pcall(function() torch.no_grad(function() gx:mul_(2) end) end)
      assert.is_false(ok)
      assert.matches("mul_: an expanded tensor cannot be changed in place; use :clone()", message, 1, true)
      assert.are.same({1, 1}, gy:tolist())
    end
  end)
end)

describe("a leaf that changed after a graph was made of it", function()
  it("of another dtype gets gradients of that dtype, exactly", function()
    local model, x = torch.nn.Linear(2, 2), torch.ones(1, 2)
    local old = model(x) -- keeps the accumulators of the weights
    model:double()
    ;(model(x:double()) / 3):sum():backward()
    assert.are.equal(torch.float64, model.weight.grad.dtype)
    assert.are.same({{1 / 3, 1 / 3}, {1 / 3, 1 / 3}}, model.weight.grad:tolist())
    assert.are.equal(torch.float64, model.bias.grad.dtype)
    assert.are.equal(torch.float32, old.dtype)
  end)
  it("gets the gradient of the older graph in its dtype, too", function()
    local p = torch.nn.Parameter(torch.ones(2))
    local old, module = (p + 1):sum(), torch.nn.Module()
    module:register_parameter("p", p)
    module:double()
    local new = (module.p / 3):sum()
    local g = torch.autograd.grad(old, p, nil, {retain_graph = true})
    assert.are.same({1, 1}, g:tolist())
    old:backward()
    assert.are.equal(torch.float64, p.grad.dtype)
    new:backward()
    assert.are.same({1 + 1 / 3, 1 + 1 / 3}, p.grad:tolist())
    assert.are.equal(torch.float64, p.grad.dtype)
  end)
  it("of another shape gets gradients of that shape; the older graph says what happened", function()
    local w = torch.ones(2, 3, {requires_grad = true})
    local old, part = (w + 1):sum(), w[1]:sum()
    torch.no_grad(function() w:t_() end)
    ;(w[1] * 2):sum():backward()
    assert.are.same({{2, 2}, {0, 0}, {0, 0}}, w.grad:tolist())
    w.grad = nil
    for _, y in ipairs {old, part} do
      local ok, message = pcall(function() y:backward() end)
      assert.is_false(ok)
      assert.matches("backward: a leaf changed its shape after it was used: its gradient is float32 (2×3), " ..
        "expected float32 (3×2)", message, 1, true)
    end
    assert.is_nil(w.grad)
  end)
  it("with a gradient of the old shape says so", function()
    local w = torch.ones(2, 3, {requires_grad = true})
    w:sum():backward()
    torch.no_grad(function() w:t_() end)
    local ok, message = pcall(function() w:sum():backward() end)
    assert.is_false(ok)
    assert.matches("backward: a leaf changed its shape: its grad is float32 (2×3), expected float32 (3×2); " ..
      "set it to nil", message, 1, true)
  end)
  -- Square, so that the shape tells nothing.
  local function square() return torch.tensor({{1, 2}, {3, 4}}, {dtype = "float64", requires_grad = true}) end
  local MOVED = " (float64 (2×2)) was given another layout in place (by t_ or the like)"
  local turns = {
    t_ = function(w) w:t_() end,
    transpose_ = function(w) w:transpose_(1, 2) end,
    as_strided_ = function(w) w:as_strided_({2, 2}, {1, 2}) end,
    ["squeeze_, t_, unsqueeze_"] = function(w) w:unsqueeze_(1):squeeze_():t_():unsqueeze_(3):squeeze_(3) end,
  }
  for name, turn in pairs(turns) do
    it("of another layout (" .. name .. ") gets gradients in it; the older graph says what happened", function()
      local w, k = square(), torch.tensor({{10, 20}, {30, 40}}, {dtype = "float64"})
      local old, viewed = w + 0, w:view(4):view(2, 2) + 0
      torch.no_grad(function() turn(w) end)
      for _, y in ipairs {old, viewed} do
        for _, call in ipairs {function() y:backward(k) end, function() torch.autograd.grad(y, w, k) end,
          function() torch.autograd.grad(y, w, k, {allow_unused = true}) end,
          function() y:backward(k, {inputs = {w}}) end} do
          local ok, message = pcall(call)
          assert.is_false(ok)
          assert.matches("a leaf" .. MOVED .. " after it was used", message, 1, true)
        end
        assert.is_nil(w.grad)
      end
      ;(w + 0):backward(k)
      assert.are.same(k:tolist(), w.grad:tolist())
    end)
    it("with a gradient of another layout (" .. name .. ") says so", function()
      local w = square()
      w:sum():backward()
      torch.no_grad(function() turn(w) end)
      local ok, message = pcall(function() w:sum():backward() end)
      assert.is_false(ok)
      assert.matches("backward: a leaf" .. MOVED .. ": its grad has the old one; set it to nil", message, 1, true)
      w.grad = nil
      w:select(1, 2):sum():backward()
      assert.are.same({{0, 0}, {1, 1}}, w.grad:tolist())
    end)
    it("that is a result follows (" .. name .. ") with gradients off, too", function()
      local w, k = square(), torch.tensor({{10, 20}, {30, 40}}, {dtype = "float64"})
      local h = w * 1
      local before = h + 0
      torch.no_grad(function() turn(h) end)
      assert.are.same(w:t():tolist(), h:tolist())
      ;(h + 0):backward(k, {retain_graph = true})
      assert.are.same(k:t():tolist(), w.grad:tolist())
      w.grad = nil
      before:backward(k)
      assert.are.same(k:tolist(), w.grad:tolist())
    end)
    it("whose view is turned (" .. name .. ") stays right", function()
      local w, k = square(), torch.tensor({{10, 20}, {30, 40}}, {dtype = "float64"})
      local v = w:view(2, 2)
      local before = v + 0
      torch.no_grad(function() turn(v) end)
      ;(v + 0):backward(k)
      assert.are.same(k:t():tolist(), w.grad:tolist())
      w.grad = nil
      before:backward(k)
      assert.are.same(k:tolist(), w.grad:tolist())
    end)
  end
  it("that was turned and turned back is the same", function()
    local w, k = square(), torch.tensor({{10, 20}, {30, 40}}, {dtype = "float64"})
    local y = w + 0
    for _ = 1, 2 do
      torch.no_grad(function() w:t_():t_() end)
      y:backward(k, {retain_graph = true})
    end
    assert.are.same((2 * k):tolist(), w.grad:tolist())
  end)
  it("that was turned and given other data is not taken for the same", function()
    local w, k = square(), torch.tensor({{10, 20}, {30, 40}}, {dtype = "float64"})
    local y = w + 0
    torch.no_grad(function() w:t_() end)
    w.data = torch.zeros(2, 2, {dtype = "float64"})
    local ok, message = pcall(function() y:backward(k) end)
    assert.is_false(ok)
    assert.matches("backward: a leaf" .. MOVED .. " after it was used", message, 1, true)
  end)
  it("takes data of the same shape and dtype alone", function()
    local w = torch.ones(2, {requires_grad = true})
    local y = (w * w):sum()
    w.data = torch.tensor({5, 6}, {dtype = "float32"})
    local ok, message = pcall(function() y:backward() end) -- what the graph kept is gone
    assert.is_false(ok)
    assert.matches("a tensor that MulBackward needs was given other data (float32 (2)) after it was used", message, 1,
      true)
    ;(w * w):sum():backward()
    assert.are.same({10, 12}, w.grad:tolist())
    local wrong = {torch.ones(2, {dtype = "float64"}), torch.ones(3), torch.ones(1, 2),
      torch.ones(2, {dtype = "int64"})}
    for _, data in ipairs(wrong) do
      ok, message = pcall(function() w.data = data end)
      assert.is_false(ok)
      assert.matches("data: expected float32 (2) as the tensor's, got ", message, 1, true)
    end
  end)
end)

-- ---- every op -------------------------------------------------------------------------------------------

-- A copy of the arguments in which every leaf is a new one, and the list of these.
local function fresh(sample)
  local leaves = {}
  local args = domains.map(sample, function(v)
    if not v.requires_grad then return v end
    leaves[#leaves + 1] = v:detach():clone():requires_grad_()
    return leaves[#leaves]
  end)
  return args, leaves
end

local function values(list)
  local out = {}
  for i, t in ipairs(list) do out[i] = t:detach():clone() end
  return out
end

-- One leaf's gradient after another is overwritten; no other may change.
local function check_apart(grads)
  for i, g in ipairs(grads) do
    local before = values(grads)
    torch.no_grad(function() g:fill_(i + 1000) end)
    for k, other in ipairs(grads) do
      if k ~= i then
        assert.is_true(torch.allclose(before[k], other, 0, 0, true), ("gradients %d and %d share memory"):format(i, k))
      end
    end
  end
end

local function outputs_of(row, args)
  torch.manual_seed(7)
  local out
  if row.inplace == "only" then
    local target = args[1] * 1
    out = table.pack(target[row.lua .. "_"](target, table.unpack(args, 2, args.n)))
  else
    out = table.pack(torch._C.call(row.name, table.unpack(args, 1, args.n)))
  end
  local roots = {}
  for i = 1, out.n do
    if torch.is_tensor(out[i]) and out[i].requires_grad then roots[#roots + 1] = out[i] end
  end
  return roots
end

local function check_row(row, sample, options)
  local args, leaves = fresh(sample)
  local roots, weights = outputs_of(row, args), {}
  if #roots == 0 then return 0 end
  for i, root in ipairs(roots) do weights[i] = torch.rand(root.shape, {dtype = root.dtype}) end
  torch.autograd.backward(roots, weights, options)
  local grads = {}
  for _, x in ipairs(leaves) do grads[#grads + 1] = x.grad end
  local first = values(grads)
  check_apart(grads)
  for _, x in ipairs(leaves) do x.grad = nil end
  torch.autograd.backward(roots, weights) -- the graph was retained: nothing that it keeps has changed
  local k = 0
  for _, x in ipairs(leaves) do
    if x.grad ~= nil then
      k = k + 1
      assert.is_true(torch.allclose(first[k], x.grad, 1e-9, 1e-12, true), "the second pass gives another gradient")
    end
  end
  return #grads
end

describe("gradients have memory of their own, also twice through a retained graph:", function()
  local checked = 0
  for _, row in ipairs(rows.read()) do
    local samples = row.backward and domains.samples(row)
    if samples then
      it(row.name, function()
        for _, options in ipairs {{retain_graph = true}, create} do
          for _, sample in ipairs(samples) do checked = checked + check_row(row, sample, options) end
        end
      end)
    end
  end
  it("of the whole table", function() assert.is_true(checked > 1000, checked .. " gradients checked") end)
end)
