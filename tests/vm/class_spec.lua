-- torch.class: classes made in Lua.
local torch = require "torch"
local nn = require "torch.nn"

describe("torch.class", function()
  it("makes instances and runs __init", function()
    local Point = torch.class("Point")
    function Point:__init(x, y) self.x, self.y = x, y end
    function Point:sum() return self.x + self.y end
    local p = Point(3, 4)
    assert.equal("userdata", type(p))
    assert.equal(7, p:sum())
    assert.is_true(p.nothing == nil)
    assert.is_nil(Point.super)
    assert.equal("Point", torch.typename(p))
    assert.equal("class Point", tostring(Point))
  end)

  it("inherits, and reaches the parent through super", function()
    local A = torch.class("A")
    function A:__init(n) self.n = n end
    function A:name() return "A" .. self.n end
    local B = torch.class("B", A)
    function B:name() return "B" .. B.super.name(self) end
    assert.equal("BA5", B(5):name())
    assert.equal(A, B.super)
    assert.is_true(torch.isinstance(B(1), A))
    assert.is_false(torch.isinstance(A(1), B))
    assert.is_false(torch.isinstance(3, A))
  end)

  it("walks the fields of an object, unless the class says otherwise", function()
    local Point = torch.class("WalkedPoint")
    function Point:__init(x, y) self.x, self.y = x, y end
    local found = {}
    for name, value in pairs(Point(3, 4)) do found[name] = value end
    assert.same({x = 3, y = 4}, found)
    function Point:__pairs() return next, {z = 5} end
    for name, value in pairs(Point(3, 4)) do assert.same({"z", 5}, {name, value}) end
    local Bare = torch.class("WalkedBare")
    assert.has_error(function() debug.getmetatable(Bare()).__pairs(io.stdout) end,
      "WalkedBare: called for a value of another type")
  end)

  it("uses the metamethods of the class, also those defined later", function()
    local Set = torch.class("Set")
    function Set:__init(...) self.items = {...} end
    local s = Set(7, 8)
    assert.has_error(function() return #s end, "Set: the class has no method '__len'")
    function Set:__len() return #self.items end
    function Set:__getitem(i) return self.items[i] end
    function Set:__setitem(i, v) self.items[i] = v end
    function Set:__call(x) return x * 2 end
    function Set:__tostring() return "Set of " .. #self end
    function Set.__add(a, b) return #a + #b end
    function Set.__eq(a, b) return #a == #b end
    s[3] = 9
    assert.equal(3, #s)
    assert.equal(9, s[3])
    assert.equal(42, s(21))
    assert.equal("Set of 3", tostring(s))
    assert.equal(6, s + s)
    assert.is_true(s == Set(1, 2, 3))
    local Sub = torch.class("Sub", Set)
    assert.equal(2, #Sub(1, 2))
  end)

  it("says what is wrong with its arguments", function()
    assert.error_matches(function() torch.class() end, "torch.class: 'name' %(argument 1%)")
    assert.error_matches(function() torch.class("X", {}) end, "'parent' %(argument 2%)")
    assert.error_matches(function() torch.isinstance(1, 2) end, "'class' %(argument 2%)")
  end)

  it("keeps redefined classes apart", function()
    local old = torch.class("Same")
    function old:f() return 1 end
    local instance = old()
    local new = torch.class("Same")
    function new:f() return 2 end
    collectgarbage()
    assert.equal(1, instance:f())
    assert.equal(2, new():f())
    assert.is_false(torch.isinstance(instance, new))
  end)

  it("goes when nobody has it any more, and leaves no memory", function()
    local function kilobytes()
      collectgarbage()
      collectgarbage()
      return collectgarbage "count"
    end
    local function define(n)
      for i = 1, n do
        local Base = torch.class("GoesBase", nn.Module)
        local Net = torch.class("Goes" .. i % 10, Base)
        function Net:forward(x) return x end
        Net()
      end
    end
    define(20)
    local before = kilobytes()
    define(1000)
    assert.is_true(kilobytes() - before < 100, kilobytes() - before)
  end)

  it("lives as long as an object of it, or of a class derived from it", function()
    local function derived()
      local Base = torch.class("LivesBase")
      function Base:f() return "base" end
      local Net = torch.class("LivesNet", Base)
      function Net:g() return "net" end
      return Net
    end
    local object = derived()()
    for _ = 1, 3 do
      collectgarbage()
      for i = 1, 50 do torch.class("Other" .. i) end
    end
    assert.equal("base net LivesNet", table.concat({object:f(), object:g(), torch.typename(object)}, " "))
    local Net = derived()
    setmetatable(Net, nil)
    Net.super = nil
    collectgarbage()
    assert.is_false(pcall(Net))
  end)

  it("may be asked for in a finaliser, where it is gone", function()
    local made = 0
    do
      local Last = torch.class("Last")
      function Last:__gc() made = made + (pcall(Last) and 1 or 2) end
      Last()
    end
    collectgarbage()
    collectgarbage()
    assert.is_true(made >= 0) -- neither a crash nor an endless row of objects
  end)

  it("extends modules; fields register themselves", function()
    local Net = torch.class("Net", nn.Module)
    function Net:__init(n)
      Net.super.__init(self)
      self.fc = nn.Linear(n, 2)
      self.scale = nn.Parameter(torch.ones(1))
      self.note = "plain"
    end
    function Net:forward(x) return self.fc(x) * self.scale end
    local net = Net(3)
    local names = {}
    for name in net:named_parameters() do names[#names + 1] = name end
    assert.same({"scale", "fc.weight", "fc.bias"}, names)
    assert.same({4, 2}, {table.unpack(net(torch.ones(4, 3)).shape)})
    assert.is_true(torch.isinstance(net, nn.Module))
    assert.equal("plain", net.note)
    assert.equal(rawequal(net.fc, net.fc), true)
  end)

  it("lets a program replace methods of classes made in C", function()
    local x, in_c = torch.ones(1), nn.Sequential.forward
    nn.Tanh.forward = function(_, input) return input * 3 end
    local results = {nn.Tanh()(x):item(), nn.Sequential(nn.Tanh())(x):item(), nn.ReLU()(x):item()}
    nn.Tanh.forward = nil
    assert.same({3, 3, 1}, results)
    assert.is_true(math.abs(nn.Tanh()(x):item() - 0.7616) < 1e-4)
    nn.Sequential.forward = function(self, input) return in_c(self, input) * 2 end
    results = {nn.Sequential(nn.Sequential(nn.ReLU()))(x):item()}
    nn.Sequential.forward = nil
    assert.same({4}, results)
    assert.equal(1, nn.Sequential(nn.ReLU())(x):item())
  end)
  it("extends layers", function()
    local Doubled = torch.class("Doubled", nn.Linear)
    function Doubled:forward(x) return Doubled.super.forward(self, x) * 2 end
    local layer = Doubled(2, 2, {bias = false})
    assert.equal(2, layer.in_features)
    local x = torch.ones(1, 2)
    local want = nn.functional and torch.matmul(x, layer.weight:t()) * 2
    assert.is_true(torch.equal(layer(x), want))
    assert.equal("Doubled(in_features=2, out_features=2, bias=false)", tostring(layer))
  end)
end)
