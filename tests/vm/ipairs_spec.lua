-- ipairs and pairs over tensors, containers of modules and data sets: they walk from the first item to the last.
local function walked(walk, x, show)
  local list = {}
  for i, item in walk(x) do list[#list + 1] = i .. ":" .. show(item) end
  return table.concat(list, " ")
end

local function row(r) return tostring(r:sum():item()) end

describe("ipairs and pairs", function()
  it("walk over the rows of a tensor", function()
    local x = torch.tensor {{1, 2}, {3, 4}, {5, 6}}
    for _, walk in ipairs {ipairs, pairs} do
      assert.equal("1:3 2:7 3:11", walked(walk, x, row))
      assert.equal("1:1 2:2", walked(walk, torch.tensor {1, 2}, row))
      assert.equal("", walked(walk, torch.zeros(0, 2), row))
      local ok, message = pcall(function() walked(walk, torch.tensor(1), row) end)
      assert.is_false(ok)
      assert.matches("ipairs_spec.lua:%d+: .*0%-dimensional", message)
    end
    local w = torch.ones(2, {requires_grad = true})
    for i, one in ipairs(w) do (one * i):backward() end
    assert.is_true(w.grad == torch.tensor {1.0, 2.0})
  end)

  it("leave the end of a tensor an error for every other reader", function()
    local x = torch.tensor {1, 2}
    assert.has_error(function() return x[3] end)
    assert.has_error(function() for i = 1, 3 do local _ = x[i] end end)
    assert.has_error(function() return select(2, ipairs {})[1] or x[3] end)
  end)

  it("walk over the modules of a container, whose end is an error for every other reader", function()
    local net = nn.Sequential(nn.ReLU(), nn.Tanh())
    for _, walk in ipairs {ipairs, pairs} do
      assert.equal("1:ReLU() 2:Tanh()", walked(walk, net, tostring))
      assert.equal("1:Tanh()", walked(walk, nn.ModuleList {nn.Tanh()}, tostring))
    end
    for _, at in ipairs {3, 4, -3} do
      local ok, message = pcall(function() return net[at] end)
      assert.is_false(ok)
      assert.equal(("Sequential: position %d is out of range: it holds 2 modules"):format(at), message:match ": (.*)$")
    end
    local ok, message = pcall(function() return net[0] end)
    assert.is_false(ok)
    assert.matches("Sequential: 0 is not a position; positions count from 1$", message)
    net[3] = nn.ReLU() -- behind the last it grows
    assert.equal(3, #net)
  end)

  it("walk over a data set", function()
    local data = torch.utils.data.TensorDataset(torch.tensor {1, 2}, torch.tensor {3, 4})
    assert.equal("1:4 2:6", walked(ipairs, data, function(item) return (item[1] + item[2]):item() end))
    assert.matches("position 3 is outside 1 to 2", select(2, pcall(function() return data[3] end)))
    local Squares = torch.class("Squares", torch.utils.data.Dataset)
    function Squares:__len() return 3 end
    function Squares:__getitem(i) return i * i end
    assert.equal("1:1 2:4 3:9", walked(ipairs, Squares(), tostring))
    assert.equal(16, Squares()[4])
  end)
end)

describe("x.shape", function()
  it("is an array that counts from the end as well, and knows no position 0", function()
    local shape = torch.zeros(2, 3).shape
    assert.same({3, 2, 2, 3}, {shape[-1], shape[-2], shape[1], shape[2.0]})
    assert.same({}, {shape[-3], shape[3]})
    assert.equal("1:2 2:3", walked(ipairs, shape, tostring))
    assert.equal("1:2 2:3", walked(pairs, shape, tostring))
    assert.equal(6, shape:numel())
    for _, at in ipairs {0, 0.0} do
      local ok, message = pcall(function() return shape[at] end)
      assert.is_false(ok)
      assert.matches("ipairs_spec.lua:%d+: torch.Size: 0 is not a position; positions count from 1$", message)
    end
  end)
end)
