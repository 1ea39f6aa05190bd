-- Changes in place whose value was computed from the tensor itself, by ops that keep it: no circle of references stays,
-- and a backward pass through what was kept raises. Views that were made with gradients off.
local function bytes()
  for _ = 1, 3 do collectgarbage() end -- a finaliser may wait for another
  return torch._C.memory().bytes
end

describe("a tensor that is written with a value made of it", function()
  local programs = {
    ["of a kept input"] = function(y) y[{torch.tensor({1, 2})}] = y[{{1, 2}}]:clamp_max(0.7) end,
    ["of the whole of it"] = function(y) y:copy_(y:clamp_max(0.7)) end,
    ["through a view"] = function(y) y[2] = y[1]:exp():clamp_max(2) end,
    ["of a product with itself"] = function(y) y[{{}, 2}] = (y * y):sum(2) end,
    ["through a transposed view"] = function(y) local v = y:t() v[2] = v[1] * v[3] end,
    ["in a loop"] = function(y) for i = 2, 3 do y[i] = y[i - 1] * y[i - 1] end end,
    ["that had no history"] = function(y)
      local buffer = torch.zeros(3, 3)
      for i = 1, 3 do buffer[i] = (buffer * y):sum(1) end
    end,
  }
  for name, program in pairs(programs) do
    it(name .. " leaves no memory", function()
      local w = torch.rand(3, 3, {requires_grad = true})
      local function run() program(w * 2) end
      for _ = 1, 5 do run() end
      local before = bytes()
      for _ = 1, 20 do run() end
      assert.equal(before, bytes())
    end)
  end

  it("has a backward pass that says what was changed", function()
    local w = torch.rand(3, {requires_grad = true})
    local y = w * 2
    y[{torch.tensor({1})}] = y[{{1, 1}}]:clamp_max(0.7)
    assert.error_matches(function() y:sum():backward() end, "ClampMaxBackward needs was changed in place")
    local z = w * 2
    z[1] = z[2] * 3 -- a product with a number keeps nothing
    z:sum():backward()
    assert.equal(torch.tensor({0.0, 8.0, 2.0}), w.grad)
  end)
end)

describe("a view that was made with gradients off", function()
  local message = "a view that was made with gradients off %(torch.no_grad%) cannot be changed with gradients on"
  local function made()
    local w = torch.ones(2, {requires_grad = true})
    local y = w * 1
    return w, y, torch.no_grad(function() return y[{{1, 1}}] end)
  end
  it("is not changed with gradients on, nor a view of it, and nothing was written", function()
    local w, y, v = made()
    assert.error_matches(function() v:mul_(3) end, message)
    assert.error_matches(function() v:copy_(w[{{1, 1}}]) end, message)
    assert.error_matches(function() v[1] = 7 end, message)
    assert.error_matches(function() v[{{1, 1}}]:zero_() end, message)
    local leaf = torch.no_grad(function() return w[1] end)
    assert.error_matches(function() leaf:fill_(3) end, message)
    assert.equal(torch.tensor({1.0, 1.0}), y:detach())
    y:sum():backward()
    assert.equal(torch.tensor({1.0, 1.0}), w.grad)
  end)
  it("may be changed with gradients off, as may views of what wants none, and copies", function()
    local _, y, v = made()
    torch.no_grad(function() v:mul_(3) end)
    assert.equal(torch.tensor({3.0, 1.0}), y:detach())
    local x = torch.ones(2)
    torch.no_grad(function() return x[{{1, 1}}] end):mul_(3)
    assert.equal(torch.tensor({3.0, 1.0}), x)
    torch.no_grad(function() return y:detach()[1] end):fill_(5)
    torch.no_grad(function() return y[2]:clone() end):fill_(7)
    assert.equal(torch.tensor({5.0, 1.0}), y:detach())
  end)
end)
