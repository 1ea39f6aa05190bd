-- torch.autograd.graph, forward_ad, inference_mode, and hooks that wait for the gradient of a leaf.
local F64 = {dtype = "float64"}
local graph = torch.autograd.graph

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

describe("graph.saved_tensors_hooks", function()
  local function net_and_input()
    torch.manual_seed(4)
    return nn.Sequential(nn.Linear(3, 4, F64), nn.Tanh(), nn.Linear(4, 2, F64)), torch.rand(5, 3, F64)
  end

  it("packs what is kept and unpacks it for the gradients", function()
    local net, x = net_and_input()
    net(x):pow(2):sum():backward()
    local expected = net[1].weight.grad:clone()
    net:zero_grad()
    local packs, unpacks = 0, 0
    local y = graph.saved_tensors_hooks(function(t)
      packs = packs + 1
      assert.is_false(torch.is_grad_enabled())
      return {t:detach():clone()}
    end, function(kept)
      unpacks = unpacks + 1
      return kept[1]
    end, function() return net(x):pow(2):sum() end)
    assert.is_true(packs >= 4)
    assert.equal(0, unpacks)
    y:backward()
    assert.is_true(unpacks >= 4)
    assert.is_true(torch.allclose(expected, net[1].weight.grad))
  end)
  it("gives second derivatives", function()
    local x = torch.tensor({0.5, 2.0}, F64):requires_grad_()
    local y = graph.save_on_cpu(function() return (x ^ 3 + x:exp()):sum() end)
    local g = torch.autograd.grad(y, x, nil, {create_graph = true})
    local h = torch.autograd.grad(g:sum(), x)
    assert.is_true(torch.allclose(h, (6 * x + x:exp()):detach()))
  end)
  it("ends with its block, and nests", function()
    local x = torch.ones(2):requires_grad_()
    local log = {}
    local function named(name)
      return function(t)
        log[#log + 1] = name
        return t
      end, function(t) return t end
    end
    do
      local _ <close> = graph.saved_tensors_hooks(named "a")
      local pack, unpack = named "b"
      graph.saved_tensors_hooks(pack, unpack, function() return x * x end)
      local _ = x * x
    end
    local _ = x * x
    local text = table.concat(log)
    assert.matches("^b+a+$", text)
    pcall(graph.saved_tensors_hooks, function(t) return t end, function(t) return t end, function() error "stop" end)
    log = {}
    local _ = x * x
    assert.are.same({}, log)
  end)
  it("gives up what nobody needs, and says what is wrong", function()
    local alive = setmetatable({}, {__mode = "k"})
    local x = torch.ones(2):requires_grad_()
    local y = graph.saved_tensors_hooks(function(t)
      local kept = {t:detach()}
      alive[kept] = true
      return kept
    end, function(kept) return kept[1] end, function() return (x * x):sum() end)
    y:backward()
    y = nil
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(alive))
    local bad = graph.saved_tensors_hooks(function() return 1 end, function() return 5 end, function() return x * x end)
    assert.matches("saved_tensors_hooks: unpack returns a tensor, got the number 5",
      message(function() bad:sum():backward() end))
    assert.equal("saved_tensors_hooks: 'pack_hook' (argument 1): expected a function, got number 5",
      message(graph.saved_tensors_hooks, 5))
    assert.equal("not here", message(graph.disable_saved_tensors_hooks, "not here", function()
      graph.save_on_cpu(function() end)
    end))
  end)
  it("lets tensors be changed after they were used", function()
    local x = torch.tensor({2.0, 3.0}):requires_grad_()
    local b = torch.tensor({4.0, 5.0})
    local y = graph.allow_mutation_on_saved_tensors(function() return x * b end)
    b:zero_()
    y:sum():backward()
    assert.are.same({4, 5}, x.grad:tolist())
    local refused = x * b
    graph.increment_version(b)
    assert.matches("was changed in place", message(function() refused:sum():backward() end))
  end)
end)

describe("hooks of several tensors and of leaves", function()
  it("register_multi_grad_hook", function()
    local x, y = torch.ones(1):requires_grad_(), torch.ones(1):requires_grad_()
    local calls, first = {}, 0
    local handle = graph.register_multi_grad_hook({x, y}, function(g)
      calls[#calls + 1] = {g[1]:item(), g[2]:item()}
    end)
    graph.register_multi_grad_hook({x, y}, function() first = first + 1 end, {mode = "any"})
    for _ = 1, 2 do (x * 2 + y * 3):sum():backward() end
    assert.are.same({{2, 3}, {2, 3}}, calls)
    assert.equal(2, first)
    handle:remove()
    ;(x + y):sum():backward()
    assert.equal(2, #calls)
  end)
  it("register_multi_grad_hook waits for what a pass reaches, as PyTorch does", function()
    local function leaf() return torch.ones(1):requires_grad_() end
    local x, y, z = leaf(), leaf(), leaf()
    local calls, first = {}, {}
    graph.register_multi_grad_hook({x, y}, function(g)
      calls[#calls + 1] = ("%s %s"):format(g[1] and g[1]:item(), g[2] and g[2]:item())
    end)
    graph.register_multi_grad_hook({x, y}, function(g) first[#first + 1] = g:item() end, {mode = "any"})
    ;(x * 2):sum():backward()
    ;(y * 3):sum():backward()
    ;(x * y):sum():backward()
    ;(z * 2):sum():backward()
    ;(x * 5):sum():backward()
    assert.are.same({"2.0 nil", "nil 3.0", "1.0 1.0", "5.0 nil"}, calls)
    assert.are.same({2, 3, 1, 5}, first)
    torch.autograd.grad((x * y * 7):sum(), x)
    assert.equal("7.0 nil", calls[5])
    local middle, seen = x * 2, {}
    graph.register_multi_grad_hook({middle, y}, function(g)
      seen[#seen + 1] = {g[1] and g[1]:item() or 0, g[2] and g[2]:item() or 0}
    end)
    ;(middle * 4):sum():backward()
    assert.are.same({{4, 0}}, seen)
  end)
  it("register_multi_grad_hook keeps passes inside of a pass apart, and forgets one that failed", function()
    local x, y = torch.ones(1):requires_grad_(), torch.ones(1):requires_grad_()
    local calls, inner, fails = {}, false, false
    local middle = y * 1
    middle:register_hook(function()
      if fails then error "failed" end
      if not inner then
        inner = true
        torch.enable_grad(function() (x * 10 + y * 20):sum():backward() end)
      end
    end)
    graph.register_multi_grad_hook({x, y}, function(g) calls[#calls + 1] = {g[1]:item(), g[2]:item()} end)
    local loss = (x * 2 + middle * 3):sum()
    loss:backward({retain_graph = true})
    assert.are.same({{10, 20}, {2, 3}}, calls)
    fails = true
    assert.is_false(pcall(loss.backward, loss, {retain_graph = true}))
    fails = false
    loss:backward()
    assert.are.same({{10, 20}, {2, 3}, {2, 3}}, calls)
  end)
  it("register_post_accumulate_grad_hook is called when the gradient is there", function()
    local w = torch.ones(2, F64):requires_grad_()
    local seen = {}
    local handle = w:register_post_accumulate_grad_hook(function(p)
      seen[#seen + 1] = p.grad:tolist()
      torch.no_grad(function() p:sub_(p.grad * 0.5) end)
      p.grad = nil
    end)
    ;(w * 3):sum():backward()
    assert.are.same({{3, 3}}, seen)
    assert.is_nil(w.grad)
    assert.are.same({-0.5, -0.5}, w:tolist())
    handle:remove()
    ;(w * 3):sum():backward()
    assert.equal(1, #seen)
    assert.equal("register_post_accumulate_grad_hook: the tensor is no leaf: nothing is added up",
      message(function() (w * 1):register_post_accumulate_grad_hook(print) end))
    assert.equal("register_post_accumulate_grad_hook: 'hook' (argument 2): expected a function, got the number 5",
      message(function() w:register_post_accumulate_grad_hook(5) end))
  end)
end)

describe("torch.inference_mode", function()
  local w = torch.ones(2):requires_grad_()
  it("records nothing, in both forms", function()
    local y = torch.inference_mode(function()
      assert.is_true(torch.is_inference_mode_enabled())
      assert.is_false(torch.is_grad_enabled())
      assert.is_false(torch.enable_grad(function() return (w * 2).requires_grad end))
      return w * 2
    end)
    assert.is_false(y.requires_grad)
    assert.is_true(y:is_inference())
    assert.is_false(torch.is_inference_mode_enabled())
    assert.is_false((w * 2):is_inference())
    do
      local _ <close> = torch.inference_mode()
      assert.is_true(torch.is_inference(torch.ones(1)))
      assert.is_true(torch.inference_mode(false, function() return (w * 2).requires_grad end))
    end
    assert.is_true((w * 2).requires_grad)
    assert.is_true(torch.autograd.inference_mode(function() return torch.is_inference_mode_enabled() end))
  end)
  it("keeps its tensors out of gradients", function()
    local x = torch.inference_mode(function() return torch.ones(2) end)
    assert.matches("a tensor of inference mode cannot be kept for backward", message(function() return w * x end))
    assert.matches("^add_: a tensor of inference mode cannot be changed in place", message(function() x:add_(1) end))
    assert.matches("gets no gradient outside of it", message(function() x:requires_grad_() end))
    assert.is_true((w * x:clone()).requires_grad)
    assert.is_true((w + x).requires_grad)
    assert.are.same({2, 2}, (x + 1):tolist())
    assert.equal("inference_mode: 'mode' (argument 1): expected true, false, a function or nothing, got the number 5",
      message(torch.inference_mode, 5))
  end)
  it("belongs to its coroutine", function()
    local co = coroutine.wrap(function()
      local _ <close> = torch.inference_mode()
      coroutine.yield()
    end)
    co()
    assert.is_false(torch.is_inference_mode_enabled())
    assert.is_true(torch.is_grad_enabled())
  end)
end)

describe("torch.autograd.forward_ad", function()
  local fwAD = torch.autograd.forward_ad
  it("carries tangents", function()
    fwAD.dual_level(function()
      local x = fwAD.make_dual(torch.tensor({0.0, 1.0}, F64), torch.tensor({1.0, 2.0}, F64))
      local y = fwAD.make_dual(torch.tensor({3.0, 4.0}, F64), torch.tensor({0.0, 1.0}, F64))
      local dual = fwAD.unpack_dual(x * y)
      assert.are.same({0, 4}, dual.primal:tolist())
      assert.are.same({3, 9}, dual.tangent:tolist())
      assert.are.same({1, 2}, fwAD.unpack_dual(x).tangent:tolist())
      assert.is_nil(fwAD.unpack_dual(torch.ones(1)).tangent)
    end)
    assert.matches("^make_dual: there is no dual level", message(fwAD.make_dual, torch.ones(1), torch.ones(1)))
    do
      local _ <close> = fwAD.dual_level()
      assert.equal("make_dual: 'tangent' (argument 2): expected a tensor (2), got float32 (1)",
        message(fwAD.make_dual, torch.ones(2), torch.ones(1)))
    end
  end)
end)
