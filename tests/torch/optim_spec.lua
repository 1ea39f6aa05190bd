-- optim: groups, state, errors.
local torch = require "torch"
local nn = require "torch.nn"
local optim = require "torch.optim"

describe("optim", function()
  local function one(value)
    local p = torch.tensor({value or 1.0}):requires_grad_(true)
    p.grad = torch.tensor({1.0})
    return p
  end

  it("obeys param_groups as they are at the step", function()
    local p = one(1.0)
    local opt = optim.SGD({p}, {lr = 0.5})
    assert.equal(0.5, opt.param_groups[1].lr)
    opt:step()
    assert.near(0.5, p:item(), 1e-6)
    opt.param_groups[1].lr = 0.1
    opt:step()
    assert.near(0.4, p:item(), 1e-6)
  end)

  it("has groups with options of their own", function()
    local a, b, c = one(1.0), one(1.0), one(1.0)
    local opt = optim.SGD({{params = {a}}, {params = b, lr = 0.25}}, {lr = 0.5})
    opt:add_param_group {params = {c}, lr = 1}
    opt:step()
    assert.same({0.5, 0.75, 0}, {a:item(), b:item(), c:item()})
    assert.equal(3, #opt.param_groups)
  end)

  it("skips parameters without gradient, and clears gradients", function()
    local a, b = one(1.0), one(1.0)
    b.grad = nil
    local opt = optim.Adam({a, b})
    opt:step()
    assert.equal(1, b:item())
    assert.is_nil(opt.state[b])
    assert.equal(1, opt.state[a].step)
    opt:zero_grad {set_to_none = false}
    assert.equal(0, a.grad:item())
    opt:zero_grad()
    assert.is_nil(a.grad)
  end)

  it("returns the loss of a closure", function()
    local p = torch.tensor({2.0}):requires_grad_(true)
    local opt = optim.SGD({p}, {lr = 0.1})
    local loss = opt:step(function()
      opt:zero_grad()
      local l = (p * p):sum()
      l:backward()
      return l
    end)
    assert.near(4, loss:item(), 1e-6)
    assert.near(1.6, p:item(), 1e-6)
  end)

  it("moves parameters and gradients that are not contiguous", function()
    local p = torch.zeros(2, 3):t():detach():requires_grad_(true)
    p.grad = torch.ones(1):expand(3, 2)
    optim.SGD({p}, {lr = 1}):step()
    assert.is_true(torch.equal(p:detach(), torch.full({3, 2}, -1.0)))
  end)

  it("goes on from a state dict", function()
    local function run(opt, p, steps)
      for i = 1, steps do
        p.grad = torch.tensor({0.1 * i, -0.3})
        opt:step()
      end
    end
    local a = torch.tensor({1.0, 2.0}):requires_grad_(true)
    local first = optim.AdamW({a}, {lr = 0.01, amsgrad = true})
    run(first, a, 3)
    local b = a:detach():clone():requires_grad_(true)
    local second = optim.AdamW({b})
    local state = first:state_dict()
    assert.same({1}, state.param_groups[1].params)
    assert.equal(3, state.state[1].step)
    second:load_state_dict(state)
    assert.equal(0.01, second.param_groups[1].lr)
    run(first, a, 2)
    run(second, b, 2)
    assert.is_true(torch.equal(a:detach(), b:detach()))
    assert.has_error(function() second:load_state_dict({state = {}, param_groups = {}}) end,
      "load_state_dict: the state has 0 parameter groups, the optimizer 1")
  end)

  it("goes on from a file", function()
    local function problem(make)
      torch.manual_seed(3)
      local model = nn.Linear(3, 2)
      return model, make(model:parameters())
    end
    local function train(model, opt, steps)
      for i = 1, steps do
        opt:zero_grad()
        model(torch.ones(1, 3) * i):pow(2):sum():backward()
        opt:step()
      end
    end
    local name = os.tmpname()
    for _, make in ipairs {function(p) return optim.SGD(p, {lr = 0.01, momentum = 0.9}) end,
      function(p) return optim.Adam(p, {lr = 0.01, betas = {0.8, 0.99}, amsgrad = true}) end,
      function(p) return optim.AdamW({{params = {p[1]}, lr = 0.02}, {params = {p[2]}}}, {weight_decay = 0.1}) end} do
      local model, opt = problem(make)
      train(model, opt, 3)
      torch.save({model = model:state_dict(), optimizer = opt:state_dict()}, name)
      train(model, opt, 3)
      local other, again = problem(make)
      local saved = torch.load(name)
      other:load_state_dict(saved.model)
      again:load_state_dict(saved.optimizer)
      train(other, again, 3)
      assert.same(model.weight:tolist(), other.weight:tolist())
      assert.same(model.bias:tolist(), other.bias:tolist())
    end
    os.remove(name)
  end)

  it("climbs with maximize", function()
    for _, make in ipairs {optim.SGD, optim.Adam, optim.AdamW} do
      local up, down = one(1.0), one(1.0)
      down.grad = torch.tensor({-1.0})
      make({up}, {lr = 0.1, maximize = true}):step()
      make({down}, {lr = 0.1}):step()
      assert.is_true(up:item() > 1)
      assert.equal(down:item(), up:item())
    end
  end)

  it("without weight decay leaves an infinite parameter infinite, as PyTorch", function()
    for name in ("SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam RAdam"):gmatch "%S+" do
      local p = one(math.huge)
      optim[name]({p}, {weight_decay = 0}):step()
      assert.equal(math.huge, p:item(), name)
    end
  end)

  it("a NaN in a gradient reaches its element and no other", function()
    for name in ("SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam RAdam"):gmatch "%S+" do
      local p = torch.tensor({1.0, 1.0, 1.0}):requires_grad_(true)
      local opt = optim[name]({p}, {lr = 0.1})
      p.grad = torch.tensor({1.0, 0 / 0, 1.0})
      opt:step()
      p.grad = torch.ones(3)
      opt:step()
      local a, b, c = table.unpack(p:tolist())
      assert.is_true(a == a and a < 1 and a == c, name)
      assert.is_true(b ~= b, name)
    end
  end)

  it("takes a gradient that is an expanded view", function()
    local p = torch.tensor({{1.0, 2.0}, {3.0, 4.0}}):requires_grad_(true)
    local q = p:detach():clone():requires_grad_(true)
    local a, b = optim.Adam({p}, {lr = 0.1}), optim.Adam({q}, {lr = 0.1})
    p.grad, q.grad = torch.tensor({2.0}):expand(2, 2), torch.full({2, 2}, 2.0)
    a:step()
    b:step()
    assert.is_true(torch.equal(p:detach(), q:detach()))
    assert.same({{2, 2}, {2, 2}}, p.grad:tolist())
  end)

  it("moves many small parameters as it moves one large one, with threads", function()
    local threads = torch.get_num_threads()
    torch.set_num_threads(2)
    for _, dtype in ipairs {"float32", "float64"} do
      local n, size = 700, 401 -- more elements than two shares
      local whole = torch.arange(n * size, {dtype = dtype}):mul(1e-3):sin():requires_grad_(true)
      local parts = {}
      for i = 1, n do parts[i] = whole:detach()[{{(i - 1) * size + 1, i * size}}]:clone():requires_grad_(true) end
      local one_large, many = optim.Adam({whole}, {lr = 0.1}), optim.Adam(parts, {lr = 0.1})
      for step = 1, 2 do
        whole.grad = whole:detach():mul(step):cos()
        for i, p in ipairs(parts) do p.grad = whole.grad[{{(i - 1) * size + 1, i * size}}]:clone() end
        one_large:step()
        many:step()
      end
      for i, p in ipairs(parts) do parts[i] = p:detach() end
      assert.is_true(torch.equal(whole:detach(), torch.cat(parts)), dtype)
    end
    torch.set_num_threads(threads)
  end)

  it("has the state that PyTorch has, by name", function()
    local function keys(name, options)
      local p = one(1.0)
      local opt = optim[name]({p}, options)
      opt:step()
      local list = {}
      for key in pairs(opt:state_dict().state[1]) do list[#list + 1] = key end
      table.sort(list)
      return table.concat(list, " ")
    end
    assert.equal("", keys("SGD", {lr = 1}))
    assert.equal("momentum_buffer", keys("SGD", {lr = 1, momentum = 0.9}))
    assert.equal("exp_avg exp_avg_sq step", keys("Adam"))
    assert.equal("exp_avg exp_avg_sq max_exp_avg_sq step", keys("AdamW", {amsgrad = true}))
    assert.equal("square_avg step", keys("RMSprop"))
    assert.equal("grad_avg momentum_buffer square_avg step", keys("RMSprop", {momentum = 0.9, centered = true}))
    assert.equal("step sum", keys("Adagrad"))
    assert.equal("acc_delta square_avg step", keys("Adadelta"))
    assert.equal("exp_avg exp_inf step", keys("Adamax"))
    assert.equal("exp_avg exp_avg_sq mu_product step", keys("NAdam"))
    assert.equal("exp_avg exp_avg_sq step", keys("RAdam"))
  end)

  it("goes on from a state whose count is a tensor, and refuses what is no number", function()
    local a, b = one(1.0), one(1.0)
    local first, second = optim.NAdam({a}), optim.NAdam({b})
    first:step()
    local state = first:state_dict()
    local saved = state.state[1]
    saved.step, saved.mu_product = torch.tensor(1.0), torch.tensor(saved.mu_product, {dtype = "float64"})
    second:load_state_dict(state)
    b:detach():copy_(a:detach())
    first:step()
    second:step()
    assert.equal(a:item(), b:item())
    second.state[b].step = "two"
    assert.error_matches(function() second:step() end,
      "^optim.NAdam: the state 'step': expected a number, got the string \"two\"")
    second.state[b].step, second.state[b].exp_avg = 2, 3
    assert.error_matches(function() second:step() end, "^optim.NAdam: the state 'exp_avg': expected a tensor, got ")
  end)

  it("leaves all parameters as they were when a step fails", function()
    local a, b = one(1.0), one(1.0)
    local opt = optim.Adam({a, b})
    opt.state[b] = {exp_avg = torch.zeros(3)}
    assert.error_matches(function() opt:step() end, "does not have the shape of its parameter")
    assert.same({1, 1}, {a:item(), b:item()})
  end)

  it("can be subclassed in Lua", function()
    local Sign = torch.class("Sign", optim.Optimizer)
    function Sign:__init(params, lr) Sign.super.__init(self, params, {lr = lr}) end
    function Sign:step()
      for _, group in ipairs(self.param_groups) do
        for _, p in ipairs(group.params) do
          torch.no_grad(function() p:sub_(p.grad:sign() * group.lr) end)
        end
      end
    end
    local p = one(1.0)
    Sign({p}, 0.25):step()
    assert.equal(0.75, p:item())
    assert.error_matches(function() optim.Optimizer({p}):step() end, "no method 'step'")
  end)

  it("refuses what makes no sense", function()
    local p = one(1.0)
    local function fails(pattern, f) assert.error_matches(f, pattern) end
    fails("list of parameters is empty", function() optim.SGD({}) end)
    fails("expected an array of tensors", function() optim.SGD(p) end)
    fails("not a leaf", function() optim.SGD({p * 2}) end)
    fails("entry 2 is given twice", function() optim.SGD({p, p}) end)
    fails("given twice", function() optim.SGD({{params = {p}}, {params = {p}}}) end)
    fails("'lr': expected 0 or more, got %-1", function() optim.SGD({p}, {lr = -1}) end)
    fails("'betas'", function() optim.Adam({p}, {betas = {0.9, 1}}) end)
    fails("nesterov", function() optim.SGD({p}, {nesterov = true}) end)
    fails("unknown option 'momentun', did you mean 'momentum'", function()
      optim.SGD({p}, {momentun = 0.9})
    end)
    local opt = optim.SGD({p})
    fails("given twice", function() opt:add_param_group {params = {p}} end)
    fails("'param_group' %(argument 2%): expected a table", function() opt:add_param_group(3) end)
    fails("'lr': expected 0 or more", function() opt:add_param_group {params = {one(1.0)}, lr = -1} end)
    assert.equal(1, #opt.param_groups)
    opt.param_groups[1].lr = "fast"
    fails("'lr': expected a number", function() opt:step() end)
  end)

  it("clips gradients", function()
    local a, b = one(1.0), one(1.0)
    a.grad, b.grad = torch.tensor({3.0}), torch.tensor({4.0})
    assert.near(5, nn.utils.clip_grad_norm_({a, b}, 1):item(), 1e-6)
    assert.near(0.6, a.grad:item(), 1e-5)
    assert.near(0.8, b.grad:item(), 1e-5)
    assert.near(0.8, nn.utils.clip_grad_norm_({a, b}, 10, math.huge):item(), 1e-5)
    nn.utils.clip_grad_value_({a, b}, 0.7)
    assert.near(0.7, b.grad:item(), 1e-6)
  end)

  it("prints every option of its groups by name", function()
    local adam = optim.Adam({torch.zeros(1, {requires_grad = true})}, {lr = 0.5})
    assert.equal("Adam (\nParameter Group 1\n    amsgrad: false\n    betas: {0.9, 0.999}\n" ..
      "    capturable: false\n    decoupled_weight_decay: false\n    differentiable: false\n"
      .. "    eps: 1e-08\n    lr: 0.5\n    maximize: false\n    weight_decay: 0.0\n)", tostring(adam))
    adam.param_groups[1].mine = "own"
    assert.matches("\n    mine: own\n", tostring(adam))
    adam.param_groups[1] = 3
    assert.has_error(function() tostring(adam) end, "param_groups[1]: expected a table")
  end)

  it("takes PyTorch's choices of an implementation, which change no number", function()
    local function stepped(options)
      local p = torch.tensor({1.0, 2}, {requires_grad = true})
      local opt = optim.Adam({p}, options)
      p.grad = torch.tensor({0.5, -1})
      opt:step()
      return p, opt
    end
    local plain, opt = stepped {}
    assert.is_nil(opt.defaults.fused)
    assert.is_false(opt.param_groups[1].capturable)
    for _, options in ipairs {{fused = true}, {foreach = true}, {foreach = false, fused = true}, {capturable = true}} do
      local p, other = stepped(options)
      assert.is_true(torch.equal(plain, p))
      local name, value = next(options)
      assert.equal(value, other.defaults[name])
      assert.equal(value, other.param_groups[1][name])
      assert.equal(value, other:state_dict().param_groups[1][name])
      opt:load_state_dict(other:state_dict())
    end
    assert.is_true(optim.Adafactor({plain}, {foreach = true}).defaults.foreach)
    local function fails(pattern, name, options)
      assert.error_matches(function() optim[name]({plain}, options) end, pattern)
    end
    fails("optim.Adam: 'fused': expected a boolean, got the string", "Adam", {fused = "x"})
    fails("optim.SGD: 'foreach' and 'fused': expected one of them, got both", "SGD", {foreach = true, fused = true})
    fails("optim.Rprop: 'differentiable': expected false: steps change the parameters without gradients", "Rprop",
      {differentiable = true})
    fails("optim.RMSprop: unknown option 'fused'", "RMSprop", {fused = true})
  end)

  it("goes on after one huge gradient, whose square is infinite", function()
    for _, name in ipairs {"Adam", "AdamW", "NAdam", "RAdam", "RMSprop"} do
      local p = nn.Parameter(torch.tensor{5.0})
      local o = optim[name]({p}, {weight_decay = 0})
      for _, g in ipairs {1e20, 1.0, 1.0} do
        p.grad = torch.tensor{g}
        o:step()
      end
      for key, value in pairs(o.state[p]) do
        if torch.is_tensor(value) then assert.is_true(value:isfinite():all():item(), name .. " " .. key) end
      end
    end
  end)

  it("of a class made in Lua have a table of state for each parameter that asks", function()
    local Counter = torch.class("CountingOptimizer", optim.Optimizer)
    function Counter:__init(params) Counter.super.__init(self, params, {}) end
    function Counter:step()
      for _, p in ipairs(self.param_groups[1].params) do
        local state = self.state[p]
        state.steps = (state.steps or 0) + 1
      end
    end
    local p, q = nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1))
    local o = Counter{p, q}
    o:step()
    o:step()
    assert.equal(2, o.state[p].steps)
    assert.is_nil(o.state.something)
    local other = Counter{p, q}
    other:load_state_dict(o:state_dict())
    other:step()
    assert.equal(3, other.state[q].steps)
    local third = Counter{p, q}
    third:load_state_dict(Counter{p, q}:state_dict()) -- without any state
    third:step()
    assert.equal(1, third.state[q].steps)
  end)

  it("runs the closure of a step with gradients, whatever is around it", function()
    local p = nn.Parameter(torch.tensor{1.0})
    local o = optim.SGD({p}, {lr = 0.1})
    local function closure()
      o:zero_grad()
      local loss = (p * p):sum()
      loss:backward()
      return loss
    end
    torch.no_grad(function()
      assert.near(1, o:step(closure):item(), 1e-6)
      assert.is_false(torch.is_grad_enabled())
      assert.has_error(function() o:step(function() error "stop" end) end)
      assert.is_false(torch.is_grad_enabled())
    end)
    assert.near(0.8, p:item(), 1e-6)
  end)
end)
