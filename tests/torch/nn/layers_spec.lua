-- Layers that are rows (lib/torch/nn/layers/): the C that was made of a formula gives what the formula gives in
-- Lua, and gradients as finite differences have them; modules whose parameters were replaced run the formula.
package.path = "tests/torch/nn/?.lua;" .. package.path
local nn = require "torch.nn"
local F = nn.functional
local domains = require "layer_domains"
local layer = require "torch.nn.layer"

for _, file in ipairs(torch._C.files()) do
  local name = file:match "^torch/nn/layers/([%w_]+)%.lua$"
  if name then require("torch.nn.layers." .. name) end
end
local names = {}
for name in pairs(layer.rows) do names[#names + 1] = name end
table.sort(names)

-- The tables of options with each bool and each choice at each value, one at a time, but for those that are given.
local function variations(name, given)
  local list, options = {{}}, torch._C.describe(nn[name]).arguments or {}
  for i, option in ipairs(options) do
    local values = option.name ~= "sparse" and option.type == "bool" and {true, false} or option.choices or {}
    for _, value in ipairs(i > given and values or {}) do list[#list + 1] = {[option.name] = value} end
  end
  return list
end

local function merged(arguments, options)
  local args = table.move(arguments, 1, #arguments, 1, {})
  local last = args[#args]
  last = type(last) == "table" and #last == 0 and table.remove(args) or nil
  local named = {}
  for _, t in ipairs {last or {}, options} do
    for k, v in pairs(t) do named[k] = v end
  end
  if next(named) then args[#args + 1] = named end
  return args
end

-- Calls f(make, inputs, text) for every sample and variation; make() is a new module, always with the same parameters.
local function each_sample(name, f)
  torch.manual_seed(5)
  for i, sample in ipairs(domains[layer.rows[name].domain or "default"]()) do
    for _, options in ipairs(variations(name, #sample[1])) do
      local text = ("%s, sample %d"):format(name, i)
      for k, v in pairs(options) do text = ("%s, %s = %s"):format(text, k, tostring(v)) end
      f(function()
        torch.manual_seed(3)
        return nn[name](table.unpack(merged(sample[1], options))):double()
      end, sample[2], text)
    end
  end
end

local function fresh(inputs)
  local list = {}
  for i, t in ipairs(inputs) do
    list[i] = t.dtype == torch.float64 and t:detach():clone():requires_grad_(i == 1) or t:clone()
  end
  return list
end

-- What a call gives: results, gradients of the first input and of the parameters, and the state afterwards.
local function observe(m, inputs, call)
  local given = fresh(inputs)
  torch.manual_seed(7)
  local out = table.pack(call(m, given[1] * 1, table.unpack(given, 2)))
  local seen = table.move(out, 1, out.n, 1, {})
  out[1]:sum():backward()
  seen[#seen + 1] = given[1].grad -- nil where the inputs are positions
  for _, p in ipairs(m:parameters()) do seen[#seen + 1] = p.grad end
  for _, b in ipairs(m:buffers()) do seen[#seen + 1] = b end
  return seen
end

describe("a layer's C and its formula in Lua agree:", function()
  for _, name in ipairs(names) do
    it(name, function()
      each_sample(name, function(make, inputs, text)
        for _, training in ipairs {true, false} do
          local native, lua = make():train(training), make():train(training)
          local want = observe(lua, inputs, layer.rows[name].forward)
          local got = observe(native, inputs, function(m, ...) return m(...) end)
          assert.equal(#want, #got, text)
          for i = 1, #want do assert.is_true(torch.equal(want[i], got[i]), ("%s: value %d"):format(text, i)) end
        end
      end)
    end)
  end
end)

-- Options with which gradients are, by their definition, not what differences give; without them every layer is
-- checked.
local no_derivative = {
  Embedding = {
    padding_idx = "its row gets no gradient", max_norm = "a call changes the table",
    scale_grad_by_freq = "gradients are divided by how often a row was read",
  },
}

local function reason_of(name, m)
  for option, reason in pairs(no_derivative[name] or {}) do
    if m[option] then return reason end
  end
end

describe("gradients by finite differences:", function()
  for _, name in ipairs(names) do
    it(name, function()
      local checked = 0
      each_sample(name, function(make, inputs, text)
        local m, given = make(), fresh(inputs)
        local leaves, reason = {given[1]}, reason_of(name, m)
        for _, p in ipairs(m:parameters()) do leaves[#leaves + 1] = p end -- changed in place by the check: m sees it
        local ok, message = pcall(torch.autograd.gradcheck, function(x)
          torch.manual_seed(7)
          return (m(x * 1, table.unpack(given, 2))) -- the first result: the second of a pool are positions
        end, leaves)
        if reason then assert.is_false(ok, ("%s: checked, although %s"):format(text, reason))
        else assert.is_true(ok, ("%s: %s"):format(text, message)) end
        checked = checked + (reason and 0 or 1)
      end)
      assert.is_true(checked > 0, "nothing was checked")
    end)
  end
end)

describe("a parameter that was replaced", function()
  it("is computed with, and gradients flow on to what it was made of", function()
    local m = nn.Linear(3, 2)
    local v, g = m.weight:detach():clone():requires_grad_(true), torch.ones(2, 1):mul_(2):requires_grad_(true)
    m:unregister("weight")
    m.weight = v * g
    local x = torch.randn(4, 3)
    local out = m(x)
    assert.is_true(torch.equal(F.linear(x, v * g, m.bias), out))
    out:sum():backward()
    assert.is_true(torch.allclose(x:sum(1):expand(2, 3) * 2, v.grad))
    assert.is_true(torch.allclose((x:sum(1):expand(2, 3) * v):sum(2, true), g.grad))
    assert.is_true(torch.equal(torch.full({2}, 4), m.bias.grad))
    local listed = {}
    for name in m:named_parameters() do listed[#listed + 1] = name end
    assert.same({"bias"}, listed)
    assert.equal("Linear(in_features=3, out_features=2, bias=true)", tostring(m))
  end)

  it("in a Sequential too", function()
    local m = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2))
    local want, mask = m(torch.ones(1, 3)), torch.ones(2, 3)
    local original = m[1].weight
    m[1]:unregister("weight")
    m[1].weight = original * mask
    assert.is_true(torch.equal(want, m(torch.ones(1, 3))))
    mask:zero_()
    m[1].weight = original * mask
    assert.is_false(torch.equal(want, m(torch.ones(1, 3))))
  end)

  it("may be gone, where the layer can do without", function()
    local m = nn.Linear(3, 2)
    m:unregister("bias")
    assert.is_true(m.bias == nil)
    assert.is_true(torch.equal(F.linear(torch.ones(1, 3), m.weight), m(torch.ones(1, 3))))
    m = nn.BatchNorm1d(3)
    m:unregister("running_mean")
    m:unregister("running_var")
    m:eval()
    local x = torch.randn(4, 3)
    assert.is_true(torch.allclose(F.batch_norm(x, nil, nil, nil, nil, true), m(x)))
  end)

  it("fails in the program's line", function()
    local m = nn.BatchNorm1d(3):eval()
    m:unregister("running_mean")
    local ok, message = pcall(function() m(torch.ones(2, 3)) end)
    assert.is_false(ok)
    assert.matches("layers_spec.lua:%d+: nn.BatchNorm1d: running_mean and running_var come together", message)
    m = nn.Linear(3, 2)
    m:unregister("weight")
    assert.error_matches(function() m(torch.ones(2, 3)) end, "^nn.Linear: 'weight' %(argument 2%) is missing")
  end)

  it("nil is no parameter", function()
    local m = nn.Linear(3, 2)
    m.bias = nil
    assert.is_true(torch.equal(F.linear(torch.ones(1, 3), m.weight), m(torch.ones(1, 3))))
    m.weight = nil
    assert.error_matches(function() m(torch.ones(1, 3)) end, "^nn.Linear: it has no parameter 'weight'")
    m.weight = nn.Parameter(torch.ones(2, 3))
    assert.same({{3, 3}}, m(torch.ones(1, 3)):tolist())
  end)

  it("unregister refuses a name that is not there", function()
    assert.error_matches(function() nn.Linear(1, 1):unregister("wait") end,
      "^unregister: 'name' %(argument 2%): there is no parameter, buffer or module 'wait'")
  end)
end)

describe("a subclass of a layer", function()
  it("that overrides nothing does what the layer does", function()
    local Mine = torch.class("Mine", nn.Linear)
    torch.manual_seed(1)
    local mine = Mine(3, 2)
    torch.manual_seed(1)
    local plain = nn.Linear(3, 2)
    local x = torch.randn(4, 3)
    assert.is_true(torch.equal(plain(x), mine(x)))
    assert.is_true(torch.equal(plain(x), nn.Sequential(mine)(x)))
    assert.equal("Mine(in_features=3, out_features=2, bias=true)", tostring(mine))
    local weight = mine.weight
    mine:unregister("weight")
    mine.weight = weight * 2
    assert.is_true(torch.allclose(F.linear(x, weight * 2, mine.bias), mine(x)))
  end)

  it("is asked inside of a container where it, or a class below it, has a forward of its own", function()
    local Block = torch.class("AskedBlock", nn.Sequential)
    local x, said = torch.randn(1, 2), {}
    local block = Block(nn.Linear(2, 3), nn.ReLU())
    local outer = nn.Sequential(block, nn.Linear(3, 1))
    local plain = outer(x)
    local function own(name, class)
      return function(self, y)
        said[#said + 1] = name
        return class and class.forward(self, y) or nn.Sequential.forward(self, y)
      end
    end
    Block.forward = own "class"
    assert.is_true(torch.equal(plain, outer(x)))
    local Below = torch.class("AskedBelow", Block)
    nn.Sequential(Below(nn.Linear(2, 2)))(x)
    Below.forward = own("below", Block)
    nn.Sequential(Below(nn.Linear(2, 2)))(x)
    Block.forward = nil
    block.forward = own "field"
    assert.is_true(torch.equal(plain, outer(x)))
    block.forward = nil
    block:register_forward_hook(function() said[#said + 1] = "hook" end)
    assert.is_true(torch.equal(plain, outer(x)))
    assert.same({"class", "class", "below", "class", "field", "hook"}, said)
  end)
end)

describe("memory after layers", function()
  local function bytes()
    collectgarbage()
    collectgarbage()
    return torch._C.memory().bytes
  end

  it("is what it was, also where calls fail and where formulas run in Lua", function()
    local function work()
      local x = torch.randn(4, 3):requires_grad_(true)
      local m = nn.Linear(3, 2)
      local w = m.weight
      m:unregister("weight")
      m.weight = w * 2
      nn.Sequential(m, nn.ReLU(true), nn.BatchNorm1d(2, {momentum = false}), nn.Dropout(0.5, true))(x):sum():backward()
      nn.MaxPool2d(2, {return_indices = true})(torch.randn(1, 1, 4, 4))
      nn.Conv2d(1, 2, 3, {padding = "same", padding_mode = "reflect"})(torch.randn(1, 1, 4, 4)):sum():backward()
      local loss, table_of = nn.CrossEntropyLoss(), nn.Embedding(4, 2, 2)
      loss(x, torch.tensor {1, 2, 3, 1}):backward()
      for _, wrong in ipairs {function() nn.Linear(5, 2)(x) end, function() table_of(torch.tensor {1, 9}) end,
        function() loss(x, torch.tensor {1, 2, 3, 7}) end, function() F.pad(x, {5, 5}, "reflect") end,
        function() F.pad(x, {1, -9, 1, 1}) end} do
        assert.is_false((pcall(wrong)))
      end
    end
    work()
    local start = bytes()
    for _ = 1, 3 do work() end
    assert.equal(start, bytes())
  end)
end)

describe("options that are lists", function()
  it("are numbers or arrays of them", function()
    assert.same({2, 3}, nn.Unflatten(2, {2, 3}).unflattened_size)
    assert.same({6}, nn.Unflatten(2, 6).unflattened_size)
    assert.error_matches(function() nn.Unflatten(2, "6") end,
      "^nn.Unflatten: 'unflattened_size' %(argument 2%): expected an integer or an array of integers, got the string")
    assert.error_matches(function() nn.Unflatten(2, {2, 1.5}) end, "expected an integer or an array of integers")
    assert.error_matches(function() nn.Unflatten(0, {2}) end,
      "^nn.Unflatten: 'dim' %(argument 1%): expected a position")
    assert.error_matches(function() nn.Unflatten(2) end, "^nn.Unflatten: 'unflattened_size'")
  end)

  it("false takes away a number that may be nil, and is none elsewhere", function()
    assert.is_nil(nn.BatchNorm1d(3, {momentum = false}).momentum)
    assert.error_matches(function() nn.LeakyReLU(false) end,
      "^nn.LeakyReLU: 'negative_slope' %(argument 1%): expected a number, got false")
    assert.error_matches(function() nn.BatchNorm1d(3, false) end,
      "^nn.BatchNorm1d: 'eps' %(argument 2%): expected a number")
  end)

  it("words stand for a pair", function()
    assert.equal("same", nn.Conv2d(1, 1, 3, {padding = "same"}).padding)
    assert.same({1, 2}, nn.Conv2d(1, 1, 3, {padding = {1, 2}}).padding)
    assert.error_matches(function() nn.Conv2d(1, 1, 3, {padding = "some"}) end, "^nn.Conv2d: 'padding': expected")
    assert.error_matches(function() nn.Conv2d(1, 1, 3, {padding = -1}) end,
      "^nn.Conv2d: 'padding': expected no negative sizes, got %-1 and %-1")
    assert.error_matches(function() nn.Conv2d(1, 1, 3, {stride = 2, padding = "same"}) end,
      "^nn.Conv2d: padding = 'same' needs stride 1")
  end)
end)

describe("nn.Hardtanh", function()
  it("is one row", function()
    local m = nn.Hardtanh(-2, 3)
    assert.same({-2, 0.5, 3}, m(torch.tensor {-5, 0.5, 4}):tolist())
    assert.equal("Hardtanh(min_val=-2.0, max_val=3.0)", tostring(m))
    assert.equal("Hardtanh(min_val=-1.0, max_val=1.0, inplace=true)", tostring(nn.Hardtanh({inplace = true})))
    assert.error_matches(function() nn.Hardtanh(1, 1) end,
      "^nn.Hardtanh: 'max_val' %(argument 2%): expected a number above")
    assert.same({0, 2, 6}, nn.ReLU6()(torch.tensor {-1.0, 2.0, 8.0}):tolist())
    local x = torch.tensor({-1.0, 0.5, 1.0, 3.0}):requires_grad_(true)
    nn.Hardtanh()(x):sum():backward()
    assert.same({0, 1, 0, 0}, x.grad:tolist())
  end)
end)

describe("nn.Embedding", function()
  it("reads rows by positions from 1, also in a Sequential; row padding_idx starts as 0 and keeps still", function()
    local m = nn.Embedding(4, 2, 2)
    assert.same({0, 0}, m.weight[2]:tolist())
    local x = torch.tensor {4, 2, 4}
    assert.is_true(torch.equal(m.weight[4], m(x)[1]))
    m(x):sum():backward()
    assert.same({{0, 0}, {0, 0}, {0, 0}, {2, 2}}, m.weight.grad:tolist())
    assert.is_true(torch.equal(m(x), nn.Sequential(m)(x)))
    assert.equal("Embedding(4, 2, padding_idx=2)", tostring(m))
    assert.same({0, 0}, nn.Embedding(4, 2, -1).weight[4]:tolist())
    assert.error_matches(function() nn.Embedding(4, 2, 5) end,
      "^nn.Embedding: 'padding_idx' %(argument 3%): it is out of range")
    assert.error_matches(function() nn.Embedding(-1, 2) end,
      "^nn.Embedding: 'num_embeddings': expected no negative sizes, got %-1")
  end)
end)

describe("nn.LayerNorm", function()
  it("has the shape of its weight from an option, and prints it as a tuple", function()
    assert.same({2, 3}, {table.unpack(nn.LayerNorm({2, 3}).weight.shape)})
    assert.equal("LayerNorm((3,), eps=1e-05, elementwise_affine=true)", tostring(nn.LayerNorm(3)))
    assert.equal("LayerNorm((2, 3), eps=0.001, elementwise_affine=false)", tostring(nn.LayerNorm({2, 3}, 1e-3, false)))
    assert.is_nil(nn.LayerNorm(3, {bias = false}).bias)
    assert.is_nil(nn.LayerNorm(3, {elementwise_affine = false}).weight)
  end)
end)

describe("the classes of layers", function()
  it("are made when they are first read, or walked over", function()
    local program = 'assert(rawget(torch.nn, "Linear") == nil); assert(torch.nn.Linear == torch.nn.Linear); '
      .. 'assert(rawget(torch.nn, "Linear") and not rawget(torch.nn, "Conv2d")); local names = {}; '
      .. 'for name in pairs(torch.nn) do names[name] = true end; assert(names.Conv2d and names.Sequential)'
    assert.is_true((os.execute(("%s -e '%s'"):format(os.getenv "HECATE_BIN" or "build/hecate", program))))
    assert.is_true(nn.NoSuchLayer == nil)
  end)
end)

describe("numbers in the text of a layer", function()
  it("are as Python writes them", function()
    assert.equal("Softplus(beta=1.0, threshold=20.0)", tostring(nn.Softplus()))
    assert.equal("Softplus(beta=0.0001, threshold=1e-05)", tostring(nn.Softplus(1e-4, 1e-5)))
    assert.equal("Softplus(beta=1234567.5, threshold=1e+16)", tostring(nn.Softplus(1234567.5, 1e16)))
    assert.equal("LeakyReLU(negative_slope=nan)", tostring(nn.LeakyReLU(0 / 0)))
  end)
end)
