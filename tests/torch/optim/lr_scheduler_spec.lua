-- optim.lr_scheduler: PyTorch's recorded rates (tests/parity.lua), state, resuming, wrong calls.
package.path = "tests/?.lua;" .. package.path
local parity = require "parity"
local torch = require "torch"
local optim = require "torch.optim"
local lr_scheduler = optim.lr_scheduler

local function optimizer(options, groups)
  local given = {}
  for i, group in ipairs(groups or {{}}) do
    given[i] = {params = {torch.zeros(1):requires_grad_(true)}}
    for key, value in pairs(group) do given[i][key] = value end
  end
  return optim[options.class or "SGD"](given, {lr = options.lr or 0.1, momentum = options.momentum})
end

--- A scheduler of the recorded form {scheduler =, args =, kwargs =}; schedulers inside are made first.
local function build(opt, spec)
  local function converted(value)
    if type(value) ~= "table" then return value end
    if value.scheduler then return build(opt, value) end
    local list = {}
    for key, item in pairs(value) do list[key] = converted(item) end
    return list
  end
  local args, named = converted(spec.args or {}), converted(spec.kwargs or {})
  if next(named) then args[#args + 1] = named end
  local class = lr_scheduler[spec.scheduler:match "[^.]*$"]
  if class == lr_scheduler.ChainedScheduler then return class(table.unpack(args)) end
  return class(opt, table.unpack(args))
end

local function replay(doc, case, where)
  local opt
  do
    local groups = {}
    for i, group in ipairs(case.groups) do
      groups[i] = {params = {torch.zeros(1):requires_grad_(true)}}
      for key, value in pairs(group) do groups[i][key] = value end
    end
    local named = {lr = groups[1].lr}
    for key, value in pairs(case.optimizer_kwargs or {}) do named[key] = value end
    opt = optim[case.optimizer or "SGD"](groups, named)
  end
  local scheduler = build(opt, {scheduler = doc.scheduler, args = case.args, kwargs = case.kwargs})
  for step, want in ipairs(case.lr) do
    opt:step()
    scheduler:step(case.metrics and case.metrics[step] or case.epochs and case.epochs[step] or nil)
    for i, rate in ipairs(want) do
      local got = opt.param_groups[i].lr
      if not (math.abs(got - rate) <= 1e-12 + 1e-9 * math.abs(rate)) then
        error(("%s step %d group %d: rate %.17g, want %.17g"):format(where, step, i, got, rate))
      end
      assert.equal(got, scheduler:get_last_lr()[i])
    end
  end
  return #case.lr
end

describe("optim.lr_scheduler", function()
  for _, name in ipairs(parity.names "schedulers") do
    it(name .. " follows PyTorch to 1e-9", function()
      local doc, steps = parity.read("schedulers", name, {nan = 0 / 0, inf = math.huge}), 0
      for i, case in ipairs(doc.cases) do steps = steps + replay(doc, case, ("%s case %d"):format(name, i)) end
      assert.is_true(steps >= 20)
    end)
  end
  it("has recorded rates of 13 schedulers", function() assert.equal(13, #parity.names "schedulers") end)

  it("multiplies the first rates, or those of the step before, by a function", function()
    local opt = optimizer({lr = 0.5}, {{}, {lr = 0.25}})
    local s = lr_scheduler.LambdaLR(opt, {function(t) return 0.5 ^ t end, function(t) return t + 1 end})
    opt:step()
    s:step()
    s:step()
    assert.same({0.125, 0.75}, s:get_last_lr())
    local half = optimizer {lr = 1.0}
    local halves = lr_scheduler.MultiplicativeLR(half, function() return 0.5 end)
    assert.same({1.0}, halves:get_last_lr())
    half:step()
    halves:step()
    halves:step()
    assert.same({0.25}, halves:get_last_lr())
  end)

  it("is a class for schedulers of one's own", function()
    local Halving = torch.class("Halving", lr_scheduler.LRScheduler)
    function Halving:get_lr() return self:each_lr(function(lr) return self.is_initial and lr or lr / 2 end) end
    local opt = optimizer {lr = 1.0}
    local s = Halving(opt)
    opt:step()
    s:step()
    assert.same({0.5}, s:get_last_lr())
    assert.is_nil(s.is_initial)
  end)

  local makers = {
    StepLR = function(o) return lr_scheduler.StepLR(o, 3, 0.5) end,
    MultiStepLR = function(o) return lr_scheduler.MultiStepLR(o, {2, 5, 5}, 0.5) end,
    ConstantLR = function(o) return lr_scheduler.ConstantLR(o, 0.5, 4) end,
    LinearLR = function(o) return lr_scheduler.LinearLR(o, 0.1, 1.0, 4) end,
    ExponentialLR = function(o) return lr_scheduler.ExponentialLR(o, 0.9) end,
    PolynomialLR = function(o) return lr_scheduler.PolynomialLR(o, 9, 2) end,
    CosineAnnealingLR = function(o) return lr_scheduler.CosineAnnealingLR(o, 4) end,
    CosineAnnealingWarmRestarts = function(o) return lr_scheduler.CosineAnnealingWarmRestarts(o, 2, 2) end,
    CyclicLR = function(o)
      return lr_scheduler.CyclicLR(o, 0.1, 1.0, {step_size_up = 3, mode = "exp_range", gamma = 0.9})
    end,
    OneCycleLR = function(o) return lr_scheduler.OneCycleLR(o, 1.0, {total_steps = 12}) end,
    LambdaLR = function(o) return lr_scheduler.LambdaLR(o, function(t) return 0.9 ^ t end) end,
    SequentialLR = function(o)
      local rise = lr_scheduler.LinearLR(o, 0.5, 1, 3)
      return lr_scheduler.SequentialLR(o, {rise, lr_scheduler.ExponentialLR(o, 0.8)}, {3})
    end,
    ChainedScheduler = function(o)
      return lr_scheduler.ChainedScheduler {lr_scheduler.LinearLR(o, 0.5, 1, 3), lr_scheduler.ExponentialLR(o, 0.8)}
    end,
    ReduceLROnPlateau = function(o) return lr_scheduler.ReduceLROnPlateau(o, {patience = 1}) end,
  }
  local names = {}
  for name in pairs(makers) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    it(name .. " goes on from its state and that of the optimiser in a file", function()
      local metrics = name == "ReduceLROnPlateau" and {3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0} or {}
      local function run(opt, s, from, to)
        local rates = {}
        for i = from, to do
          opt:step()
          s:step(metrics[i])
          rates[#rates + 1] = s:get_last_lr()[1]
        end
        return rates
      end
      local opt = optimizer {lr = 0.8, momentum = 0.9}
      local s = makers[name](opt)
      run(opt, s, 1, 4)
      local path = os.tmpname()
      torch.save({opt = opt:state_dict(), scheduler = s:state_dict()}, path)
      local want = run(opt, s, 5, 10)
      local opt2 = optimizer {lr = 0.8, momentum = 0.9}
      local s2 = makers[name](opt2)
      local saved = torch.load(path)
      os.remove(path)
      opt2:load_state_dict(saved.opt)
      s2:load_state_dict(saved.scheduler)
      assert.same(want, run(opt2, s2, 5, 10))
    end)
  end

  it("goes on with last_epoch where the groups know their first rates", function()
    local opt = optimizer {lr = 0.8}
    local s = lr_scheduler.StepLR(opt, 2, 0.5)
    opt:step()
    s:step()
    local again = lr_scheduler.StepLR(opt, 2, 0.5, {last_epoch = 1}) -- its first step is number 2
    assert.same({0.4}, again:get_last_lr())
    assert.has_error(function() lr_scheduler.StepLR(optimizer {}, 2, {last_epoch = 1}) end,
      "StepLR: with last_epoch = 1 the groups need their field 'initial_lr', and group 1 has none: "
      .. "load the state of the optimiser first")
  end)

  it("computes the rates of any step, where it can", function()
    local opt = optimizer {lr = 1.0}
    local s = lr_scheduler.CosineAnnealingLR(opt, 4)
    opt:step()
    s:step(2)
    assert.is_true(math.abs(s:get_last_lr()[1] - 0.5) < 1e-15)
  end)

  it("moves the momentum against the rate", function()
    local opt = optimizer {class = "Adam", lr = 0.1}
    local s = lr_scheduler.OneCycleLR(opt, 1.0, {total_steps = 10})
    assert.same({0.95, 0.999}, opt.param_groups[1].betas)
    for _ = 1, 2 do
      opt:step()
      s:step()
    end
    assert.is_true(math.abs(opt.param_groups[1].betas[1] - 0.85) < 1e-12)
    assert.has_error(function()
      for _ = 1, 9 do s:step() end
    end, "OneCycleLR.step: step 11 is beyond the 10 of the schedule")
  end)

  it("lets a metric that does not improve lower the rate", function()
    local opt = optimizer({lr = 1.0}, {{}, {}})
    local s = lr_scheduler.ReduceLROnPlateau(opt, {mode = "max", factor = 0.5, patience = 0, min_lr = {0.1, 0.7}})
    s:step(torch.tensor(1.0))
    s:step(0.5)
    assert.same({0.5, 0.7}, s:get_last_lr())
    s:step(2.0)
    s:step(0 / 0)
    assert.same({0.25, 0.7}, s:get_last_lr())
  end)

  it("leaves the optimiser's own step alone", function()
    local opt = optimizer {lr = 0.1}
    lr_scheduler.StepLR(opt, 2)
    assert.equal(5, opt:step(function() return 5 end))
    assert.equal(optim.SGD.step, opt.step)
  end)

  it("warns once where it steps before the optimiser", function()
    local program = "local o = optim.SGD({torch.zeros(1):requires_grad_(true)}, {lr = 1}) "
      .. "for _ = 1, 2 do local s = optim.lr_scheduler.StepLR(o, 2) s:step() s:step() end"
    local pipe <close> = io.popen(("%s -e '%s' 2>&1"):format(os.getenv "HECATE_BIN" or "build/hecate", program))
    assert.equal("warning: StepLR: step() was called before optimizer:step(): the first learning rate was not used\n",
      pipe:read "a")
  end)

  it("refuses a state of another scheduler and changes nothing", function()
    local s = lr_scheduler.StepLR(optimizer {}, 2)
    local other = lr_scheduler.CosineAnnealingLR(optimizer {}, 9)
    assert.has_error(function() s:load_state_dict(other:state_dict()) end)
    assert.equal(0, s.last_epoch)
    assert.has_error(function() s:load_state_dict {} end,
      "StepLR.load_state_dict: 'state_dict': it has no integer 'last_epoch': not the state of a scheduler")
    local two = lr_scheduler.StepLR(optimizer({}, {{}, {}}), 2)
    assert.has_error(function() s:load_state_dict(two:state_dict()) end,
      "StepLR.load_state_dict: 'state_dict': it has 2 groups, the optimiser has 1")
    local spoilt = s:state_dict()
    spoilt.base_lrs = {{0.1}}
    assert.has_error(function() s:load_state_dict(spoilt) end,
      "StepLR.load_state_dict: 'state_dict': 'base_lrs' holds a table at 1, expected numbers")
    local opt = optimizer {}
    local chain = lr_scheduler.ChainedScheduler {lr_scheduler.StepLR(opt, 2), lr_scheduler.ExponentialLR(opt, 0.5)}
    local state = chain:state_dict()
    state._schedulers[1].last_epoch, state._schedulers[2].last_epoch = 7, "x"
    assert.has_error(function() chain:load_state_dict(state) end)
    assert.equal(0, chain:state_dict()._schedulers[1].last_epoch)
  end)

  it("says what is wrong with a call", function()
    local opt = optimizer {}
    local wrong = {
      {"StepLR: 'optimizer' (argument 1): expected an optimiser, got number 3",
        function() lr_scheduler.StepLR(3, 2) end},
      {"StepLR: 'step_size' (argument 2): expected a positive integer, got nothing",
        function() lr_scheduler.StepLR(opt) end},
      {"StepLR: unknown option 'gama', did you mean 'gamma'? (known: optimizer, step_size, gamma, last_epoch)",
        function() lr_scheduler.StepLR(opt, 2, {gama = 1}) end},
      {"StepLR: 'last_epoch': expected an integer, -1 or more, got number -2",
        function() lr_scheduler.StepLR(opt, 2, {last_epoch = -2}) end},
      {"LinearLR: 'start_factor' (argument 2): expected a number above 0, 1 or less, got number 0",
        function() lr_scheduler.LinearLR(opt, 0) end},
      {"LambdaLR: 'lr_lambda': expected one for each of the 1 groups, got 2",
        function() lr_scheduler.LambdaLR(opt, {print, print}) end},
      {"LambdaLR: 'lr_lambda': expected a function, or an array of them, got number 3",
        function() lr_scheduler.LambdaLR(opt, 3) end},
      {"CyclicLR: 'optimizer': group 1 has neither 'momentum' nor 'betas': give cycle_momentum = false",
        function() lr_scheduler.CyclicLR(optim.Adagrad {torch.zeros(1):requires_grad_(true)}, 0.1, 1) end},
      {"OneCycleLR: expected 'total_steps', or 'epochs' and 'steps_per_epoch'",
        function() lr_scheduler.OneCycleLR(opt, 1) end},
      {"ReduceLROnPlateau: 'factor' (argument 3): expected a number below 1, got number 1",
        function() lr_scheduler.ReduceLROnPlateau(opt, {factor = 1}) end},
      {"ReduceLROnPlateau.step: 'metrics' (argument 1): expected a number or a tensor of one element, got nothing",
        function() lr_scheduler.ReduceLROnPlateau(opt):step() end},
      {"SequentialLR: 'milestones' (argument 3): expected 0 for 1 schedulers, got 1",
        function() lr_scheduler.SequentialLR(opt, {lr_scheduler.StepLR(opt, 2)}, {5}) end},
      {"ChainedScheduler: 'schedulers': entry 2 is for another optimiser", function()
        lr_scheduler.ChainedScheduler {lr_scheduler.StepLR(opt, 2), lr_scheduler.StepLR(optimizer {}, 2)}
      end},
      {"ChainedScheduler: 'schedulers': entry 1 is a ReduceLROnPlateau, whose step() needs a metric",
        function() lr_scheduler.ChainedScheduler {lr_scheduler.ReduceLROnPlateau(opt)} end},
      {"ChainedScheduler: 'schedulers' (argument 1): expected an array of schedulers, got table",
        function() lr_scheduler.ChainedScheduler(setmetatable({}, {__len = function() return -1 end})) end},
    }
    for _, case in ipairs(wrong) do assert.has_error(case[2], case[1]) end
  end)
end)
