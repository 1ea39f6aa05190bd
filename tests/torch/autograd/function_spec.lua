-- torch.autograd.Function: operations whose backward is written in Lua.
local F64 = {dtype = torch.float64}
local function leaf(values) return torch.tensor(values, F64):requires_grad_(true) end

local function bytes()
  collectgarbage()
  collectgarbage()
  return torch._C.memory().bytes
end

local Cube = torch.autograd.Function("Cube", {
  forward = function(ctx, x)
    ctx:save_for_backward(x)
    return x * x * x
  end,
  backward = function(ctx, g)
    local x = ctx.saved_tensors[1]
    return g * 3 * x * x
  end,
})

-- Keeps its result, and uses it in backward.
local Exp = torch.autograd.Function("Exp", {
  forward = function(ctx, x)
    local y = x:exp()
    ctx:save_for_backward(y)
    return y
  end,
  backward = function(ctx, g) return g * ctx.saved_tensors[1] end,
})

-- Several tensors, a number, two results.
local Mix = torch.autograd.Function("Mix", {
  forward = function(ctx, a, scale, b)
    ctx.scale = scale
    ctx:save_for_backward(a, b)
    return a * b * scale, a + b
  end,
  backward = function(ctx, g1, g2)
    local a, b = table.unpack(ctx.saved_tensors)
    return g1 * b * ctx.scale + g2, nil, g1 * a * ctx.scale + g2
  end,
})

describe("torch.autograd.Function", function()
  it("gives values and gradients", function()
    local x = leaf {1, 2, -3}
    local y = Cube:apply(x)
    assert.are.same({1, 8, -27}, y:tolist())
    assert.are.equal("<CubeBackward>", tostring(y.grad_fn))
    y:sum():backward()
    assert.are.same({3, 12, 27}, x.grad:tolist())
    assert.are.same({8}, Cube(torch.tensor({2.0}, F64)):tolist())
  end)

  it("agrees with finite differences, also in the second derivative", function()
    for _, f in ipairs {Cube, Exp} do
      local function call(x) return f:apply(x) end
      assert.is_true(torch.autograd.gradcheck(call, {leaf {0.5, -1.2, 2}}))
      assert.is_true(torch.autograd.gradgradcheck(call, {leaf {0.5, -1.2, 2}}))
    end
    local function mix(a, b) return Mix:apply(a, 0.7, b) end
    assert.is_true(torch.autograd.gradcheck(mix, {leaf {1, 2}, leaf {3, -4}}))
    assert.is_true(torch.autograd.gradgradcheck(mix, {leaf {1, 2}, leaf {3, -4}}))
  end)

  it("records nothing inside forward, nor where no gradient is wanted", function()
    local inside
    local Peek = torch.autograd.Function("Peek", {
      forward = function(_, x)
        local y = x * 2
        inside = y.requires_grad
        return y
      end,
      backward = function(_, g) return g * 2 end,
    })
    local x = leaf {1}
    assert.is_true(Peek:apply(x).requires_grad)
    assert.is_false(inside)
    assert.is_false(Peek:apply(x:detach()).requires_grad)
    assert.is_false(torch.no_grad(function() return Peek:apply(x) end).requires_grad)
  end)

  it("tells which arguments need a gradient", function()
    local needs
    local Ask = torch.autograd.Function("Ask", {
      forward = function(ctx, a, _, b)
        needs = ctx.needs_input_grad
        return a + b
      end,
      backward = function(_, g) return g, nil, g end,
    })
    Ask:apply(leaf {1}, "text", torch.ones(1, F64))
    assert.are.same({true, false, false}, needs)
  end)

  it("gives zeros for results without a gradient, or nil on request", function()
    for _, materialize in ipairs {true, false} do
      local seen
      local Two = torch.autograd.Function("Two", {
        forward = function(ctx, x)
          ctx:set_materialize_grads(materialize)
          return x * 1, x * 2
        end,
        backward = function(_, g1, g2)
          seen = g2
          return g1
        end,
      })
      local x = leaf {1, 2}
      local y = Two:apply(x)
      y:sum():backward()
      assert.are.same({1, 1}, x.grad:tolist())
      if materialize then assert.are.same({0, 0}, seen:tolist()) else assert.is_nil(seen) end
    end
  end)

  it("leaves marked and integer results without gradient", function()
    local seen
    local Sort = torch.autograd.Function("Sort", {
      forward = function(ctx, x)
        local y, i = x:sort()
        local copy = y * 1
        ctx:mark_non_differentiable(copy)
        ctx.i = i
        return y, i, copy
      end,
      backward = function(ctx, g, gi, gc)
        seen = {gi, gc}
        return torch.zeros(3, F64):scatter(1, ctx.i, g)
      end,
    })
    local x = leaf {3, 1, 2}
    local y, i, copy = Sort:apply(x)
    assert.is_true(y.requires_grad)
    assert.is_false(i.requires_grad or copy.requires_grad)
    ;(y * torch.tensor({1.0, 2.0, 3.0}, F64)):sum():backward()
    assert.are.same({3, 1, 2}, x.grad:tolist())
    assert.are.same({0, 0, 0}, seen[2]:tolist())
  end)

  it("can return an argument, a view of one, or one changed in place", function()
    local Same = torch.autograd.Function("Same", {
      forward = function(_, x) return x, x[1] end,
      backward = function(_, g, h)
        local r = g * 10
        r[1] = r[1] + h * 100
        return r
      end,
    })
    local x = leaf {1, 2}
    local y, z = Same:apply(x)
    assert.is_true(x.is_leaf)
    ;(y:sum() + z):backward()
    assert.are.same({110, 10}, x.grad:tolist())

    local Double = torch.autograd.Function("Double", {
      forward = function(ctx, t)
        ctx:mark_dirty(t)
        return t:mul_(2)
      end,
      backward = function(_, g) return g * 2 end,
    })
    x = leaf {1, 2}
    local w = x * 1
    local d = Double:apply(w)
    assert.is_true(rawequal(d, w))
    w:sum():backward()
    assert.are.same({2, 2}, x.grad:tolist())
    assert.has_error(function() Double:apply(leaf {1}) end)
  end)

  it("sums the gradient of an argument that was broadcast", function()
    local Add = torch.autograd.Function("Add", {
      forward = function(_, a, b) return a + b end,
      backward = function(_, g) return g, g end,
    })
    local a, b = leaf {1, 2, 3}, leaf {1}
    Add:apply(a, b):sum():backward()
    assert.are.same({3}, b.grad:tolist())
  end)

  it("notices a kept tensor that was changed in place", function()
    local x = leaf {1, 2}
    local t = x * 1
    local y = Cube:apply(t)
    t:add_(1)
    local ok, reason = pcall(function() y:sum():backward() end)
    assert.is_false(ok)
    assert.matches("CubeBackward needs was changed after it was used", reason, 1, true)
    local z = leaf {1, 2}
    y = Cube:apply(z)
    z.data = torch.ones(2, F64)
    ok, reason = pcall(function() y:sum():backward() end)
    assert.is_false(ok)
    assert.matches("CubeBackward needs was changed after it was used", reason, 1, true)
  end)

  it("names itself in what is wrong with its gradients", function()
    local function failing(n, ...)
      local gradients = table.pack(...)
      local Bad = torch.autograd.Function("Bad", {
        forward = function(_, x) return x * 2 end,
        backward = function() return table.unpack(gradients, 1, gradients.n) end,
      })
      local x = leaf {1, 2}
      local arguments = {x, 5, x}
      local ok, reason = pcall(function() Bad:apply(table.unpack(arguments, 1, n)):sum():backward() end)
      assert.is_false(ok)
      return reason:match "^tests/torch/autograd/function_spec%.lua:%d+: (.*)$"
    end
    local g = torch.ones(2, F64)
    assert.are.equal("BadBackward: backward: expected 1 gradient, one per argument of forward, got 0", failing(1))
    assert.are.equal("BadBackward: backward: expected 1 gradient, one per argument of forward, got 2", failing(1, g, g))
    assert.are.equal("BadBackward: backward: expected 3 gradients, one per argument of forward, got 1", failing(3, g))
    assert.are.equal("BadBackward: backward: gradient 1: expected the shape of argument 1, (2), got (3)",
      failing(1, torch.ones(3, F64)))
    assert.are.equal("BadBackward: backward: gradient 1: expected a tensor or nil, got a string", failing(1, "g"))
    assert.are.equal("BadBackward: backward: gradient 2: argument 2 of forward is no tensor, its gradient must be nil",
      failing(3, g, g, g))
  end)

  it("raises what forward and backward raise", function()
    local Stop = torch.autograd.Function("Stop", {
      forward = function(_, x, early)
        if early then error {early = true} end
        return x * 1
      end,
      backward = function() error "not today" end,
    })
    local ok, reason = pcall(function() Stop:apply(leaf {1}, true) end)
    assert.is_false(ok)
    assert.is_true(reason.early)
    local y = Stop:apply(leaf {1})
    ok, reason = pcall(function() y:sum():backward() end)
    assert.is_false(ok)
    assert.matches("function_spec.lua:%d+: not today$", reason)
  end)

  it("shows where in backward an uncaught error came from", function()
    local name = os.tmpname()
    local file = assert(io.open(name, "w"))
    file:write [[
      local function inner() error "deep" end
      local Fn = torch.autograd.Function("Fn", {forward = function(_, x) return x * 1 end,
        backward = function(_, g) inner() return g end})
      Fn:apply(torch.ones(1):requires_grad_(true)):backward()
    ]]
    file:close()
    local pipe = assert(io.popen(("%s %s 2>&1"):format(os.getenv "HECATE_BIN" or "build/hecate", name)))
    local text = pipe:read "a"
    pipe:close()
    os.remove(name)
    assert.matches(":1: deep", text, 1, true)
    assert.matches("in upvalue 'inner'", text, 1, true)
    assert.matches("in method 'backward'", text, 1, true)
  end)

  it("refuses wrong definitions", function()
    assert.has_error(function() torch.autograd.Function() end,
      "autograd.Function: 'name' (argument 1): expected a string, got a nil")
    assert.has_error(function() torch.autograd.Function("F", {forward = print}) end)
    assert.has_error(function() torch.autograd.Function("F", {forward = print, backward = print, more = 1}) end)
  end)

  it("can forbid the second derivative", function()
    local Once = torch.autograd.Function("Once", {
      forward = function(ctx, x)
        ctx:save_for_backward(x)
        return x * x
      end,
      backward = torch.autograd.once_differentiable(function(ctx, g) return g * ctx.saved_tensors[1] * 2 end),
    })
    local x = leaf {3}
    local g = torch.autograd.grad((Once:apply(x) ^ 2):sum(), x, nil, {create_graph = true})
    assert.are.equal(108, g:item())
    local ok, reason = pcall(function() g:sum():backward() end)
    assert.is_false(ok)
    assert.matches("once_differentiable", reason, 1, true)
  end)

  it("is used up by a backward pass that frees the graph", function()
    local y = Cube:apply(leaf {1}):sum()
    y:backward(nil, {retain_graph = true})
    y:backward()
    assert.has_error(function() y:backward() end)
  end)

  it("is collected, whatever its context holds", function()
    local Hold = torch.autograd.Function("Hold", {
      forward = function(ctx, x)
        local y, z = x * 2, x * 3
        ctx.x, ctx.y, ctx.z = x, y, z
        return y, z
      end,
      backward = function(_, g1, g2) return g1 * 2 + g2 * 3 end,
    })
    local function work(run)
      local x = leaf {1, 2}
      local y, z = Hold:apply(x)
      local loss = (y * z):sum()
      if run then loss:backward() end
    end
    work(true)
    local start = bytes()
    for _ = 1, 5 do
      work(true)
      work(false)
      Exp:apply(leaf {1, 2})
    end
    assert.are.equal(start, bytes())
  end)

  it("keeps its context while the graph needs it", function()
    local held
    local loss
    local x = leaf {1, 2}
    do
      local Keep = torch.autograd.Function("Keep", {
        forward = function(ctx, t)
          ctx.factor = torch.tensor({5.0, 7.0}, F64)
          return t * ctx.factor, t * 1
        end,
        backward = function(ctx, g) return g * ctx.factor end,
      })
      local _, second = Keep:apply(x)
      held = (Keep:apply(x))
      loss = second:sum()
    end
    bytes()
    loss:backward()
    held:sum():backward()
    assert.are.same({5, 7}, x.grad:tolist())
  end)

  it("takes complex numbers", function()
    local z = torch.complex(torch.tensor({1.0, 0.5}, F64), torch.tensor({0.5, -2}, F64)):requires_grad_(true)
    local Turn = torch.autograd.Function("Turn", {
      forward = function(_, x) return x * torch.complex(0.0, 1) end,
      backward = function(_, g) return g * torch.complex(0.0, -1) end, -- of the conjugate
    })
    assert.is_true(Turn:apply(z).requires_grad)
    assert.is_true(torch.autograd.gradcheck(function(x) return Turn:apply(x) end, {z}))
    local a = torch.complex(torch.tensor({{4.0, 1}, {1, 3}}, F64), torch.tensor({{0.0, 1}, {-1, 0}}, F64))
    a:requires_grad_(true)
    local function root(x) return torch.linalg.matrix_sqrth((x + x:adjoint()) * 0.5) end
    assert.is_true(torch.autograd.gradcheck(root, {a}))
  end)
end)
