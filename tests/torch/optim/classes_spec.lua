-- Optimisers written in Lua (Adafactor, Muon, LAMB, LBFGS), and the rows of Lion, ASGD and Rprop: state, groups, wrong
-- calls.
local torch = require "torch"
local nn = require "torch.nn"
local optim = require "torch.optim"

local function parameter(values) return torch.tensor(values, {dtype = "float64"}):requires_grad_(true) end

local makers = {
  Adafactor = function(p) return optim.Adafactor({p}, {lr = 0.05, weight_decay = 0.01}) end,
  Muon = function(p) return optim.Muon({p}, {lr = 0.02}) end,
  LAMB = function(p) return optim.LAMB({p}, {lr = 0.05, weight_decay = 0.01}) end,
  LBFGS = function(p) return optim.LBFGS({p}, {max_iter = 3, line_search_fn = "strong_wolfe"}) end,
  Lion = function(p) return optim.Lion({p}, {lr = 0.01, weight_decay = 0.1}) end,
  ASGD = function(p) return optim.ASGD({p}, {lr = 0.05, t0 = 2}) end,
  Rprop = function(p) return optim.Rprop({p}) end,
}
local names = {}
for name in pairs(makers) do names[#names + 1] = name end
table.sort(names)

--- Steps on a smooth function of a matrix; the values of the parameter after each.
local function run(opt, p, steps)
  local list = {}
  for i = 1, steps do
    local value = opt:step(function()
      opt:zero_grad()
      local loss = ((p - 1) ^ 4):sum() + (p:mm(p:t())):sum() ^ 2 * 0.01
      loss:backward()
      return loss
    end)
    list[i] = p:detach():clone():tolist()
    list[i].loss = value:item()
  end
  return list
end

describe("an optimiser", function()
  for _, name in ipairs(names) do
    it(name .. " goes on from its state in a file, bit by bit", function()
      local start = {{0.5, -0.25, 2}, {1, 0.125, -1.5}}
      local p = parameter(start)
      local opt = makers[name](p)
      run(opt, p, 4)
      local path = os.tmpname()
      torch.save({p = p:detach(), state = opt:state_dict()}, path)
      local want = run(opt, p, 4)
      local saved = torch.load(path)
      os.remove(path)
      local q = saved.p:requires_grad_(true)
      local again = makers[name](q)
      again:load_state_dict(saved.state)
      assert.same(want, run(again, q, 4))
    end)

    it(name .. " comes nearer", function()
      local p = parameter {{0.5, -0.25, 2}, {1, 0.125, -1.5}}
      local losses = run(makers[name](p), p, 60)
      assert.is_true(losses[60].loss < 0.7 * losses[1].loss, ("%g → %g"):format(losses[1].loss, losses[60].loss))
    end)
  end

  it("LAMB makes a step that is lr times as long as the parameter", function()
    local p = parameter {3, 4}
    p.grad = torch.tensor({0.3, -7}, {dtype = "float64"})
    optim.LAMB({p}, {lr = 0.1, eps = 0}):step()
    local moved = torch.tensor({3.0, 4.0}, {dtype = "float64"}) - p:detach()
    assert.is_true(math.abs(moved:norm():item() - 0.5) < 1e-12)
    assert.is_true(moved[1]:item() > 0 and moved[2]:item() < 0)
  end)

  it("Lion moves every element by lr", function()
    local p = parameter {1, 1, 1}
    p.grad = torch.tensor({1e-9, -1e9, 0}, {dtype = "float64"})
    optim.Lion({p}, {lr = 0.25}):step()
    assert.same({0.75, 1.25, 1}, p:tolist())
  end)

  it("Rprop sees that a tiny gradient turns", function()
    local p = torch.tensor({1.0}):requires_grad_(true)
    local opt = optim.Rprop({p}, {lr = 0.5})
    for _, g in ipairs {1e-30, -1e-30} do
      p.grad = torch.tensor({g})
      opt:step()
    end
    assert.same({0.5}, p:tolist()) -- the second step is none, for the sign turned
  end)

  it("LBFGS solves a least squares problem in one step", function()
    torch.manual_seed(3)
    local a, b = torch.randn(20, 4, {dtype = "float64"}), torch.randn(20, {dtype = "float64"})
    local x = torch.zeros(4, {dtype = "float64"}):requires_grad_(true)
    local opt = optim.LBFGS({x}, {max_iter = 40, line_search_fn = "strong_wolfe"})
    opt:step(function()
      opt:zero_grad()
      local loss = (a:mv(x) - b):pow(2):sum()
      loss:backward()
      return loss
    end)
    local left = a:t():mv(a:mv(x:detach()) - b):abs():max():item()
    assert.is_true(left < 1e-4, tostring(left))
  end)

  it("LBFGS climbs, and moves complex parameters", function()
    local z = torch.complex(torch.tensor({1.0, -2}), torch.tensor({0.5, 3})):requires_grad_(true)
    local opt = optim.LBFGS({z}, {maximize = true, line_search_fn = "strong_wolfe"})
    for _ = 1, 3 do
      opt:step(function()
        opt:zero_grad()
        local loss = -(z - torch.complex(torch.tensor(2.0), torch.tensor(1.0))):abs():pow(2):sum()
        loss:backward()
        return loss
      end)
    end
    assert.is_true((torch.view_as_real(z:detach()) - torch.tensor({{2.0, 1.0}, {2, 1}})):abs():max():item() < 1e-4)
  end)

  it("trains in groups with options of their own", function()
    local a, b = parameter {{1, 2}}, parameter {3}
    local opt = optim.Adafactor({{params = {a}}, {params = {b}, lr = 0.5}}, {lr = 0.01})
    assert.same({0.01, 0.5}, {opt.param_groups[1].lr, opt.param_groups[2].lr})
    opt:add_param_group {params = {parameter {1}}, d = 2}
    assert.equal(2, opt.param_groups[3].d)
    assert.has_error(function() opt:add_param_group {params = {parameter {1}}, d = 0.5} end,
      "Adafactor: 'd': expected a number, 1 or more, got number 0.5")
    assert.equal(3, #opt.param_groups)
    opt.param_groups[1].lr = -1
    assert.has_error(function() opt:step() end, "Adafactor: 'lr': expected a number, 0 or more, got number -1")
  end)

  it("says what is wrong with a call", function()
    local p, matrix = parameter {1}, parameter {{1, 2}}
    local wrong = {
      {"LBFGS.step: 'closure' (argument 1): expected a function, got nothing", function() optim.LBFGS({p}):step() end},
      {"LBFGS.step: the closure must return the loss",
        function() optim.LBFGS({p}):step(function() end) end},
      {"LBFGS: 'line_search_fn': expected 'strong_wolfe' or nil, got string 'armijo'",
        function() optim.LBFGS({p}, {line_search_fn = "armijo"}) end},
      {"LBFGS: expected one group of parameters",
        function() optim.LBFGS {{params = {p}}, {params = {matrix}}} end},
      {"add_param_group: LBFGS has one group of parameters",
        function() optim.LBFGS({p}):add_param_group {params = {matrix}} end},
      {"Muon: 'params': entry 1: expected a real matrix, got float64 (1)", function() optim.Muon {p} end},
      {"Muon: 'ns_steps': expected a number, 0 or more and below 100, got number 100",
        function() optim.Muon({matrix}, {ns_steps = 100}) end},
      {"Muon: 'ns_coefficients': expected three numbers, got an array of 2",
        function() optim.Muon({matrix}, {ns_coefficients = {1, 2}}) end},
      {"Muon: unknown option 'momentun', did you mean 'momentum'? (known: params, lr, weight_decay, momentum, "
        .. "nesterov, ns_coefficients, eps, ns_steps, adjust_lr_fn)",
        function() optim.Muon({matrix}, {momentun = 1}) end},
      {"LAMB: 'betas': expected two numbers, 0 or more and below 1, got an array of 1",
        function() optim.LAMB({p}, {betas = {0.9}}) end},
      {"Adafactor: 'beta2_decay': expected a number, 0 or less, got number 1",
        function() optim.Adafactor({p}, {beta2_decay = 1}) end},
      {"Rprop: 'etas' needs a first number below 1 and a second one above 1",
        function() optim.Rprop({p}, {etas = {1.5, 2}}) end},
      {"LAMB.step: 'closure' (argument 1): expected a function, got number 3", function() optim.LAMB({p}):step(3) end},
    }
    for _, case in ipairs(wrong) do
      local ok, why = pcall(case[2])
      assert.is_false(ok, case[1])
      assert.truthy(tostring(why):find(case[1], 1, true), ("expected '%s', got '%s'"):format(case[1], tostring(why)))
    end
  end)

  it("refuses an option as a field, which no step would read; classes of a program may have such fields", function()
    local opt = optim.SGD({torch.ones(1, {requires_grad = true})}, {lr = 0.1})
    local good, message = pcall(function() opt.lr = 0.5 end)
    assert.is_false(good)
    assert.matches("optim.SGD: 'lr' is an option of the groups of parameters: write opt.param_groups%[1%].lr = …$",
      message)
    opt.note = "kept"
    assert.equal("kept", opt.note)
    local Mine = torch.class("Mine", optim.SGD)
    function Mine:__init(params, lr)
      Mine.super.__init(self, params, {lr = lr})
      self.lr = lr
    end
    assert.equal(0.3, Mine({torch.ones(1, {requires_grad = true})}, 0.3).lr)
  end)

  it("trains a network with the optimiser of its kind for each part", function()
    torch.manual_seed(1)
    local net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
    local muon = optim.Muon({net[1].weight}, {lr = 0.02, weight_decay = 0})
    local rest = optim.AdamW({net[1].bias, net[3].weight, net[3].bias}, {lr = 0.02})
    local x = torch.randn(64, 4)
    local y = x:pow(2):sum(2, true):sin()
    local first, last
    for _ = 1, 100 do
      net:zero_grad()
      local loss = nn.functional.mse_loss(net(x), y)
      loss:backward()
      muon:step()
      rest:step()
      last = loss:item()
      first = first or last
    end
    assert.is_true(last < 0.5 * first)
  end)
end)
