-- The same bits for any number of threads: reductions and their gradients always, products, factorisations and training
-- in the deterministic mode.
local before = torch.get_num_threads()

local function same(a, b) return torch.equal(a:nan_to_num(), b:nan_to_num()) and torch.equal(a:isnan(), b:isnan()) end

--- Runs f, which gives a list of tensors, with 1 and with more threads.
local function compare(f)
  finally(function()
    torch.set_num_threads(before)
    torch.use_deterministic_algorithms(false)
  end)
  torch.set_num_threads(1)
  local expected = f()
  for _, threads in ipairs {2, 3, 8} do
    torch.set_num_threads(threads)
    for i, got in ipairs(f()) do
      assert.is_true(same(expected[i], got), ("result %d differs with %d threads"):format(i, threads))
    end
  end
end

--- The results of op over each dimension and over all, and their gradients.
local function results_of(op, x, options)
  local list = {}
  for dim = options.whole == false and 1 or 0, x.ndim do
    local leaf = x:detach():requires_grad_(x:is_floating_point())
    local out = dim == 0 and {leaf[op](leaf)} or {leaf[op](leaf, dim)}
    for _, t in ipairs(out) do list[#list + 1] = t:detach() end
    if out[1].requires_grad then
      (out[1] * out[1]):sum():backward()
      list[#list + 1] = leaf.grad
    end
  end
  return list
end

local REDUCTIONS <const> = {sum = {}, mean = {}, var = {}, std = {}, prod = {}, amax = {}, amin = {}, logsumexp = {},
  nansum = {}, nanmean = {}, argmax = {}, argmin = {}, median = {}, count_nonzero = {}, any = {}, all = {}, norm = {},
  cumsum = {whole = false}, cumprod = {whole = false}, softmax = {whole = false}, log_softmax = {whole = false},
  logcumsumexp = {whole = false}, cummax = {whole = false}}

describe("any number of threads gives the same bits", function()
  torch.manual_seed(1)
  local shapes = {torch.randn(200003), torch.randn(2000, 131), torch.randn(7, 20011), torch.randn(32, 33, 65)}
  for op, options in pairs(REDUCTIONS) do
    it("of " .. op, function()
      compare(function()
        local list = {}
        for _, x in ipairs(shapes) do
          if op ~= "norm" or x.ndim == 1 then table.move(results_of(op, x, options), 1, 100, #list + 1, list) end
        end
        return list
      end)
    end)
  end
end)

describe("the deterministic mode gives the same bits for any number of threads", function()
  local function check(name, f)
    it("of " .. name, function()
      torch.use_deterministic_algorithms(true)
      compare(function()
        torch.manual_seed(2)
        return f()
      end)
    end)
  end
  for _, dtype in ipairs {"float32", "float64", "bfloat16", "complex64"} do
    check("products of " .. dtype, function()
      local list = {}
      for _, size in ipairs {{100, 200, 300}, {700, 700, 10}, {64, 784, 128}, {1, 5000, 300}, {2000, 3, 200}} do
        local a, b = torch.randn(size[1], size[2], {dtype = dtype}), torch.randn(size[2], size[3], {dtype = dtype})
        for _, t in ipairs {a:mm(b), b:t():mm(a:t()), a:mv(b[{{}, 1}])} do
          list[#list + 1] = t:is_complex() and torch.view_as_real(t) or t
        end
      end
      return list
    end)
  end
  check("factorisations", function()
    local a = torch.randn(200, 200)
    return {torch.linalg.inv(a), torch.linalg.svdvals(a), (torch.linalg.qr(a)), (torch.linalg.solve(a, a:t()))}
  end)
  for _, name in ipairs {"SGD", "Adam"} do
    check("an MLP trained by " .. name, function()
      local net = nn.Sequential(nn.Linear(100, 200), nn.ReLU(), nn.Linear(200, 10))
      local opt = optim[name](net:parameters(), {lr = 0.01})
      local x, y = torch.randn(256, 100), torch.randint(1, 10, {256})
      for _ = 1, 5 do
        opt:zero_grad()
        F.cross_entropy(net(x), y):backward()
        opt:step()
      end
      local list = {}
      for i, p in ipairs(net:parameters()) do list[i] = p:detach() end
      return list
    end)
  end
end)
