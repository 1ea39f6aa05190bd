-- optim.swa_utils, hooks of optimisers, optimisers of the program, early stopping, schedules with a warm-up.
local F64 = {dtype = "float64"}

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

local function near(expected, got)
  assert.is_true(torch.allclose(got, torch.tensor(expected, {dtype = got.dtype}), 1e-9, 1e-9), tostring(got))
end

describe("optim.swa_utils", function()
  local function set(net, value)
    torch.no_grad(function()
      for _, p in ipairs(net:parameters()) do p:fill_(value) end
    end)
  end

  it("AveragedModel takes the mean", function()
    local net = nn.Linear(1, 1, F64)
    local average = optim.swa_utils.AveragedModel(net)
    for _, value in ipairs {1, 3, 8} do
      set(net, value)
      average:update_parameters(net)
    end
    near({{4}}, average.module.weight)
    assert.equal(3, average.n_averaged:item())
    near({{8}}, average(torch.ones(1, 1, F64)))
    local names = {}
    for name in pairs(average:state_dict()) do names[#names + 1] = name end
    assert.are.same({"n_averaged", "module.weight", "module.bias"}, names)
    near({{8}}, net.weight)
  end)
  it("or a moving one, in both forms", function()
    for _, how in ipairs {{avg_fn = optim.swa_utils.get_ema_avg_fn(0.9)},
      {multi_avg_fn = optim.swa_utils.get_ema_multi_avg_fn(0.9)}} do
      local net = nn.Linear(1, 1, F64)
      local average = optim.swa_utils.AveragedModel(net, how)
      for _, value in ipairs {1, 2, 5} do
        set(net, value)
        average:update_parameters(net)
      end
      near({{(1 * 0.9 + 2 * 0.1) * 0.9 + 5 * 0.1}}, average.module.weight)
    end
    local net = nn.Linear(1, 1, F64)
    local average = optim.swa_utils.AveragedModel(net, {multi_avg_fn = optim.swa_utils.get_swa_multi_avg_fn()})
    for _, value in ipairs {1, 3, 8} do
      set(net, value)
      average:update_parameters(net)
    end
    near({{4}}, average.module.weight)
  end)
  it("buffers and update_bn", function()
    torch.manual_seed(1)
    local net = nn.Sequential(nn.Linear(2, 3, F64), nn.BatchNorm1d(3, F64))
    local average = optim.swa_utils.AveragedModel(net)
    average:update_parameters(net)
    local x = torch.randn(8, 2, F64)
    net(x)
    average:update_parameters(net)
    assert.is_true(torch.equal(net[2].running_mean, average.module[2].running_mean))
    average:eval()
    optim.swa_utils.update_bn({x:narrow(1, 1, 4), {x:narrow(1, 5, 4), "label"}}, average)
    local hidden = average.module[1](x)
    assert.is_true(torch.allclose(hidden:mean(1):detach(), average.module[2].running_mean))
    assert.equal(2, average.module[2].num_batches_tracked:item())
    assert.equal(0.1, average.module[2].momentum)
    assert.is_false(average.training)
    local both = optim.swa_utils.AveragedModel(net, {use_buffers = true})
    both:update_parameters(net)
    torch.no_grad(function() net[2].running_mean:add_(2) end)
    both:update_parameters(net)
    assert.is_true(torch.allclose(both.module[2].running_mean, net[2].running_mean - 1))
  end)
  it("SWALR", function()
    local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1})
    local s = optim.swa_utils.SWALR(opt, 0.05, {anneal_epochs = 4, anneal_strategy = "linear"})
    local rates = {}
    for i = 1, 6 do
      rates[i] = opt.param_groups[1].lr
      opt:step()
      s:step()
    end
    near({1, 0.7625, 0.525, 0.2875, 0.05, 0.05}, torch.tensor(rates, F64))
    opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 1})
    s = optim.swa_utils.SWALR(opt, 0.05, 4)
    opt:step()
    s:step()
    s:step()
    assert.is_true(math.abs(opt.param_groups[1].lr - 0.525) < 1e-12)
  end)
  it("says what is wrong", function()
    local net = nn.Linear(1, 1)
    assert.equal("AveragedModel: 'model' (argument 1): expected a module, got number 5",
      message(optim.swa_utils.AveragedModel, 5))
    assert.matches("it has other parameters than the averaged model", message(function()
      optim.swa_utils.AveragedModel(net):update_parameters(nn.ReLU())
    end))
    local opt = optim.SGD(net:parameters(), {lr = 1})
    assert.equal("SWALR: 'anneal_strategy' (argument 4): expected cos or linear, got string 'up'",
      message(optim.swa_utils.SWALR, opt, 0.1, {anneal_strategy = "up"}))
    assert.equal("SWALR: 'swa_lr' (argument 2): expected a number, or an array of 1, got an array of 2",
      message(optim.swa_utils.SWALR, opt, {0.1, 0.2}))
    assert.equal("update_bn: 'model' (argument 2): expected a module, got number 5",
      message(optim.swa_utils.update_bn, {}, 5))
  end)
end)

describe("hooks of optimisers", function()
  local function optimizer()
    local w = torch.ones(1, F64):requires_grad_()
    w.grad = torch.ones(1, F64)
    return optim.SGD({w}, {lr = 0.5}), w
  end
  it("run around step, also under a scheduler", function()
    local opt, w = optimizer()
    local log = {}
    local pre = opt:register_step_pre_hook(function(o, args) log[#log + 1] = {"pre", o == opt, args.n, w:item()} end)
    local post = opt:register_step_post_hook(function() log[#log + 1] = {"post", w:item()} end)
    local scheduler = optim.lr_scheduler.StepLR(opt, 1)
    opt:step()
    scheduler:step()
    assert.are.same({{"pre", true, 0, 1}, {"post", 0.5}}, log)
    opt:step(function() return 7 end)
    assert.equal(1, log[3][3])
    pre:remove()
    post:remove()
    opt:step()
    assert.equal(4, #log)
    local second, v = optimizer()
    second:register_step_pre_hook(function() v.grad:mul_(10) end)
    assert.equal(7, second:step(function() return 7 end))
    near({-4}, v)
  end)
  it("run around state_dict and load_state_dict", function()
    local opt = optimizer()
    local log = {}
    opt:register_state_dict_pre_hook(function() log[#log + 1] = "before" end)
    opt:register_state_dict_post_hook(function(_, state) state.note = "kept" end)
    local state = opt:state_dict()
    assert.equal("kept", state.note)
    local other = optimizer()
    other:register_load_state_dict_pre_hook(function(_, given)
      log[#log + 1] = given.note
      given.note = nil
    end)
    other:register_load_state_dict_post_hook(function() log[#log + 1] = "after" end)
    other:load_state_dict(state)
    assert.are.same({"before", "kept", "after"}, log)
    assert.equal("kept", state.note)
    assert.equal("register_step_pre_hook: 'hook' (argument 1): expected a function, got number 5",
      message(opt.register_step_pre_hook, opt, 5))
  end)
end)

describe("an optimiser of the program", function()
  it("is a class with a step", function()
    local Sign = torch.class("Sign", torch.optim.Optimizer)
    function Sign:__init(params, options) Sign.super.__init(self, params, {lr = options.lr}) end
    function Sign:step()
      torch.no_grad(function()
        for _, group in ipairs(self.param_groups) do
          for _, p in ipairs(group.params) do
            if p.grad then
              self.state[p] = {steps = (self.state[p] and self.state[p].steps or 0) + 1}
              p:sub_(p.grad:sign() * group.lr)
            end
          end
        end
      end)
    end
    local w = torch.tensor({1, -2}, F64):requires_grad_()
    local opt = Sign({w}, {lr = 0.25})
    local scheduler = optim.lr_scheduler.StepLR(opt, 1, 0.5)
    for _ = 1, 2 do
      opt:zero_grad()
      ;(w ^ 2):sum():backward()
      opt:step()
      scheduler:step()
    end
    near({1 - 0.25 - 0.125, -2 + 0.25 + 0.125}, w)
    local state = opt:state_dict()
    assert.equal(2, state.state[1].steps)
    local other = Sign({torch.zeros(2, F64):requires_grad_()}, {lr = 1})
    other:load_state_dict(state)
    assert.equal(0.0625, other.param_groups[1].lr)
  end)
end)

describe("torch.utils.EarlyStopping", function()
  it("waits", function()
    local stopper = torch.utils.EarlyStopping({patience = 2, min_delta = 0.1})
    local stops = {}
    for i, loss in ipairs {1, 0.95, 0.8, 0.75, 0.9} do stops[i] = stopper(loss) end
    assert.are.same({false, false, false, false, true}, stops)
    assert.equal(0.8, stopper.best)
    assert.equal(3, stopper.best_step)
    local other = torch.utils.EarlyStopping({patience = 2, mode = "max"})
    assert.is_false(other(torch.tensor(1.0)))
    assert.is_false(other(0.5))
    local third = torch.utils.EarlyStopping({patience = 2, mode = "max"})
    third:load_state_dict(other:state_dict())
    assert.is_true(third(0.9))
    assert.is_true(torch.utils.EarlyStopping()(0 / 0))
    assert.equal("EarlyStopping: 'mode' (argument 3): expected min or max, got string 'up'",
      message(torch.utils.EarlyStopping, {mode = "up"}))
    assert.equal("EarlyStopping: 'value' (argument 1): expected a number, got string 'x'",
      message(torch.utils.EarlyStopping(), "x"))
  end)
end)

describe("older names of mixed precision", function()
  it("torch.cuda.amp and torch.cpu.amp", function()
    assert.equal(torch.bfloat16, torch.cpu.amp.autocast(function()
      return torch.ones(2, 2):mm(torch.ones(2, 2)).dtype
    end))
    assert.equal(65536, torch.cuda.amp.GradScaler():get_scale())
    assert.equal(8, torch.cuda.amp.GradScaler({init_scale = 8}):get_scale())
    assert.equal(torch.get_autocast_dtype "cpu", torch.get_autocast_cpu_dtype())
    local Double = torch.autograd.Function("DoubleOfSpec", {
      forward = torch.cuda.amp.custom_fwd(function(_, x) return x * 2 end),
      backward = torch.cuda.amp.custom_bwd(function(_, g) return g * 2 end)})
    local x = torch.ones(1):requires_grad_()
    Double:apply(x):backward()
    assert.equal(2, x.grad:item())
  end)
end)

describe("schedules of transformers:", function()
  local transformers = require "transformers"
  local doc = assert(loadfile("tests/data/schedules.lua", "t", {nan = 0 / 0, inf = math.huge}))()
  for i, case in ipairs(doc.cases) do
    it(("%s, case %d"):format(case.schedule, i), function()
      local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = case.lr})
      local options = {}
      for key, value in pairs(case.options) do options[key] = value end
      local schedule
      if options.name then
        schedule = transformers.get_scheduler(options.name, opt, options.num_warmup_steps, options.num_training_steps)
      else
        schedule = transformers[case.schedule](opt, options)
      end
      for step, rate in ipairs(case.values) do
        assert.is_true(math.abs(opt.param_groups[1].lr - rate) <= 1e-9 * math.max(1, math.abs(rate)),
          ("step %d: expected %.12g, got %.12g"):format(step - 1, rate, opt.param_groups[1].lr))
        opt:step()
        schedule:step()
      end
    end)
  end
  it("say what is wrong", function()
    local opt = optim.SGD(nn.Linear(1, 1):parameters(), {lr = 0.1})
    assert.matches("^get_scheduler: unknown schedule 'linaer', did you mean 'linear'%?",
      message(transformers.get_scheduler, "linaer", opt))
    assert.equal("get_scheduler: 'linear' needs num_warmup_steps", message(transformers.get_scheduler, "linear", opt))
    assert.equal("get_constant_schedule: 'optimizer' (argument 1): expected an optimiser, got number 5",
      message(transformers.get_constant_schedule, 5))
    assert.equal("get_wsd_schedule: expected num_training_steps or num_stable_steps",
      message(transformers.get_wsd_schedule, opt, 1, 1))
    assert.equal("get_cosine_with_min_lr_schedule_with_warmup: expected one of min_lr and min_lr_rate",
      message(transformers.get_cosine_with_min_lr_schedule_with_warmup, opt, 1, 1))
  end)
end)
