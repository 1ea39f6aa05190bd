-- __getattr of classes that are made in Lua.
describe("__getattr", function()
  local Point = torch.class "Point"
  function Point:__init(x, y) self.x, self.y = x, y end
  function Point:sum() return self.x + self.y end
  function Point:__getattr(name)
    if name == "norm" then return math.sqrt(self.x ^ 2 + self.y ^ 2) end
  end
  it("is asked for fields that neither the object nor its class has", function()
    local p = Point(3, 4)
    assert.equal(5, p.norm)
    assert.equal(7, p:sum())
    assert.is_nil(p.other)
    p.norm = 1
    assert.equal(1, p.norm)
  end)
  it("is inherited and replaced as other methods", function()
    local Point3 = torch.class("Point3", Point)
    assert.equal(5, Point3(3, 4).norm)
    function Point3:__getattr(name) return "no " .. name end
    assert.equal("no norm", Point3(3, 4).norm)
    assert.equal(7, Point3(3, 4):sum())
  end)
  it("is not asked for names with two underscores, nor for numbers", function()
    local Loud = torch.class "Loud"
    function Loud:__getattr(name) error("asked for " .. tostring(name)) end
    assert.is_nil(Loud().__len)
    assert.is_nil(Loud()[1])
    assert.error_matches(function() return Loud().field end, "asked for field")
  end)
  it("has Lua's name, not Python's", function()
    assert.error_matches(function() function Point:__getattr__() end end, "write function Point:__getattr%(…%)")
  end)
end)
