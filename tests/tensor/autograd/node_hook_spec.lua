-- Hooks of places in the graph: node:register_hook, register_prehook, metadata, next_functions.
local function leaf(...) return torch.tensor({...}, {dtype = "float32", requires_grad = true}) end

describe("hooks of a node", function()
  it("see the gradients of its inputs and of its results, in the order in which they were added", function()
    local x, y, seen = leaf(1, 2), leaf(3, 4), {}
    local z = x * y
    z.grad_fn:register_prehook(function(out) seen[#seen + 1] = {"before", out.n, out[1]:tolist()} end)
    z.grad_fn:register_hook(function(inputs, out)
      seen[#seen + 1] = {"behind", inputs.n, inputs[1]:tolist(), inputs[2]:tolist(), out[1]:tolist()}
    end)
    z.grad_fn:register_hook(function() seen[#seen + 1] = {"last"} end)
    z:backward(torch.tensor {10.0, 20.0})
    assert.same({{"before", 1, {10.0, 20.0}}, {"behind", 2, {30.0, 80.0}, {10.0, 40.0}, {10.0, 20.0}}, {"last"}}, seen)
  end)

  it("put other gradients in their place", function()
    local x, y = leaf(1, 2), leaf(3, 4)
    local z = x * y
    z.grad_fn:register_prehook(function(out) return {out[1] * 2} end)
    z.grad_fn:register_hook(function(inputs) return {inputs[1] + 1, nil} end)
    z:sum():backward()
    assert.same({7.0, 9.0}, x.grad:tolist())
    assert.is_nil(y.grad)
  end)

  it("of a leaf, too", function()
    local x, seen = leaf(1, 2), {}
    local adds = torch.autograd.graph.get_gradient_edge(x).node
    assert.equal("AccumulateGrad", adds:name())
    adds:register_prehook(function(out) return {out[1] * 3} end)
    adds:register_hook(function(inputs, out) seen = {inputs.n, out[1]:tolist()} end)
    x:sum():backward()
    assert.same({0, {3.0, 3.0}}, seen)
    assert.same({3.0, 3.0}, x.grad:tolist())
  end)

  it("end with their handle, also while they run, and stay for a retained graph", function()
    local x, count = leaf(1), 0
    local y = x * 2
    local once
    once = y.grad_fn:register_hook(function() count = count + 1; once:remove() end)
    do local _ <close> = y.grad_fn:register_hook(function() count = count + 100 end) end
    y.grad_fn:register_prehook(function() count = count + 10 end)
    y:backward({retain_graph = true})
    y:backward()
    assert.equal(21, count)
  end)

  it("tell their errors, and wrong results", function()
    local x = leaf(1, 2)
    local function run(hook)
      local y = x * 2
      y.grad_fn:register_hook(hook)
      y:sum():backward()
    end
    assert.error_matches(function() run(function() error "stop here" end) end, "stop here")
    assert.error_matches(function() run(function() return 3 end) end, "register_hook: a hook returns an array")
    assert.error_matches(function() run(function() return {torch.ones(3)} end) end,
      "a hook of MulBackward returns gradients like those it got")
    assert.error_matches(function() (x * 2).grad_fn:register_hook(1) end,
      "register_hook: 'fn' %(argument 2%): expected a function")
  end)

  it("see gradients of gradients", function()
    local x, seen = leaf(2), nil
    local y = x ^ 3
    y.grad_fn:register_hook(function(inputs) seen = inputs[1] end)
    local first = torch.autograd.grad(y, x, nil, {create_graph = true})
    assert.equal(12, torch.autograd.grad(first, x):item())
    assert.is_true(seen.requires_grad)
  end)

  it("go with the graph", function()
    local gone = setmetatable({}, {__mode = "k"})
    local x = leaf(1)
    do
      local y = x * 2
      local marker = {}
      gone[marker] = true
      y.grad_fn:register_hook(function() return marker and nil end)
    end
    collectgarbage() collectgarbage() collectgarbage()
    assert.is_nil(next(gone))
  end)
end)

describe("a node", function()
  it("has notes, and is one and the same", function()
    local x = leaf(1)
    local y = x * 2
    y.grad_fn:metadata().who = "me"
    assert.equal("me", y.grad_fn:metadata().who)
    assert.is_true(y.grad_fn == y.grad_fn)
    assert.is_true(y.grad_fn ~= (x * 2).grad_fn)
  end)

  it("tells which results its inputs are", function()
    local x = torch.rand(3, 2, {requires_grad = true})
    local a, b = table.unpack(x:unbind())
    local nodes, outputs = (b * a).grad_fn:next_functions()
    assert.same({2, 1}, outputs)
    assert.is_true(nodes[1] == a.grad_fn)
    local edge = torch.autograd.graph.get_gradient_edge(b)
    assert.is_true(edge.node == b.grad_fn)
    assert.equal(2, edge.output_nr)
    assert.error_matches(function() torch.autograd.graph.get_gradient_edge(torch.ones(1)) end,
      "get_gradient_edge: 'tensor' %(argument 1%): expected a tensor that requires a gradient")
  end)
end)

describe("a hook that takes the gradients away", function()
  it("ends the way there, for every kind of op", function()
    local x = torch.rand(3):requires_grad_()
    for _, op in ipairs {"sum", "mean", "exp", "relu", "sqrt", "sort", "unbind"} do
      local result = x[op](x)
      local y = type(result) == "table" and result[1] or result
      y.grad_fn:register_prehook(function() return {} end)
      y:sum():backward()
      assert.is_true(x.grad == nil)
    end
  end)
end)

describe("a hook that holds the graph", function()
  it("goes with it after a pass", function()
    local alive = setmetatable({}, {__mode = "k"})
    for _ = 1, 5 do
      local z = torch.ones(2):requires_grad_() * 2
      z.grad_fn:register_hook(function() return nil, z end)
      alive[z] = true
      z:sum():backward()
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(alive))
  end)
end)
