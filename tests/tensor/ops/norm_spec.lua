-- Normalisation: of no rows or channels, of numbers of 16 bits, of huge and tiny numbers.
local torch = require "torch"

describe("layer_norm without elements", function()
  it("gives weight and bias gradients of 0, as PyTorch does", function()
    local x = torch.zeros(0, 3, {dtype = "float64", requires_grad = true})
    local weight, bias = torch.ones(3, {dtype = "float64", requires_grad = true}),
      torch.ones(3, {dtype = "float64", requires_grad = true})
    local y = nn.functional.layer_norm(x, {3}, weight, bias)
    assert.same({0, 3}, {y:size(1), y:size(2)})
    y:sum():backward()
    assert.same({0, 3}, {x.grad:size(1), x.grad:size(2)})
    assert.is_true(torch.equal(weight.grad, torch.zeros(3, {dtype = "float64"})))
    assert.is_true(torch.equal(bias.grad, torch.zeros(3, {dtype = "float64"})))
  end)
end)

describe("the statistics of numbers of 16 bits", function()
  it("are kept in float32, so that gradients are those of the same numbers in float32", function()
    local weight = torch.tensor({1, -2, 3, 0, 1, 0, 2, 1}):reshape(8, 1)
    local F = nn.functional
    for name, numbers in pairs {float16 = torch.arange(8) / 4 + 500, bfloat16 = torch.arange(8) + 129} do
      local function gradient(dtype, norm)
        local x = numbers:to(dtype):reshape(8, 1):requires_grad_(true)
        ;(norm(x) * weight:to(dtype)):sum():backward()
        return x.grad:float()
      end
      for _, norm in ipairs {function(x) return F.batch_norm(x, nil, nil, nil, nil, true) end,
        function(x) return F.layer_norm(x:reshape(1, 8), {8}):reshape(8, 1) end} do
        local of_16, of_32 = gradient(name, norm), gradient("float32", norm)
        assert.is_true(torch.allclose(of_16, of_32, name == "float16" and 2e-3 or 1.6e-2, 1e-3), name)
      end
    end
  end)
  it("are kept in float32 by gradients that are differentiated again", function()
    local F = nn.functional
    local factors = torch.tensor({1, -2, 3, 0, 1, 0, 2, 1}):reshape(8, 1)
    local ways = {function(x, w) return F.batch_norm(x, nil, nil, w, nil, true) end,
      function(x, w) return F.layer_norm(x:reshape(1, 8), {8}, w:expand(8)):reshape(8, 1) end}
    for name, numbers in pairs {float16 = torch.arange(8) / 4 + 500, bfloat16 = torch.arange(8) + 129} do
      local function gradients(dtype, norm)
        local x = numbers:to(dtype):reshape(8, 1):requires_grad_(true)
        local w = torch.tensor({0.5}, {dtype = dtype}):requires_grad_(true)
        local y = norm(x, w) * factors:to(dtype)
        local dx, dw = torch.autograd.grad({y:sum()}, {x, w}, {create_graph = true})
        return dx.dtype, dw.dtype, dx:float(), dw:float(), torch.autograd.grad({(dx * dx):sum()}, {x}):float()
      end
      for _, norm in ipairs(ways) do
        local of_16, of_32 = {gradients(name, norm)}, {gradients("float32", norm)}
        assert.equal(torch[name], of_16[1])
        assert.equal(torch[name], of_16[2])
        for i = 3, 5 do
          assert.is_true(torch.allclose(of_16[i], of_32[i], name == "float16" and 2e-3 or 1.6e-2, 2e-3), name .. i)
        end
      end
    end
  end)
  it("are results of their dtype", function()
    local _, mean, invstd = torch._C.call("native_batch_norm", torch.ones(4, 2):half(), nil, nil, nil, nil, true, 0.1,
      1e-5)
    assert.equal(torch.float32, mean.dtype)
    assert.equal(torch.float32, invstd.dtype)
  end)
end)

describe("batch_norm", function()
  it("takes one dimension only where there is nothing in it", function()
    assert.equal(0, #F.batch_norm(torch.zeros(0), nil, nil, nil, nil, true))
    local ok, message = pcall(F.batch_norm, torch.zeros(3), nil, nil, nil, nil, true)
    assert.is_false(ok)
    assert.matches("'input' %(argument 1%): expected a float tensor .*, got float32 %(3%)", message)
  end)
end)

describe("the statistics of normalisations", function()
  local F = nn.functional
  local function batch(x, eps) return F.batch_norm(x, nil, nil, nil, nil, true, 0.1, eps or 1e-5) end
  -- Ways to normalise the n numbers of x together.
  local WAYS = {
    layer = function(x, eps) return F.layer_norm(x, {x:size(1)}, nil, nil, eps or 1e-5) end,
    columns = function(x, eps) return batch(x:reshape(-1, 1):expand(-1, 3):contiguous(), eps):select(2, 2) end,
    groups = function(x, eps)
      local each = x:reshape(1, 1, -1):expand(2, 3, -1):reshape(2, 3, x:size(1), 1)
      return (torch._C.call("native_group_norm", each, nil, nil, 3, eps or 1e-5))[2][3]:squeeze()
    end,
    instances = function(x, eps)
      return F.instance_norm(x:reshape(1, 1, -1):expand(2, 2, -1), {eps = eps or 1e-5})[1][2]
    end,
    planes = function(x, eps) return batch(x:reshape(1, 1, -1):expand(2, 2, -1):contiguous(), eps)[1][2] end,
  }

  it("are right for huge, tiny and equal numbers, and so are gradients", function()
    for _, scale in ipairs {1e20, 1e37, 1e19, 1} do
      for name, way in pairs(WAYS) do
        local x = (torch.tensor({1.0, 2.0, 3.0}) * scale):requires_grad_()
        local y = way(x)
        assert.is_true(torch.allclose(y, torch.tensor({-1.224745, 0, 1.224745}), 1e-4, 1e-6), name .. scale)
        ;(y * torch.tensor({1.0, 0.0, 0.0})):sum():backward()
        local want = torch.tensor({0.2041241, -0.4082483, 0.2041241}) / scale
        assert.is_true(torch.allclose(x.grad / want, torch.ones(3), 1e-3), name .. scale)
      end
    end
    for name, way in pairs(WAYS) do
      assert.is_true(torch.allclose(way(torch.tensor({1e-30, 2e-30, 3e-30}), 0),
        torch.tensor({-1.224745, 0, 1.224745}), 1e-4, 1e-6), name)
      for _, value in ipairs {0.1, 1e20, -7.7e-30} do
        assert.are.equal(0, way(torch.full({5000}, value)):abs():max():item(), name)
      end
    end
  end)

  it("do not depend on the first number", function()
    torch.manual_seed(2)
    local x = torch.randn(3000)
    x[1] = 1000
    local exact = x:double()
    local want = ((exact - exact:mean()) / exact:std(nil, 0)):float()
    for name, way in pairs(WAYS) do assert.is_true(torch.allclose(way(x), want, 1e-4, 1e-6), name) end
  end)
end)

describe("second derivatives of normalisations", function()
  local x = torch.tensor({0.3, -1.2, 0.7, 2.1, -0.4, 1.6, 0.9, -2.2, 0.1, 1.1, -0.6, 0.5}, {dtype = "float64"})
  local weights = {torch.linspace(-1, 1.3, 12, {dtype = "float64"}), torch.linspace(0.7, -1.1, 12, {dtype = "float64"})}

  -- The gradient and its derivative, both of numbers `scale` times as large; `by` keeps the second in range.
  local function derive(f, dtype, scale, by)
    local leaf = (x:reshape(4, 3) * scale):to(dtype):detach():requires_grad_(true)
    local y = f(leaf)
    local w = weights[1][{{1, y:numel()}}]:reshape(y.shape):to(dtype)
    local g = torch.autograd.grad((y * w):sum(), leaf, nil, {create_graph = true})
    local h = torch.autograd.grad((g * weights[2]:reshape(4, 3):to(dtype) * by):sum(), leaf)
    return {g:double(), h:double()}
  end
  local function check(name, f, by)
    it(name, function()
      for _, scale in ipairs {1e20, 1e10, 1, 1e-10, 1e-30, 1e-36} do
        local single, double = derive(f, "float32", scale, by or scale), derive(f, "float64", scale, by or scale)
        for k = 1, 2 do
          local error, most = (single[k] - double[k]):abs():max():item(), double[k]:abs():max():item()
          assert.is_true(error <= 1e-4 * most or most < 1e-37,
            ("%s of %g, derivative %d: %g of %g"):format(name, scale, k, error, most))
        end
      end
    end)
  end

  local F = torch.nn.functional
  for _, eps in ipairs {0, 1e-5} do
    check("layer_norm, eps " .. eps, function(t) return F.layer_norm(t, {3}, nil, nil, eps) end)
    check("group_norm, eps " .. eps, function(t)
      return (torch._C.call("native_group_norm", t:reshape(2, 2, 3), nil, nil, 2, eps))
    end)
    check("batch_norm, eps " .. eps, function(t) return F.batch_norm(t, nil, nil, nil, nil, true, 0.1, eps) end)
  end
  check("norm", function(t) return t:norm(2, 1) end, 1)
end)

describe("group_norm", function()
  local F = nn.functional
  -- The same by layer_norm of the rows that the groups make, and by ops.
  local function by_rows(x, groups, w, b)
    local shape = {1, x:size(2)}
    for d = 3, x.ndim do shape[d] = 1 end
    local n = x:numel() // (x:size(1) * groups)
    local out = F.layer_norm(x:reshape(x:size(1) * groups, n), {n}):reshape(x.shape)
    if w then out = out * w:reshape(shape) end
    return b and out + b:reshape(shape) or out
  end

  it("and its gradients are right for planes of every size, with weight and bias or without", function()
    torch.manual_seed(4)
    for _, size in ipairs {{}, {1}, {7}, {16}, {7, 7}, {130}, {33, 40}} do
      for _, groups in ipairs {1, 3, 6} do
        for given = 0, 3 do
          local x = torch.randn(4, 6, table.unpack(size)):double():requires_grad_()
          local w = given % 2 == 1 and torch.randn(6):double():requires_grad_() or nil
          local b = given >= 2 and torch.randn(6):double():requires_grad_() or nil
          local seed = torch.randn(x.shape):double()
          local leaves = {x}
          for _, t in pairs {w = w, b = b} do leaves[#leaves + 1] = t end
          local out, want = F.group_norm(x, groups, w, b), by_rows(x, groups, w, b)
          local label = ("%s, %d groups, %d given"):format(tostring(x.shape), groups, given)
          assert.is_true(torch.allclose(out, want, 1e-10, 1e-10), label)
          local got, right = torch.autograd.grad({(out * seed):sum()}, leaves),
            torch.autograd.grad({(want * seed):sum()}, leaves)
          if type(got) ~= "table" then got, right = {got}, {right} end
          for k = 1, #got do
            assert.is_true(torch.allclose(got[k], right[k], 1e-9, 1e-9), label .. " gradient " .. k)
          end
        end
      end
    end
  end)

  it("has the same bits for any number of threads", function()
    torch.manual_seed(5)
    local x, w, b = torch.randn(8, 64, 28, 28), torch.randn(64), torch.randn(64)
    local seed = torch.randn(8, 64, 28, 28)
    local function all(threads)
      torch.set_num_threads(threads)
      local leaves = {x:clone():requires_grad_(), w:clone():requires_grad_(), b:clone():requires_grad_()}
      local out = F.group_norm(leaves[1], 8, leaves[2], leaves[3])
      out:backward(seed)
      return {out:detach(), leaves[1].grad, leaves[2].grad, leaves[3].grad}
    end
    local before = torch.get_num_threads()
    local one, two = all(1), all(2)
    torch.set_num_threads(before)
    for k = 1, 4 do assert.is_true(torch.equal(one[k], two[k]), tostring(k)) end
  end)

  it("keeps the digits of sums of many gradients", function()
    local x = torch.linspace(-1, 1, 2 * 3 * 40000):reshape(2, 3, 200, 200)
    local bias = torch.zeros(3):requires_grad_()
    F.group_norm(x, 3, nil, bias):backward(torch.full({2, 3, 200, 200}, 0.1))
    local want = torch.tensor(0.1):double():item() * 80000
    for c = 1, 3 do assert.is_true(math.abs(bias.grad[c]:item() / want - 1) < 2e-7) end
    local batch = torch.zeros(3):requires_grad_()
    F.batch_norm(x, nil, nil, nil, batch, true):backward(torch.full({2, 3, 200, 200}, 0.1))
    for c = 1, 3 do assert.is_true(math.abs(batch.grad[c]:item() / want - 1) < 2e-7) end
  end)

  it("takes weight and bias of another dtype than the input", function()
    local x = torch.randn(2, 4, 3)
    local out = F.group_norm(x:half(), 2, torch.ones(4), torch.zeros(4))
    assert.equal(torch.float16, out.dtype)
    assert.is_true(torch.allclose(out:float(), F.group_norm(x, 2), 1e-2, 1e-2))
  end)
end)
