--- What may be assigned to x[…]: values whose shape broadcasts, with dimensions of size 1 in front, as in PyTorch.
local x = torch.arange(6.0):reshape(2, 3)

local function after(f)
  local y = x:clone()
  f(y)
  return y:tolist()
end

describe("assignment", function()
  it("takes tensors of one element for an element", function()
    for _, value in ipairs {torch.tensor(9.0), torch.tensor {9.0}, torch.tensor {{9.0}}, torch.tensor {{{9}}}} do
      assert.same({{0, 9, 2}, {3, 4, 5}}, after(function(y) y[{1, 2}] = value end))
      assert.same({{9, 9, 9}, {3, 4, 5}}, after(function(y) y[1] = value end))
      assert.same({{0, 1, 2}, {3, 9, 9}}, after(function(y) y[y:gt(3)] = value end))
      assert.same({{9, 9, 9}, {9, 9, 9}}, after(function(y) y[torch.tensor {1, 2}] = value end))
      assert.same({{9, 9, 9}, {9, 9, 9}}, after(function(y) y[torch.tensor(true)] = value end))
      assert.same(x:tolist(), after(function(y) y[torch.tensor(false)] = value end))
    end
  end)

  it("takes a row of (1×n), and more dimensions in front", function()
    for _, shape in ipairs {{3}, {1, 3}, {1, 1, 3}, {1, 1, 1, 1, 3}} do
      local row = torch.tensor({7.0, 8.0, 9.0}):reshape(shape)
      assert.same({{7, 8, 9}, {3, 4, 5}}, after(function(y) y[1] = row end))
      assert.same({{7, 8, 9}, {7, 8, 9}}, after(function(y) y[{{1, 2}}] = row end))
      assert.same({{7, 8, 9}, {7, 8, 9}}, after(function(y) y[torch.tensor {2, 1}] = row end))
      assert.same({{0, 1, 2}, {7, 8, 9}}, after(function(y) y[torch.tensor {false, true}] = row end))
    end
    assert.same({{7, 1, 2}, {8, 4, 5}}, after(function(y) y[{{}, 1}] = torch.tensor {{7.0, 8.0}} end))
  end)

  it("and reading by a boolean of no dimensions take all or nothing, with a dimension in front", function()
    local yes, no = torch.tensor(true), torch.tensor(false)
    assert.same({{{0, 1, 2}, {3, 4, 5}}}, x[yes]:tolist())
    assert.same({0, 2, 3}, {table.unpack(x[no].shape)})
    assert.same({{0, 1, 2}}, x[{yes, 1}]:tolist())
    assert.same({{{1}, {4}}}, x[{yes, {}, {2, 2}}]:tolist())
    assert.same({0, 3}, {table.unpack(x[{no, 2}].shape)})
    assert.same({5}, torch.tensor(5)[yes]:tolist())
    assert.same({0}, {table.unpack(torch.tensor(5)[no].shape)})
    local leaf = torch.ones(2, {requires_grad = true})
    leaf[yes]:sum():backward()
    assert.same({1, 1}, leaf.grad:tolist())
    assert.same({{0, 1, 2}, {7, 8, 9}}, after(function(y) y[{yes, 2}] = torch.tensor {7.0, 8.0, 9.0} end))
    assert.same(x:tolist(), after(function(y) y[{no, 2}] = torch.tensor {7.0, 8.0, 9.0} end))
    assert.same({{7, 7, 7}, {7, 7, 7}}, after(function(y) y[yes] = 7 end))
    assert.same(x:tolist(), after(function(y) y[no] = 7 end))
  end)

  it("refuses other shapes", function()
    for _, shape in ipairs {{2, 3}, {1, 2, 3}, {2}, {3, 1}} do
      assert.is_false(pcall(function() x:clone()[1] = torch.ones(shape) end))
    end
    assert.is_false(pcall(function() x:clone()[{1, 1}] = torch.ones(2) end))
    assert.is_false(pcall(function() x:clone()[{1, 1}] = torch.ones(0) end))
  end)

  it("gives the value its gradient, of its own shape", function()
    for _, key in ipairs {2, torch.tensor {2}} do
      local value = torch.ones(1, 1, 3, {requires_grad = true})
      local y = x * 1
      y[key] = value
      local weights = torch.tensor {{1.0, 1.0, 1.0}, {2.0, 3.0, 4.0}}
      torch.sum(y * weights):backward()
      assert.same({{{2, 3, 4}}}, value.grad:tolist())
    end
  end)
end)
