-- Where functions stand: torch, nn.functional, torch.special … hold what the rows declare, nothing by accident.
local F = torch.nn.functional

describe("the modules of a row", function()
  for _, op in ipairs(torch._C.ops()) do
    if #op.modules > 0 and not op.in_place_only then
      it("of " .. op.name, function()
        for _, module in ipairs(op.modules) do
          local t = module == "torch" and torch or module == "nn.functional" and F or require(module)
          assert.is_function(rawget(t, op.lua), module)
        end
      end)
    end
  end

  it("may be several", function()
    for _, name in ipairs {"softmax", "log_softmax", "relu", "sigmoid", "tanh", "dropout", "conv2d", "max_pool2d"} do
      assert.is_function(rawget(torch, name), "torch." .. name)
      assert.is_function(rawget(F, name), "nn.functional." .. name)
    end
  end)

  it("are those of PyTorch", function()
    for _, name in ipairs {"gelu", "silu", "softplus", "linear", "cross_entropy", "one_hot", "mse_loss"} do
      assert.is_nil(torch[name], "torch." .. name)
      assert.is_function(F[name], "nn.functional." .. name)
    end
    for _, name in ipairs {"add", "zeros", "cat", "sort", "tensor"} do
      assert.is_nil(F[name], "nn.functional." .. name)
    end
  end)

  it("a name that is not there is an error with the name", function()
    for _, case in ipairs {{"torch.foo()", "torch.foo"}, {"torch.nn.functional.foo()", "F.foo"},
      {"torch.nn.Foo()", "nn.Foo"}, {"torch.optim.Foo()", "optim.Foo"}} do
      local ok, message = pcall(assert(load(case[1], "=line", "t")))
      assert.is_false(ok)
      assert.matches("^line:1: " .. case[2] .. ": not defined", message)
    end
    local ok, message = pcall(load("torch.zeros(1):foo()", "=line"))
    assert.is_false(ok)
    assert.matches("^line:1: tensor: no field or method 'foo'", message)
  end)
end)

describe("max_pool2d with return_indices", function()
  local x = torch.tensor({{{{1, 5, 2, 0}, {3, 4, 9, 8}, {7, 6, 0, 1}, {2, 2, 3, 10}}}}):float()
  it("gives positions in the flattened planes, from 1", function()
    for _, f in ipairs {torch.max_pool2d, F.max_pool2d} do
      local out, at = f(x, 2, {return_indices = true})
      assert.are.same({{{{5, 9}, {7, 10}}}}, out:tolist())
      assert.are.same({{{{2, 7}, {9, 16}}}}, at:tolist())
      assert.equal(torch.int64, at.dtype)
      assert.is_true(torch.equal(out:reshape(-1), torch.take(x, at:reshape(-1))))
      assert.equal(1, select("#", f(x, 2)))
      assert.equal(1, select("#", f(x, 2, {return_indices = false})))
    end
    local out, at = F.max_pool2d_with_indices(x, 2)
    assert.are.same({{{{2, 7}, {9, 16}}}}, at:tolist())
    assert.are.same({5, 9, 7, 10}, out:reshape(-1):tolist())
  end)
  it("in the layer too", function()
    local out, at = nn.MaxPool2d(2, {return_indices = true})(x)
    assert.are.same({{{{5, 9}, {7, 10}}}}, out:tolist())
    assert.are.same({{{{2, 7}, {9, 16}}}}, at:tolist())
    assert.equal(1, select("#", nn.MaxPool2d(2)(x)))
  end)
  it("has its gradient", function()
    local leaf = x:clone():requires_grad_(true)
    local out = F.max_pool2d(leaf, 2, {return_indices = true})
    out:sum():backward()
    assert.equal(4, leaf.grad:sum():item())
    assert.equal(1, leaf.grad:reshape(-1)[16]:item())
  end)
end)

describe("embedding", function()
  it("max_norm scales the rows that are read, in the table", function()
    local weight = torch.tensor({{3.0, 4.0}, {0.3, 0.4}, {6.0, 8.0}})
    local out = F.embedding(torch.tensor({1, 2, 1}), weight, {max_norm = 1.0})
    local rows = out:tolist()
    assert.near(0.6, rows[1][1], 1e-5)
    assert.near(0.8, rows[3][2], 1e-5)
    assert.near(0.3, rows[2][1], 1e-6)
    assert.near(0.6, weight[{1, 1}]:item(), 1e-5)
    assert.are.same({6, 8}, weight[3]:tolist()) -- not read
    F.embedding(torch.tensor({3}), weight, {max_norm = 7, norm_type = 1})
    assert.near(3, weight[{3, 1}]:item(), 1e-5)
  end)
  it("scale_grad_by_freq divides by how often a row is read", function()
    local weight = torch.ones(3, 2, {requires_grad = true})
    F.embedding(torch.tensor({1, 2, 1, 1}), weight, {scale_grad_by_freq = true}):sum():backward()
    assert.are.same({{1, 1}, {1, 1}, {0, 0}}, weight.grad:tolist())
  end)
end)

describe("gradients at corners, as PyTorch has them", function()
  local function gradient(f, values)
    local x = torch.tensor(values, {dtype = "float64", requires_grad = true})
    f(x):backward()
    return x.grad:tolist()
  end
  it("std of equal elements: 0", function()
    assert.are.same({0, 0, 0}, gradient(function(x) return x:std() end, {1, 1, 1}))
    assert.are.same({0, 0, 0}, gradient(function(x) return x:std(false) end, {1, 1, 1}))
  end)
  it("norms of zeros: 0", function()
    for _, p in ipairs {0.5, 1, 1.5, 2, 3, math.huge} do
      assert.are.same({0, 0, 0}, gradient(function(x) return x:norm(p) end, {0, 0, 0}))
    end
  end)
  it("atan2(0, 0): 0", function()
    assert.are.same({0}, gradient(function(x) return torch.atan2(x, x):sum() end, {0}))
  end)
end)
