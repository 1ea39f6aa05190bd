local function problem(grad)
  local p = torch.tensor({1.0, 2.0}, {requires_grad = true})
  local optimizer = optim.SGD({p}, {lr = 0.1})
  return p, optimizer, function(scaler) -- a step with gradient `grad` before the scaling
    optimizer:zero_grad()
    scaler:scale((p * (grad or 1)):sum()):backward()
    return scaler:step(optimizer)
  end
end

describe("torch.amp.GradScaler", function()
  it("scales the loss, and the step is that of the gradients as they are", function()
    local p, _, step = problem()
    local scaler = torch.amp.GradScaler("cpu", {init_scale = 8})
    assert.equal(8.0, scaler:get_scale())
    step(scaler)
    assert.is_true(torch.allclose(torch.tensor {0.9, 1.9}, p:detach()))
    assert.is_true(torch.equal(p.grad, torch.ones(2)))
    scaler:update()
    assert.equal(8.0, scaler:get_scale())
    local list = scaler:scale {torch.ones(1), {a = torch.ones(2)}}
    assert.equal(8.0, list[1]:item())
    assert.equal(8.0, list[2].a[2]:item())
  end)

  it("leaves a step out whose gradients are infinite, and backs off", function()
    for _, bad in ipairs {math.huge, 0 / 0} do
      local p, _, step = problem(bad)
      local scaler = torch.amp.GradScaler("cpu", {init_scale = 8, backoff_factor = 0.25, growth_interval = 2})
      step(scaler)
      assert.is_true(torch.equal(torch.tensor {1.0, 2.0}, p:detach()))
      scaler:update()
      assert.equal(2.0, scaler:get_scale())
    end
  end)

  it("grows after growth_interval good steps in a row", function()
    local _, _, step = problem()
    local _, _, fail = problem(math.huge)
    local scaler = torch.amp.GradScaler("cpu", {init_scale = 8, growth_factor = 4, growth_interval = 3})
    local scales = {}
    for _, f in ipairs {step, step, fail, step, step, step, step} do
      f(scaler)
      scaler:update()
      scales[#scales + 1] = scaler:get_scale()
    end
    assert.same({8.0, 8.0, 4.0, 4.0, 4.0, 16.0, 16.0}, scales)
    assert.equal(1, scaler:state_dict()._growth_tracker)
  end)

  it("does not grow beyond float32", function()
    local _, _, step = problem()
    local scaler = torch.amp.GradScaler("cpu", {init_scale = 2 ^ 127, growth_interval = 1})
    step(scaler)
    scaler:update()
    assert.equal(2.0 ^ 127, scaler:get_scale())
  end)

  it("lets gradients be clipped between unscale_ and step", function()
    local p, optimizer = problem()
    local scaler = torch.amp.GradScaler("cpu", {init_scale = 1024})
    scaler:scale((p * 30):sum()):backward()
    scaler:unscale_(optimizer)
    assert.is_true(torch.equal(torch.full({2}, 30.0), p.grad))
    torch.nn.utils.clip_grad_value_({p}, 1)
    scaler:step(optimizer)
    assert.is_true(torch.allclose(torch.tensor {0.9, 1.9}, p:detach()))
    scaler:update()
  end)

  it("says what is called in the wrong order", function()
    local p, optimizer, step = problem()
    local scaler = torch.amp.GradScaler "cpu"
    assert.error_matches(function() scaler:step(optimizer) end, "step: scale%(%) was not called")
    assert.error_matches(function() scaler:update() end, "update: scale%(%) was not called")
    scaler:scale(p:sum()):backward()
    assert.error_matches(function() scaler:update() end, "update: no step%(%) or unscale_%(%) came before it")
    scaler:unscale_(optimizer)
    assert.error_matches(function() scaler:unscale_(optimizer) end, "unscale_: it was called for this optimiser")
    scaler:step(optimizer)
    assert.error_matches(function() scaler:step(optimizer) end, "step: it was called already")
    assert.error_matches(function() scaler:unscale_(optimizer) end, "unscale_: it was called after step%(%)")
    scaler:update()
    step(scaler)
    assert.error_matches(function() scaler:step(optimizer, function() end) end, "step: a closure")
    assert.error_matches(function() scaler:step(p) end, "step: 'optimizer' %(argument 1%): expected an optimiser")
    assert.error_matches(function() torch.amp.GradScaler("cpu", {growth_factor = 1}) end, "growth_factor.*above 1")
    assert.error_matches(function() torch.amp.GradScaler("cpu", {backoff_factor = 2}) end, "backoff_factor")
    assert.error_matches(function() scaler:set_growth_factor(1) end, "set_growth_factor: 'new_factor'.*above 1")
    assert.error_matches(function() scaler:set_backoff_factor "x" end, "set_backoff_factor: 'new_factor'")
    assert.error_matches(function() scaler:set_growth_interval(0) end, "set_growth_interval: 'new_interval'")
    scaler:set_growth_interval(6 / 2)
    assert.equal("integer", math.type(scaler:get_growth_interval()))
    assert.error_matches(function() torch.amp.GradScaler("cpu", {growth = 2}) end, "unknown option 'growth'")
    local h = torch.ones(2, {dtype = "float16", requires_grad = true})
    local other = optim.SGD({h}, {lr = 0.1})
    scaler:scale(h:sum()):backward()
    assert.error_matches(function() scaler:unscale_(other) end, "unscale_: a gradient is of float16")
  end)

  it("does nothing where it is not enabled", function()
    local p, _, step = problem()
    local scaler = torch.amp.GradScaler("cpu", {enabled = false})
    assert.is_false(scaler:is_enabled())
    step(scaler)
    scaler:update()
    assert.equal(1.0, scaler:get_scale())
    assert.same({}, scaler:state_dict())
    assert.is_true(torch.allclose(torch.tensor {0.9, 1.9}, p:detach()))
  end)

  it("is saved and goes on", function()
    local _, _, step = problem()
    local scaler = torch.amp.GradScaler("cpu", {init_scale = 16, growth_interval = 2})
    step(scaler)
    scaler:update()
    local state = scaler:state_dict()
    assert.same({scale = 16.0, growth_factor = 2.0, backoff_factor = 0.5, growth_interval = 2,
      _growth_tracker = 1}, state)
    local other = torch.amp.GradScaler "cpu"
    other:load_state_dict(state)
    step(other)
    other:update()
    assert.equal(32.0, other:get_scale())
    assert.error_matches(function() other:load_state_dict {} end, "the state is empty")
    assert.error_matches(function() other:load_state_dict {scale = "1"} end, "load_state_dict: 'scale'")
    other:set_growth_factor(3.0)
    other:set_backoff_factor(0.1)
    other:set_growth_interval(7)
    assert.same({3.0, 0.1, 7}, {other:get_growth_factor(), other:get_backoff_factor(), other:get_growth_interval()})
  end)
end)

--- Images of two kinds: a bright stripe that lies or stands.
local function stripes(n)
  local x, y = torch.rand(n, 1, 16, 16) * 0.3, torch.ones(n, {dtype = "int64"})
  for i = 1, n do
    local at, kind = (i * 5) % 16 + 1, i % 2 + 1
    if kind == 1 then x[{i, 1, at, {}}] = 1 else x[{i, 1, {}, at}] = 1 end
    y[i] = kind
  end
  return x, y
end

local function train(model, x, y, dtype)
  local optimizer = optim.Adam(model:parameters(), {lr = 0.01})
  local scaler = torch.amp.GradScaler("cpu", {enabled = dtype == torch.float16, init_scale = 1024})
  local first, last
  for _ = 1, 40 do
    optimizer:zero_grad()
    local loss = torch.autocast("cpu", {dtype = dtype}, function()
      local out = model(x)
      assert.equal(dtype, out.dtype)
      return torch.nn.functional.cross_entropy(out, y)
    end)
    assert.equal(torch.float32, loss.dtype)
    scaler:scale(loss):backward()
    scaler:step(optimizer)
    scaler:update()
    first, last = first or loss:item(), loss:item()
  end
  for _, p in ipairs(model:parameters()) do assert.equal(torch.float32, p.dtype) end
  local right = model(x):argmax(2):eq(y):sum():item()
  return first, last, right / #y
end

describe("training under autocast", function()
  local x, y = stripes(48)
  for _, dtype in ipairs {torch.bfloat16, torch.float16} do
    it("an MLP learns in " .. tostring(dtype), function()
      torch.manual_seed(1)
      local model = nn.Sequential(nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.Linear(32, 2))
      local first, last, right = train(model, x, y, dtype)
      assert.is_true(last < first / 4, last)
      assert.is_true(right > 0.95, right)
    end)
    it("LeNet learns in " .. tostring(dtype), function()
      torch.manual_seed(1)
      local model = nn.Sequential(nn.Conv2d(1, 6, 5, {padding = 2}), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5),
        nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 2))
      local first, last, right = train(model, x, y, dtype)
      assert.is_true(last < first / 4, last)
      assert.is_true(right > 0.95, right)
    end)
  end
end)
