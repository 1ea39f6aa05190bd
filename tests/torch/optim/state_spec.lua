-- load_state_dict of optimisers. tests/data/optimizer_states.json was recorded from PyTorch 2.15: two groups, whose
-- third parameter begins late; the state after five steps, the gradients of two more, the parameters before and after.
local json = require "torch.json"

local function value(of)
  if type(of) ~= "table" or of == json.null then return of end
  if of.t then return torch.tensor(of.t, {dtype = of.d}):reshape(of.s) end
  local result = {}
  for key, element in pairs(of) do result[key] = value(element) end
  return result
end

local file <close> = assert(io.open "tests/data/optimizer_states.json")
local recorded = json.decode(file:read "a", json.null)

-- JSON has no other keys than strings: those of the state are numbers from 0, as PyTorch has them.
local function with_numbers(state)
  local numbered = {}
  for key, element in pairs(state.state) do numbered[math.tointeger(key)] = element end
  return {state = numbered, param_groups = state.param_groups}
end

local function optimizer_of(case, record)
  local p = value(record.params)
  for i = 1, #p do p[i] = nn.Parameter(p[i]) end
  return optim[case:match "%w+"]({{params = {p[1], p[2]}}, {params = {p[3]}}}), p
end

local function go_on(record, opt, p)
  for _, grads in ipairs(value(record.grads)) do
    for i = 1, #p do p[i].grad = grads[i] end
    opt:step()
  end
end

-- To rounding: PyTorch's loops use fused multiply-adds where the vector is long enough.
local function compare(case, record, p)
  for i, after in ipairs(value(record.after)) do
    local tolerance = case:find "float64" and 1e-15 or 5e-7
    assert.is_true(((p[i].data - after):abs() / after:abs()):max():item() <= tolerance, case)
  end
end

describe("load_state_dict of an optimiser goes on from a state of PyTorch", function()
  for case, record in pairs(recorded) do
    it("of " .. case, function()
      for _, prepare in ipairs {function(s) return s end, with_numbers} do
        local opt, p = optimizer_of(case, record)
        opt:load_state_dict(prepare(value(record.state)))
        go_on(record, opt, p)
        compare(case, record, p)
        assert.equal(0.05, opt.param_groups[2].lr)
        local third = opt.state[p[3]]
        if third.step then assert.equal("integer", math.type(third.step)) assert.equal(4, third.step) end
      end
    end)
  end

  it("and gives a state of its own, which goes on as well", function()
    local record = recorded["Adam float64"]
    local opt, p = optimizer_of("Adam", record)
    opt:load_state_dict(with_numbers(value(record.state)))
    local name = os.tmpname()
    torch.save(opt:state_dict(), name)
    local again, q = optimizer_of("Adam", record)
    again:load_state_dict(torch.load(name))
    os.remove(name)
    go_on(record, opt, p)
    go_on(record, again, q)
    for i = 1, #p do assert.is_true(torch.equal(p[i].data, q[i].data)) end
  end)
end)

-- All that an optimiser knows, to be compared.
local function contents(opt)
  local lines = {}
  local function add(prefix, of)
    for key, element in pairs(of) do
      if type(element) == "table" then add(prefix .. tostring(key) .. ".", element)
      else lines[#lines + 1] = prefix .. tostring(key) .. "=" .. tostring(element) end
    end
  end
  add("", opt:state_dict())
  table.sort(lines)
  return lines
end

describe("load_state_dict of an optimiser refuses, and changes nothing:", function()
  local function trained(make)
    local p, q = torch.tensor({1.0, 2.0}):requires_grad_(true), torch.ones(2, 2, {requires_grad = true})
    local opt = make {{params = {p}}, {params = {q}, lr = 0.5}}
    for _ = 1, 3 do
      p.grad, q.grad = torch.tensor({0.1, -0.2}), torch.full({2, 2}, 0.3)
      opt:step()
    end
    return opt, p, q
  end
  local function adam(groups) return optim.Adam(groups, {lr = 0.1}) end
  local function sgd(groups) return optim.SGD(groups, {lr = 0.1, momentum = 0.9}) end

  local function refuses(what, expected, spoil, make)
    it(what, function()
      local source = trained(make or adam)
      local state = source:state_dict()
      local opt = trained(make or adam)
      local group = opt.param_groups[1]
      local before = contents(opt)
      state = spoil(state) or state
      state.param_groups[1].lr = state.param_groups[1].lr == 0.1 and 0.7 or state.param_groups[1].lr
      local ok, message = pcall(function() opt:load_state_dict(state) end)
      assert.is_false(ok)
      assert.equal(expected, (message:gsub("^[^:\n]-:%d+: ", "")))
      assert.same(before, contents(opt))
      assert.equal(group, opt.param_groups[1])
    end)
  end

  refuses("a step that is no number of steps",
    "load_state_dict: parameter 2 (group 2): 'step': expected a number of steps, got the number 1.5",
    function(s) s.state[2].step = 1.5 end)
  refuses("a step that is a tensor of several",
    "load_state_dict: parameter 1 (group 1): 'step': expected a number of steps, got a tensor float32 (2)",
    function(s) s.state[1].step = torch.ones(2) end)
  refuses("a step below 0",
    "load_state_dict: parameter 1 (group 1): 'step': expected a number of steps, got the number -1",
    function(s) s.state[1].step = -1 end)
  refuses("a state without one of its parts",
    "load_state_dict: parameter 2 (group 2): its state lacks 'exp_avg_sq', which optim.Adam goes on from",
    function(s) s.state[2].exp_avg_sq = nil end)
  refuses("a state without its step",
    "load_state_dict: parameter 1 (group 1): its state lacks 'step', which optim.Adam goes on from",
    function(s) s.state[1].step = nil end)
  refuses("what the options of the state need and it lacks",
    "load_state_dict: parameter 1 (group 1): its state lacks 'max_exp_avg_sq', which optim.Adam goes on from",
    function(s) s.param_groups[1].amsgrad = true end)
  refuses("the state of another optimiser",
    "load_state_dict: parameter 2 (group 2): optim.Adam has no state 'momentum_buffer'; it is that of optim.SGD",
    function(s) s.state[2] = {momentum_buffer = torch.ones(2, 2)} end)
  refuses("a state that no optimiser has",
    "load_state_dict: parameter 1 (group 1): optim.Adam has no state 'exp_avg_qs'",
    function(s) s.state[1].exp_avg_qs = 1 end)
  refuses("options of another optimiser",
    "load_state_dict: group 1 has the option 'betas' of optim.Adam, which optim.SGD does not know",
    function(s) s.state, s.param_groups[1].betas = {}, {0.9, 0.99} end, sgd)
  refuses("another shape",
    "load_state_dict: parameter 2 (group 2): 'exp_avg': expected a tensor as the parameter float32 (2×2), "
    .. "got a tensor float32 (4)", function(s) s.state[2].exp_avg = torch.ones(4) end)
  refuses("a table where a tensor is expected",
    "load_state_dict: parameter 1 (group 1): 'momentum_buffer': expected a tensor as the parameter float32 (2), "
    .. "got a table", function(s) s.state[1].momentum_buffer = {1, 2} end, sgd)
  refuses("a complex tensor for a real parameter",
    "load_state_dict: parameter 1 (group 1): 'exp_avg': expected a tensor as the parameter float32 (2), "
    .. "got a tensor complex64 (2)", function(s) s.state[1].exp_avg = torch.ones(2, {dtype = "complex64"}) end)
  refuses("a state that belongs to no parameter",
    "load_state_dict: 'state' has an entry of the number 0, which is in none of the groups",
    function(s) s.state[0] = s.state[1] end)
  refuses("a parameter that stands twice",
    "load_state_dict: parameter 2 (group 2): it stands twice in the groups of the state",
    function(s) s.param_groups[2].params = {1} s.state[2] = nil end)
  refuses("a state that is no table",
    "load_state_dict: parameter 1 (group 1): its state is no table", function(s) s.state[1] = 5 end)
  refuses("options out of their range",
    "optim.Adam: 'lr': expected 0 or more, got -1.0", function(s) s.param_groups[1].lr = -1 end)
  refuses("a group without parameters",
    "load_state_dict: group 2 has no array 'params'", function(s) s.param_groups[2].params = nil end)
  refuses("a group of more parameters",
    "load_state_dict: group 1 has 2 parameters in the state, 1 in the optimizer",
    function(s) s.param_groups[1].params = {1, 3} end)
end)

describe("load_state_dict of an optimiser", function()
  it("takes what begins with no state", function()
    local p = torch.ones(2, {requires_grad = true})
    local opt = optim.SGD({p}, {momentum = 0.9})
    opt:load_state_dict {state = {[0] = {}}, param_groups = {{params = {0}, lr = torch.tensor(0.25), momentum = 0.9}}}
    assert.equal(0.25, opt.param_groups[1].lr)
    assert.is_nil(opt.state[p])
  end)

  it("keeps arrays of its own, and the options that a scheduler put beside", function()
    local p = torch.ones(2, {requires_grad = true})
    local opt, other = optim.Adam({p}, {betas = {0.8, 0.9}}), optim.Adam({p})
    local state = opt:state_dict()
    state.param_groups[1].initial_lr = 3
    other:load_state_dict(state)
    state.param_groups[1].betas[1] = 0.1
    assert.same({0.8, 0.9}, other.param_groups[1].betas)
    assert.equal(3, other.param_groups[1].initial_lr)
  end)

  it("leaves to classes made in Lua what they keep", function()
    local Mine = torch.class("Mine", optim.Adam)
    local p = torch.ones(2, {requires_grad = true})
    local mine = Mine({p}, {lr = 0.1})
    p.grad = torch.ones(2)
    mine:step()
    mine.state[p].seen = torch.tensor({7, 8, 9})
    local again = Mine({p}, {lr = 0.1})
    again:load_state_dict(mine:state_dict())
    assert.same({7, 8, 9}, again.state[p].seen:tolist())
    assert.equal(1, again.state[p].step)
  end)

  it("keeps the names that named_parameters gives", function()
    local net = nn.Linear(2, 2)
    local opt = optim.Adam(net:named_parameters(), {lr = 0.1})
    assert.same({"weight", "bias"}, opt.param_groups[1].param_names)
    assert.is_true(rawequal(opt.param_groups[1].params[2], net.bias))
    opt:add_param_group {params = nn.Linear(1, 1, {bias = false}):named_parameters(), lr = 1}
    assert.same({"weight"}, opt.param_groups[2].param_names)
    assert.same({"weight", "bias"}, opt:state_dict().param_groups[1].param_names)
    local unnamed = optim.Adam(net:parameters())
    unnamed:load_state_dict(optim.Adam(net:named_parameters(), {lr = 0.2}):state_dict())
    assert.equal(0.2, unnamed.param_groups[1].lr)
    assert.error_matches(function() optim.SGD(function() return 1 end) end,
      "SGD: 'params': expected an iterator of names and parameters, as net:named_parameters%(%)")
    assert.error_matches(function() optim.SGD(function() end) end, "SGD: 'params': the list of parameters is empty")
  end)
end)
