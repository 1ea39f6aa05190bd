-- The order of what a constructor registers.
local function layer() return nn.Linear(1, 1) end
local function two() return layer(), layer() end

--- The names of the children of a module whose constructor is `init`, in their order.
local function order(init)
  local Net = torch.class("Net", nn.Module)
  Net.__init = init
  local names = {}
  for name in Net():named_children() do names[#names + 1] = name end
  return table.concat(names, " ")
end

describe("what a constructor registers", function()
  it("stands in the order of one assignment to several fields", function()
    assert.equal("a b c", order(function(self) self.a, self.b, self.c = layer(), layer(), layer() end))
    assert.equal("a b", order(function(self) self.a, self.b = two() end))
    assert.equal("a b", order(function(self) local x, y = two() self.a, self.b = x, y end))
    assert.equal("a b c", order(function(self) local x
      self.a, x, self.b, self.c = layer(), 1, two() return x end))
    local Net = torch.class("Net", nn.Module)
    local function weight() return nn.Parameter(torch.ones(1)) end
    function Net:__init() self.w, self.fc, self.v = weight(), layer(), weight() end
    local names = {}
    for name in Net():named_parameters() do names[#names + 1] = name end
    assert.equal("w v fc.weight fc.bias", table.concat(names, " "))
  end)

  it("stands in the order in which it is assigned otherwise", function()
    assert.equal("a b", order(function(self) self.a = layer() self.b = layer() end))
    assert.equal("b a", order(function(self) local x, y = two() self.b = x self.a = y end))
    assert.equal("z a b c d", order(function(self)
      self.z = layer()
      self.a, self.b =
        layer(), layer()
      self.c, self.d = layer(), layer()
    end))
    assert.equal("b a", order(function(self)
      self.b = layer()
      self.a, self.b = layer(), layer()
    end))
    assert.equal("l1 l2 l3", order(function(self) for i = 1, 3 do self["l" .. i] = layer() end end))
  end)

  it("is what files and optimisers see", function()
    local Net = torch.class("Net", nn.Module)
    function Net:__init() self.first, self.second = nn.Linear(1, 2), nn.Linear(2, 3) end
    local net = Net()
    assert.is_true(net:parameters()[1].shape == torch.ones(2, 1).shape)
    assert.is_true(rawequal(net.first.weight, net:parameters()[1]))
  end)
end)
