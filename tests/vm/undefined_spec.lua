-- Reading what nothing defines: an error that says what may have been meant, unless the code around only asks.
local program = dofile "tests/hecate/program.lua"
local hecate, write = program.hecate, program.write
teardown(program.remove)

--- Loads a chunk to which the rule for globals applies, as to a script.
local function script(code)
  torch._C.strict "=script"
  return assert(load(code, "=script"))
end

--- What the error of the code says, which must be at its first line.
local function fault(code)
  local ok, message = pcall(script(code))
  assert.is_false(ok, code)
  return (assert(message:match "^script:1: (.*)$", message))
end

describe("a global that is not defined", function()
  it("is an error where its value is used", function()
    for _, code in ipairs {"return nowhere", "local t = {bias = nowhere}", "print(nowhere)", "nowhere()",
      "nowhere.x = 1", "return nowhere .. ''", "local a = 1 return a + nowhere", "return (nowhere)",
      "local f = function() return nowhere end f()", "for i = 1, nowhere do end", "for _ in nowhere do end",
      "return -nowhere", "return #nowhere", "local x <const> = nowhere", "return 1 < nowhere", "t = {nowhere}",
      "return type(1, nowhere)", "local t = {} t[nowhere] = 1", "return nowhere:x()", "return select(1, nowhere)",
      "local type = type local a = nowhere return type(a)", "a, b = 1, nowhere"} do
      assert.equal("'nowhere' is not defined", fault(code), code)
    end
  end)

  it("is nil where the code only asks whether it is there", function()
    for _, code in ipairs {"x = nowhere or {}", "local x = nowhere and nowhere.y", "return not nowhere",
      "if nowhere then end", "if not nowhere then end", "while nowhere do end", "repeat local x = 1 until not nowhere",
      "return nowhere == nil", "return nil ~= nowhere", "return nowhere == 5", "return 'a' == nowhere",
      "return nowhere == elsewhere", "local x = {} return nowhere == x.y", "return type(nowhere)",
      "local type = type return type(nowhere)", "return math.type(nowhere)", "return pcall(assert, nowhere or nil)",
      "return rawequal(nowhere, nil)", "local x = nowhere or 5 return x", "return nowhere or 5",
      "local x = nowhere ~= nil",
      "f = nowhere or function() end", "return (nowhere or print)('')", "if nowhere and nowhere.x > 1 then end",
      "return rawget(_G, 'nowhere')", "return _G.nowhere", "return _G['nowhere']", "local x = 'nowhere' return _ENV[x]"}
    do
      assert(pcall(script(code)))
    end
  end)

  it("is found behind 256 constants, and by a long name", function()
    local many = {}
    for i = 1, 300 do many[i] = ("x = 'constant %d'"):format(i) end
    many = table.concat(many, " ")
    assert.equal("'nowhere' is not defined", fault(many .. " x = nowhere"))
    assert(pcall(script(many .. " x = nowhere or 1")))
    local long = ("long"):rep(20)
    assert.equal(("'%s' is not defined"):format(long), fault("x = " .. long))
    assert(pcall(script("x = " .. long .. " or 1")))
  end)

  it("is nil for other versions of Lua's names, in modules, in code without lines and where C reads", function()
    assert(pcall(script "local u, l, j = unpack, loadstring, jit return u, l, j"))
    assert.is_nil(assert(load("return nowhere", "=module"))())
    assert.is_nil(load(string.dump(script "return nowhere", true))())
    assert.equal("$nowhere", script "return (string.gsub('$nowhere', '%$(%w+)', _G))"())
    write("mod.lua", "local M = {} M.x = nowhere return M")
    write("main.lua", "print(require 'mod'.x == nil)")
    assert.equal("true\n", (hecate("main.lua")))
  end)

  it("names the line in scripts, -e, standard input and the session", function()
    write("main.lua", "local a = 1\nprint(a, nowhere)")
    assert.matches("^hecate: main.lua:2: 'nowhere' is not defined\n", select(2, hecate("main.lua")))
    assert.matches("^hecate: %(command line%):1: 'nowhere' is not defined\n", select(2, hecate("-e 'x = nowhere'")))
    assert.matches("^hecate: stdin:2: 'nowhere' is not defined\n", select(2, hecate("-", "\nx = nowhere")))
    assert.matches("^input%[1%]:1: 'nowhere' is not defined\n", select(2, hecate("-i", "x = nowhere")))
    assert.equal("main.lua:2: 'nowhere' is not defined", (hecate("check main.lua"):match "main.lua:2[^\n]*"))
  end)

  it("is nil with HECATE_STRICT=0 and after %strict off", function()
    assert.equal("nil\n", (hecate("HECATE_STRICT=0 " .. program.quote(program.binary) .. " -e 'print(nowhere)'", nil,
      "/usr/bin/env")))
    assert.equal("nil\n", (hecate("-i", "%strict off\nnowhere")))
  end)

  it("is asked for again and again at the cost of a call", function()
    local loop = script "local n = 0 for i = 1, 100000 do if nowhere then n = n + 1 end end return n"
    local before = os.clock()
    assert.equal(0, loop())
    assert.is_true(os.clock() - before < 2)
  end)

  it("is told with Lua's word for Python's, with its library, or with the nearest name", function()
    for code, hint in pairs {["x = {bias = False}"] = ": Lua's word is false", ["x = None"] = ": Lua's word is nil",
      ["x = True"] = ": Lua's word is true", ["x = len(t)"] = ": write #x", ["x = Linear(1, 2)"] = "; write nn.Linear",
      ["x = zeros(2)"] = "; write torch.zeros", ["x = DataLoader({})"] = "; write torch.utils.data.DataLoader",
      ["local model = 1 x = modle"] = "; did you mean 'model'?", ["x = pirnt"] = "; did you mean 'print'?",
      ["x = torchtext.vocab"] = '; write local torchtext = require "torchtext"',
      ["x = tokenizers.Regex(' ')"] = '; write local tokenizers = require "tokenizers"',
      ["x = get_wsd_schedule(o, 1, 2)"] = '; write require "transformers".get_wsd_schedule',
      ["x = self"] = ": it is the first argument of a method: function Net:forward(x) … end"} do
      local name = hint and fault(code)
      assert.equal(hint, name:match "^'[%w_]+' is not defined(.*)$", code)
    end
  end)
end)

describe("a name that a library does not have", function()
  it("is told as not there yet, with the nearest, or where it is", function()
    for code, message in pairs {
      ["x = nn.Linearr(1, 2)"] = "nn.Linearr: not defined; did you mean nn.Linear?",
      ["x = nn.linear(1, 2)"] = "nn.linear: not defined; did you mean nn.Linear?",
      ["x = torch.Linear(1, 2)"] = "torch.Linear: not defined; write nn.Linear",
      ["x = {dtype = torch.flaot32}"] = "torch.flaot32: not defined; did you mean torch.float32?",
      ["x = F.relux(1)"] = "F.relux: not defined; did you mean F.relu?",
      ["x = torch.utils.data.DataLoadr"] = "torch.utils.data.DataLoadr: not defined; did you mean "
        .. "torch.utils.data.DataLoader?",
      ["x = torch.Tensor(2)"] = "torch.Tensor: torch.tensor({1, 2}) makes one of numbers, torch.zeros(2, 3) one of a "
        .. "shape",
      ["x = torch.zeros(2).shap"] = "tensor: no field or method 'shap'; did you mean 'shape'?",
      ["local n = nn x = function() return n.Zzzzzz end x()"] = "nn.Zzzzzz: not defined",
    } do
      assert.equal(message, fault(code))
    end
  end)

  it("is nil where the code only asks", function()
    for _, code in ipairs {"if nn.Nothing then end", "return torch.nothing == nil", "x = nn.Nothing or nn.ReLU",
      "return type(torch.zeros(1).nothing)", "local t = torch return t['nothing'] and 1",
      "local n = 'nothing' return torch[n]", "local n = 'tostring' return tostring(torch[n])"} do
      assert(pcall(script(code)))
    end
  end)
end)

describe("a field that an object does not have", function()
  it("is an error where its value is used, with the nearest name", function()
    for code, message in pairs {
      ["x = nn.Linear(2, 3).weights"] = "nn.Linear: no field or method 'weights'; did you mean 'weight'?",
      ["local m = nn.Linear(2, 3) m:unregister 'bias' x = m.bias"] = "nn.Linear: no field or method 'bias'",
      ["print(nn.Linear(2, 3).in_feature)"] = "nn.Linear: no field or method 'in_feature'; did you mean "
        .. "'in_features'?",
      ["x = {nn.Sequential(nn.ReLU()).relu1}"] = "nn.Sequential: no field or method 'relu1'; its only module is [1]",
      ["x = nn.Sequential(nn.ReLU(), nn.ReLU()).first"] = "nn.Sequential: no field or method 'first'; its modules "
        .. "are [1] to [2]",
      ["x = optim.SGD({nn.Parameter(torch.ones(1))}).param_group"] = "optim.SGD: no field or method 'param_group'; did "
        .. "you mean 'param_groups'?",
      ["x = optim.SGD({nn.Parameter(torch.ones(1))}).lr"] = "optim.SGD: no field or method 'lr': write "
        .. "opt.param_groups[1].lr",
      ["x = torch.utils.data.DataLoader({1}).batchsize"] = "torch.utils.data.DataLoader: no field or method 'batchsize'"
        .. "; did you mean 'batch_size'?",
      ["x = torch.zeros(1).device.typ"] = "torch.device: no field or method 'typ'; did you mean 'type'?",
      ["x = torch.zeros(1).shape.numl"] = "torch.Size: no field or method 'numl'; did you mean 'numel'?",
      ["x = torch.tensor(torch.complex(1, 2)):item().imagg"] = "torch.complex: no field or method 'imagg'; did you "
        .. "mean 'imag'?",
      ["local A = torch.class 'A' function A:__init() self.size = 1 end x = A().sice"] = "A: no field or method "
        .. "'sice'; did you mean 'size'?",
    } do
      assert.equal(message, fault(code))
    end
  end)

  it("is nil where the code only asks, where nil was given to it, and where a method sets it", function()
    for _, code in ipairs {"if nn.ReLU().nothing then end", "local n = nn.ReLU() return n.nothing == nil or n.nothing",
      "return type(nn.ReLU().nothing)", "return tostring(nn.Linear(1, 1, {bias = false}).bias)",
      "local n, key = nn.ReLU(), 'nothing' return tostring(n[key])",
      "local A = torch.class 'A' function A:__init() self.x = nil end return tostring(A().x)",
      "local A = torch.class 'A' local a = A() a.x = nil return tostring(a.x)",
      "local A = torch.class 'A' function A:grow() self.x = 1 end return tostring(A().x)",
      "local A = torch.class 'A' function A:grow() return function() self.x = 1 end end return tostring(A().x)",
      "local A = torch.class 'A' function A:__getattr(name) return nil end return tostring(A().x)",
      "local A = torch.class 'A' function A:grow() self.x = 1 end local B = torch.class('B', A) return tostring(B().x)",
      "return tostring(torch.zeros(1).device.index), tostring(torch.zeros(1).shape[5])"} do
      assert(pcall(script(code)))
    end
  end)

  it("costs a loop that asks for it no more than a call", function()
    local loop = script "local net, n = nn.ReLU(), 0 for _ = 1, 100000 do if net.nothing then n = 1 end end return n"
    local before = os.clock()
    assert.equal(0, loop())
    assert.is_true(os.clock() - before < 2)
  end)
end)
