local F = torch.nn.functional

local function half_of(f) return torch.autocast("cpu", {dtype = torch.bfloat16}, f) end

describe("torch.autocast", function()
  local x, w = torch.randn(3, 4), torch.randn(4, 5)

  it("has the form with a function, which gets arguments and gives results", function()
    local y, n = torch.autocast("cpu", {dtype = torch.bfloat16}, function(a, b) return a:mm(b), 7 end, x, w)
    assert.equal(torch.bfloat16, y.dtype)
    assert.equal(7, n)
    assert.equal(torch.float16, torch.autocast("cpu", torch.float16, function() return x:mm(w).dtype end))
    assert.equal(torch.bfloat16, torch.autocast("cpu", function() return x:mm(w).dtype end))
    assert.equal(torch.float32, x:mm(w).dtype)
    assert.equal(torch.bfloat16, torch.autocast("cpu", nn.Linear(4, 2), x).dtype)
  end)

  it("has the form with <close>, nests and ends", function()
    do
      local _ <close> = torch.autocast("cpu")
      assert.is_true(torch.is_autocast_enabled "cpu")
      assert.is_false(torch.is_autocast_enabled "cuda")
      assert.equal(torch.bfloat16, x:mm(w).dtype)
      do
        local _ <close> = torch.autocast("cpu", {enabled = false})
        assert.equal(torch.float32, x:mm(w).dtype)
        assert.is_false(torch.is_autocast_enabled "cpu")
        torch.autocast("cpu", {dtype = "float16"}, function() assert.equal(torch.float16, x:mm(w).dtype) end)
      end
      assert.equal(torch.bfloat16, x:mm(w).dtype)
      assert.equal(torch.bfloat16, torch.get_autocast_dtype "cpu")
    end
    assert.is_false(torch.is_autocast_enabled())
    assert.is_false(pcall(torch.autocast, "cpu", function() error "no" end))
    assert.is_false(torch.is_autocast_enabled())
  end)

  it("of cuda casts nothing on the CPU", function()
    torch.autocast("cuda", function() assert.equal(torch.float32, x:mm(w).dtype) end)
  end)

  it("leaves calls in place and float64 alone", function()
    half_of(function()
      local c = torch.zeros(3, 5)
      assert.equal(torch.float32, c:addmm_(x, w).dtype)
      assert.equal(torch.float64, x:double():mm(w:double()).dtype)
      assert.has_error(function() return x:double():mm(w) end)
    end)
  end)

  it("computes what the same computation on casted tensors gives", function()
    local a, b = x:bfloat16(), w:bfloat16()
    assert.is_true(torch.equal(a:mm(b), half_of(function() return x:mm(w) end)))
    local y = half_of(function() return F.mse_loss(a, x) end)
    assert.is_true(torch.equal(F.mse_loss(a:float(), x), y))
  end)

  it("gives parameters gradients of their own dtype, and is off in backward", function()
    local p = torch.randn(4, 5, {requires_grad = true})
    half_of(function()
      local seen
      local y = x:mm(p)
      y:register_hook(function(g)
        seen = g.dtype
        assert.equal(torch.float32, x:mm(w).dtype)
        assert.is_false(torch.is_autocast_enabled())
      end)
      y:sum():backward()
      assert.equal(torch.bfloat16, seen)
      assert.is_true(torch.is_autocast_enabled())
    end)
    assert.equal(torch.float32, p.grad.dtype)
    local want = x:bfloat16():t():mm(torch.ones(3, 5, {dtype = "bfloat16"})):float()
    assert.is_true(torch.equal(want, p.grad))
  end)

  it("belongs to its coroutine", function()
    local co = coroutine.wrap(function()
      local _ <close> = torch.autocast("cpu")
      coroutine.yield(x:mm(w).dtype)
      return x:mm(w).dtype
    end)
    assert.equal(torch.bfloat16, co())
    assert.equal(torch.float32, x:mm(w).dtype)
    assert.equal(torch.bfloat16, co())
  end)

  it("refuses what it does not know", function()
    assert.has_error(function() torch.autocast("tpu") end,
      "autocast: 'device_type' (argument 1): expected \"cpu\" or \"cuda\", got the string \"tpu\"")
    assert.error_matches(function() torch.autocast("cpu", {dtype = "float64"}) end,
      "autocast: 'dtype' %(argument 2%): expected torch.bfloat16 or torch.float16")
    assert.error_matches(function() torch.autocast("cpu", {dtyp = "float16"}) end, "unknown option 'dtyp'")
    assert.error_matches(function() torch.autocast() end, "autocast: 'device_type'")
  end)

  it("can be set without an end", function()
    torch.set_autocast_enabled("cpu", true)
    torch.set_autocast_dtype("cpu", torch.float16)
    assert.equal(torch.float16, x:mm(w).dtype)
    torch.set_autocast_dtype("cpu", torch.bfloat16)
    torch.set_autocast_enabled("cpu", false)
    assert.equal(torch.float32, x:mm(w).dtype)
  end)
end)

describe("the casts of parameters", function()
  local x, p = torch.randn(3, 4), torch.randn(4, 5, {requires_grad = true})

  it("are made once, so that two products share one", function()
    local bytes
    torch.autocast("cpu", function()
      local big = torch.randn(400, 400, {requires_grad = true})
      local one = torch.randn(1, 400):bfloat16():requires_grad_()
      one:mm(big)
      collectgarbage()
      bytes = torch._C.memory().bytes
      local list = {}
      for i = 1, 5 do list[i] = one:mm(big) end
      assert.is_true(torch._C.memory().bytes - bytes < 100000)
    end)
    torch.autocast("cpu", {cache_enabled = false}, function()
      assert.is_false(torch.is_autocast_cache_enabled())
      local big = torch.randn(400, 400, {requires_grad = true})
      local one = torch.randn(1, 400):bfloat16():requires_grad_()
      bytes = torch._C.memory().bytes
      local list = {}
      for i = 1, 5 do list[i] = one:mm(big) end
      assert.is_true(torch._C.memory().bytes - bytes > 5 * 320000) -- each graph holds its cast
    end)
  end)

  it("go when the outermost autocast ends", function()
    collectgarbage()
    local big = torch.randn(400, 400, {requires_grad = true})
    local bytes = torch._C.memory().bytes
    torch.autocast("cpu", function()
      torch.autocast("cpu", function() torch.no_grad(function() torch.randn(1, 400):mm(big) end) end)
      assert.is_true(torch._C.memory().bytes - bytes >= 320000)
    end)
    collectgarbage()
    collectgarbage()
    assert.is_true(torch._C.memory().bytes - bytes < 100000)
  end)

  it("carry several backward passes", function()
    torch.autocast("cpu", function()
      local a, b = x:mm(p):sum(), x:mm(p):sum() * 2
      a:backward()
      b:backward()
      x:mm(p):sum():backward()
    end)
    local want = x:bfloat16():t():mm(torch.ones(3, 5, {dtype = "bfloat16"})):float()
    assert.is_true(torch.allclose(want * 4, p.grad, 1e-2, 1e-2))
  end)

  it("are made anew when the parameter changed, and with gradients after a pass without", function()
    local q = torch.ones(4, 5, {requires_grad = true})
    torch.autocast("cpu", function()
      torch.no_grad(function() assert.is_false(x:mm(q).requires_grad) end)
      assert.is_true(x:mm(q).requires_grad)
      local before = x:mm(q)
      torch.no_grad(function() q:mul_(2) end)
      assert.is_true(torch.equal(before * 2, x:mm(q)))
      torch.clear_autocast_cache()
      assert.is_true(torch.equal(before * 2, x:mm(q)))
    end)
  end)
end)

describe("torch.amp.custom_fwd and custom_bwd", function()
  it("cast the inputs and give backward the autocast of forward", function()
    local seen = {}
    local Product = torch.autograd.Function("Product", {
      forward = torch.amp.custom_fwd(function(ctx, a, b)
        ctx:save_for_backward(a, b)
        seen.forward, seen.enabled = a.dtype, torch.is_autocast_enabled "cpu"
        return a:mm(b)
      end, {device_type = "cpu", cast_inputs = torch.float32}),
      backward = torch.amp.custom_bwd(function(ctx, g)
        local a, b = table.unpack(ctx.saved_tensors)
        seen.backward = torch.is_autocast_enabled "cpu"
        return g:mm(b:t()), a:t():mm(g)
      end, {device_type = "cpu"}),
    })
    local a = torch.randn(2, 2):bfloat16():requires_grad_()
    torch.autocast("cpu", function() Product:apply(a, torch.eye(2)):sum():backward() end)
    assert.same({forward = torch.float32, enabled = false, backward = false}, seen)
    local Other = torch.autograd.Function("Other", {
      forward = torch.amp.custom_fwd(function(_, v) return v:mm(v) end, {device_type = "cpu"}),
      backward = torch.amp.custom_bwd(function(_, g)
        seen.backward = torch.is_autocast_enabled "cpu"
        return g
      end, {device_type = "cpu"}),
    })
    local v = torch.eye(2):requires_grad_()
    local out = torch.autocast("cpu", function() return Other:apply(v) end)
    out:sum():backward()
    assert.is_true(seen.backward)
  end)
end)

describe("norms", function()
  local F = nn.functional

  it("take float32 parameters beside numbers of 16 bits and give these, as PyTorch's do", function()
    for _, dtype in ipairs {torch.bfloat16, torch.float16} do
      local x = torch.randn(2, 4, 3, 8):to(dtype)
      local mean, var, weight, bias = torch.randn(4), torch.rand(4) + 0.5, torch.rand(4) + 0.5, torch.randn(4)
      local last = torch.rand(8) + 0.5
      for name, call in pairs {
        batch_norm = function(v) return F.batch_norm(v, mean, var, weight, bias) end,
        batch_norm_training = function(v) return F.batch_norm(v, mean:clone(), var:clone(), weight, bias, true) end,
        layer_norm = function(v) return F.layer_norm(v, {8}, last, last) end,
        group_norm = function(v) return F.group_norm(v, 2, weight, bias) end,
        instance_norm = function(v) return F.instance_norm(v, mean:clone(), var:clone(), weight, bias, true) end,
        rms_norm = function(v) return F.rms_norm(v, {8}, last) end,
      } do
        local got, want = call(x), call(x:float())
        assert.equal(dtype, got.dtype, name)
        assert.is_true(torch.allclose(want, got:float(), {rtol = 0.02, atol = 0.02}), name)
      end
    end
  end)

  it("of a network of convolutions train under autocast: parameters and statistics stay float32", function()
    local net = nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.GroupNorm(2, 4))
    local y = torch.autocast("cpu", {dtype = torch.bfloat16}, function() return net(torch.randn(3, 2, 8, 8)) end)
    assert.equal(torch.bfloat16, y.dtype)
    y:float():pow(2):sum():backward()
    for name, p in net:named_parameters() do assert.equal(torch.float32, p.grad.dtype, name) end
    assert.equal(torch.float32, net[2].running_mean.dtype)
    assert.is_false(torch.equal(torch.zeros(4), net[2].running_mean))
    assert.error_matches(function() F.batch_norm(torch.ones(2, 4):double(), torch.zeros(4), torch.ones(4)) end,
      "batch_norm: 'running_mean' %(argument 2%): expected float64 %(4%), one for each channel, got float32 %(4%)")
  end)
end)
