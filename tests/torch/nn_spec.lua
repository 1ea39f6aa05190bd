-- nn: PyTorch's module cases (tests/parity.lua) and the Module interface.
package.path = "tests/?.lua;" .. package.path
local parity = require "parity"
local torch = require "torch"
local nn = require "torch.nn"

local NIL = {}

local function tensor(t, list)
  local x = torch.tensor(t.data, {dtype = t.dtype}):reshape(t.shape)
  if t.grad then x = x:detach():requires_grad_(true) end
  if list then list[#list + 1] = x end
  return x
end

-- The value of an argument; None is `false` where it is given by name.
local function value(v, list)
  if v == NIL then return false end
  if type(v) ~= "table" then return v end
  if v.kind == "T" then return tensor(v, list) end
  if v.kind == "M" then
    local args = {}
    for i, a in ipairs(v.args) do args[i] = value(a) end
    if next(v.kwargs or {}) then args[#args + 1] = value(v.kwargs) end
    return nn[v.module:match "[^.]+$"](table.unpack(args))
  end
  local out = {}
  for k, x in pairs(v) do out[k] = value(x, list) end
  return out
end

local function load_cases(name)
  local function tag(kind) return function(t) t.kind = kind return t end end
  local env = {T = tag "T", M = tag "M", NIL = NIL, nan = 0 / 0, inf = math.huge}
  return parity.read("modules", name, env)
end

local function check(got, want, case, where)
  assert.equal("torch." .. want.dtype, tostring(got.dtype), where)
  assert.same(want.shape, {table.unpack(got.shape)}, where)
  local list = got:detach():reshape({-1}):tolist()
  for i, w in ipairs(want.data) do
    local g = list[i]
    local same = g == w or (g ~= g and w ~= w)
    if type(w) == "number" and not same then
      same = math.abs(g - w) <= case.atol + case.rtol * math.abs(w)
    end
    if not same then
      error(("%s: element %d is %s, want %s"):format(where, i, tostring(g), tostring(w)))
    end
  end
end

local function check_gradients(case, m, out, inputs, where)
  local outs, cotangents, ins, wants = {}, {}, {}, {}
  local params = {}
  for name, p in m:named_parameters() do params[name] = p end
  for i, g in ipairs(case.grad_out or {}) do
    if g then outs[#outs + 1], cotangents[#cotangents + 1] = out[i], tensor(g) end
  end
  for i, g in pairs(case.grads_inputs or {}) do
    if g then ins[#ins + 1], wants[#wants + 1] = inputs[i], g end
  end
  for _, g in ipairs(case.grads_params or {}) do
    if g[2] then ins[#ins + 1], wants[#wants + 1] = params[g[1]], g[2] end
  end
  if #outs == 0 or #ins == 0 then return end
  local grads = table.pack(torch.autograd.grad(outs, ins, cotangents, {allow_unused = true}))
  for i, want in ipairs(wants) do check(grads[i], want, case, where .. " gradient " .. i) end
end

-- All results in a row: the state {h, c} of nn.LSTM is one of them.
local function flat(...)
  local out = {}
  for i = 1, select("#", ...) do
    local value = select(i, ...)
    if type(value) == "table" then table.move(value, 1, #value, #out + 1, out) else out[#out + 1] = value end
  end
  return out
end

local function replay(doc, case, where)
  local m = value {kind = "M", module = doc.module, args = case.args, kwargs = case.kwargs}
  local state, dtype = {}, nil
  for _, s in ipairs(case.state) do
    state[s[1]] = tensor(s[2])
    if s[2].dtype:find "float" then dtype = s[2].dtype end
  end
  if dtype then m:to(torch[dtype]) end
  m:train(case.training)
  m:load_state_dict(state)
  local inputs = {}
  local args = value(case.inputs, inputs)
  local named = {}
  for k, v in pairs(case.inputs_kwargs or {}) do
    if v ~= NIL then named[k] = v end -- None is not given
  end
  if next(named) then args[#args + 1] = value(named, inputs) end
  local out = flat(m(table.unpack(args)))
  for i, want in ipairs(case.out) do
    if want == NIL then assert.is_nil(out[i]) else check(out[i], want, case, where .. " output " .. i) end
  end
  check_gradients(case, m, out, inputs, where)
  local after = m:state_dict()
  for _, s in ipairs(case.state_after or {}) do check(after[s[1]], s[2], case, where .. " " .. s[1]) end
end

local known = dofile "tests/data/parity/known.lua"

describe("nn agrees with PyTorch:", function()
  for _, name in ipairs(parity.names "modules") do
    it(name, function()
      local doc = load_cases(name)
      assert.is_true(#doc.cases > 0, name .. " has no cases")
      local exceptions = known.modules[name] or {}
      for i, case in ipairs(doc.cases) do
        if not exceptions[i] then replay(doc, case, ("%s case %d"):format(name, i)) end
      end
    end)
  end
  it("there are cases of 34 modules", function() assert.is_true(#parity.names "modules" >= 34) end)
end)

describe("nn.Module", function()
  local function small()
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.BatchNorm1d(3), nn.Linear(3, 2))
  end

  it("prints like PyTorch, places from 1", function()
    assert.equal([[
Sequential(
  (0): Linear(in_features=784, out_features=128, bias=true)
  (1): ReLU()
  (2): Sequential(
    (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
    (1): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=false)
    (2): BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=true, track_running_stats=true)
    (3): Dropout(p=0.5, inplace=false)
    (4): Flatten(start_dim=2, end_dim=-1)
  )
)]], tostring(nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Sequential(
      nn.Conv2d(1, 6, 5, {padding = 2}), nn.MaxPool2d(2), nn.BatchNorm2d(6), nn.Dropout(),
      nn.Flatten()))))
    local named = nn.Sequential {{"fc", nn.Linear(2, 1)}, {"act", nn.Softmax(2)}}
    assert.equal("Sequential(\n  (fc): Linear(in_features=2, out_features=1, bias=true)\n" ..
      "  (act): Softmax(dim=2)\n)", tostring(named))
    assert.equal(rawequal(named.fc, named[1]), true)
  end)

  it("lists parameters, buffers, children and modules in order", function()
    local m = small()
    assert.equal(6, #m:parameters())
    assert.equal(3, #m:buffers())
    assert.equal(4, #m:children())
    assert.equal(5, #m:modules())
    local names = {}
    for name, p in m:named_parameters() do
      names[#names + 1] = name
      assert.is_true(p.requires_grad and p.is_leaf)
    end
    assert.same({"0.weight", "0.bias", "2.weight", "2.bias", "3.weight", "3.bias"}, names)
    assert.is_true(rawequal(m:get_parameter("0.weight"), m[1].weight))
    assert.error_matches(function() m:get_parameter("0.wait") end, "has no parameter of that name")
  end)

  it("lists what is shared once", function()
    local fc = nn.Linear(2, 2)
    local m = nn.Sequential(fc, nn.ReLU(), fc)
    assert.equal(2, #m:parameters())
    assert.equal(3, #m:modules())
  end)

  it("is a list by place", function()
    local m = small()
    assert.equal(4, #m)
    assert.is_true(rawequal(m[-1], m[4]))
    m:append(nn.Tanh())
    assert.equal(5, #m)
    m[5] = nn.Sigmoid()
    assert.equal("Sigmoid()", tostring(m[5]))
    assert.has_error(function() return m[0] end,
      "Sequential: 0 is not a position; positions count from 1")
    assert.error_matches(function() return m[9] end, "position 9 is out of range")
    local n = 0
    for _, layer in ipairs(nn.ModuleList {nn.ReLU(), nn.Tanh()}) do n = n + 1 end
    assert.equal(2, n)
  end)

  it("keeps one value per name and follows assignment", function()
    local m = nn.Linear(2, 2)
    assert.is_true(rawequal(m.weight, m.weight))
    m.weight = nn.Parameter(torch.zeros(2, 2))
    m.bias = nil
    assert.equal(1, #m:parameters())
    assert.equal(0, m(torch.ones(1, 2)):sum():item())
    assert.error_matches(function() m.weight = torch.ones(2) end, "'weight' is a parameter")
    m.note = {1}
    assert.same({1}, m.note)
    local d = nn.Dropout(0.25)
    d.p = 0.75
    assert.equal("Dropout(p=0.75, inplace=false)", tostring(d))
  end)

  it("saves and loads its state, or tells all that does not fit", function()
    local a, b = small(), small()
    local state = a:state_dict()
    local order = {}
    for name in pairs(state) do order[#order + 1] = name end
    assert.equal("0.weight", order[1])
    assert.equal("3.bias", order[#order])
    b:load_state_dict(state)
    assert.is_true(torch.equal(a[1].weight, b[1].weight))
    state["0.weight"] = torch.ones(2, 2)
    state["0.bias"] = nil
    state.extra = torch.ones(1)
    local before = b[4].bias:detach():clone()
    state["3.bias"] = torch.full({2}, 9.0)
    local ok, message = pcall(b.load_state_dict, b, state)
    assert.is_false(ok)
    assert.matches("missing: 0.bias", message, 1, true)
    assert.is_nil(message:find "\n")
    assert.matches("unexpected: extra", message, 1, true)
    assert.matches("size mismatch for 0.weight", message, 1, true)
    assert.is_true(torch.equal(before, b[4].bias:detach()))
    state["0.weight"] = nil
    local missing, unexpected = b:load_state_dict(state, {strict = false})
    assert.same({"0.weight", "0.bias"}, missing)
    assert.same({"extra"}, unexpected)
  end)

  it("switches mode and dtype", function()
    local m = small()
    assert.is_true(m.training)
    assert.is_true(rawequal(m, m:eval()))
    assert.is_false(m[3].training)
    m:train()
    local weight = m[1].weight
    m:double()
    assert.equal("torch.float64", tostring(weight.dtype))
    assert.is_true(rawequal(weight, m[1].weight))
    assert.equal("torch.int64", tostring(m[3].num_batches_tracked.dtype))
    m:to("float32")
    assert.equal("torch.float32", tostring(weight.dtype))
    local seen = {}
    m:apply(function(x) seen[#seen + 1] = torch.typename(x) end)
    assert.equal("nn.Sequential", seen[#seen])
  end)

  it("clears gradients and freezes", function()
    local m = small()
    m(torch.rand(5, 4)):sum():backward()
    m:zero_grad({set_to_none = false})
    assert.equal(0, m[1].weight.grad:abs():sum():item())
    m:zero_grad()
    assert.is_nil(m[1].weight.grad)
    m:requires_grad_(false)
    assert.is_false(m[1].weight.requires_grad)
  end)

  it("takes no arguments where a class has no __init", function()
    local Plain = torch.class("Plain", nn.Module)
    assert.equal("Plain", torch.typename(Plain()))
    assert.error_matches(function() nn.Module(1) end, "nn.Module: at most 0 arguments are expected, got 1")
    assert.error_matches(function() Plain(1, 2) end, "Plain: at most 0 arguments are expected, got 2")
  end)

  it("registers by name", function()
    local m = nn.Module()
    m:register_buffer("steps", torch.zeros(1))
    m:register_buffer("cache", torch.zeros(1), {persistent = false})
    m:register_parameter("w", nn.Parameter(torch.ones(2)))
    m:add_module("inner", nn.Linear(1, 1))
    assert.equal(2, #m:buffers())
    local state = m:state_dict()
    assert.is_nil(state.cache)
    assert.is_truthy(state.steps)
    assert.error_matches(function() m:register_buffer("a.b", nil) end, "contains a dot")
    assert.error_matches(function() m(1) end, "no method 'forward'")
  end)

  it("mixes C and Lua layers in Sequential", function()
    local Twice = torch.class("Twice", nn.Module)
    function Twice:forward(x) return x * 2 end
    local m = nn.Sequential(nn.Identity(), Twice(), nn.Sequential(Twice(), nn.ReLU()), nn.Flatten())
    local x = torch.ones(2, 3)
    assert.is_true(torch.equal(m(x), torch.full({2, 3}, 4.0)))
    assert.is_true(torch.equal(x, torch.ones(2, 3)))
  end)

  it("initialises within PyTorch's bounds", function()
    torch.manual_seed(1)
    local fc = nn.Linear(100, 50)
    local most = fc.weight:abs():max():item()
    assert.is_true(most <= 0.1 and most > 0.09)
    local w = torch.empty(30, 20)
    nn.init.xavier_uniform_(w)
    assert.is_true(w:abs():max():item() <= math.sqrt(6 / 50))
    nn.init.constant_(w, 2)
    assert.equal(2, w:mean():item())
    nn.init.kaiming_normal_(w, {nonlinearity = "relu"})
    assert.near(math.sqrt(2 / 20), w:std():item(), 0.05)
    assert.near(5 / 3, nn.init.calculate_gain("tanh"), 1e-12)
  end)

  it("explains wrong calls", function()
    local function fails(pattern, f) assert.error_matches(f, pattern) end
    fails("nn.Linear: unknown option 'bais', did you mean 'bias'%? %(known: in_features",
      function() nn.Linear(1, 2, {bais = false}) end)
    fails("nn.Linear: 'out_features' %(argument 2%)", function() nn.Linear(1) end)
    fails("nn.Linear: 'in_features' %(argument 1%): expected an integer", function() nn.Linear("a", 1) end)
    fails("'input' %(argument 1%)", function() nn.ReLU()(3) end)
    fails("nn.Dropout: 'p'", function() nn.Dropout(2) end)
    fails("'reduction': expected 'none', 'mean' or 'sum'", function()
      nn.MSELoss({reduction = "avg"})
    end)
    fails("0 is not a class; classes count from 1", function()
      nn.CrossEntropyLoss()(torch.zeros(1, 3), torch.tensor({0}))
    end)
    fails("expected 4 dimensions", function() nn.BatchNorm2d(3)(torch.zeros(2, 3)) end)
  end)

  it("refuses names without an order", function()
    for _, container in ipairs{nn.Sequential, nn.ModuleList} do
      local ok, message = pcall(container, {fc = nn.ReLU()})
      assert.is_false(ok)
      assert.matches("^nn%.%a+: the name 'fc' has no place in an order; give {\"fc\", module}$", message)
    end
  end)
end)
