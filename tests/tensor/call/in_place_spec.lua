-- Calls in place of small tensors, which take a short road: the same results as out of place, and every check of the
-- long road.
describe("a small call in place", function()
  for _, name in ipairs {"float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "complex64"} do
    it("gives what the call gives, for " .. name, function()
      local a = torch.tensor({{1, 2, 3}, {4, 5, 6}}, {dtype = name})
      local b = torch.tensor({{2, 1, 2}, {1, 2, 1}}, {dtype = name})
      for _, op in ipairs {"add", "sub", "mul"} do
        local x = a:clone()
        assert.equal(a[op](a, b), x[op .. "_"](x, b))
        assert.equal(a[op](a, b), x)
      end
    end)
  end

  it("on itself reads and writes the same places", function()
    local x = torch.tensor({1, 2, 3})
    assert.equal(torch.tensor({2, 4, 6}), x:add_(x))
  end)

  it("on a view of the same memory, moved by one, is computed from what was there", function()
    local x = torch.tensor({1, 2, 3, 4})
    x[{{2, 4}}]:add_(x[{{1, 3}}])
    assert.equal(torch.tensor({1, 3, 5, 7}), x)
    x[{{1, 3}}]:mul_(x[{{2, 4}}])
    assert.equal(torch.tensor({3, 15, 35, 7}), x)
  end)

  it("refuses a result of another type, a number that does not fit, and a leaf", function()
    local i = torch.tensor({1, 2, 3}, {dtype = "int64"})
    assert.error_matches(function() i:div_(torch.tensor({2, 2, 2}, {dtype = "int64"})) end, "cannot be stored")
    local u = torch.tensor({1, 2}, {dtype = "uint8"})
    assert.error_matches(function() u:add_(u, {alpha = 300}) end, "overflow")
    assert.equal(torch.tensor({1, 2}, {dtype = "uint8"}), u)
    local w = torch.zeros(3, {requires_grad = true})
    assert.error_matches(function() w:add_(torch.ones(3)) end, "leaf")
  end)

  it("counts a change, and has its gradient", function()
    local x = torch.tensor({1.0, 2.0}, {requires_grad = true})
    local y = x * 3
    y:mul_(torch.tensor({2.0, 5.0}))
    y:sum():backward()
    assert.equal(torch.tensor({6.0, 15.0}), x.grad)
    local z = x:exp()
    z:add_(torch.ones(2))
    assert.error_matches(function() z:sum():backward() end, "in place")
  end)
end)

describe("any and all of every width of element", function()
  for _, name in ipairs {"bool", "uint8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64"} do
    it(name, function()
      for _, n in ipairs {1, 15, 64, 100, 1000, 5000} do
        local ones = torch.ones(n, {dtype = name})
        assert.equal(1, ones:all():int():item())
        for _, at in ipairs {1, (n + 1) // 2, n} do
          local x, y = ones:clone(), torch.zeros(n, {dtype = name})
          x[at], y[at] = 0, 1
          assert.equal(0, x:all():int():item())
          assert.equal(1, y:any():int():item())
          local columns = torch.stack({x, ones}, 2)
          assert.equal(torch.tensor({0, 1}, {dtype = "int32"}), columns:all(1):int())
        end
        assert.equal(0, torch.zeros(n, {dtype = name}):any():int():item())
      end
    end)
  end
end)
