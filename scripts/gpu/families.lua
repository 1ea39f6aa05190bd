-- families.lua: indexing, sorting, scans, convolution and normalisation in sizes and with data that the samples of the
-- gradient tests do not have: equal places, ties, NaN, groups, statistics that move, a network of all of it.
local F = torch.nn.functional
local families = {}

local DTYPES = {"uint8", "int16", "int64", "float16", "float32", "float64"}

local function indexing(both)
  for _, dtype in ipairs(DTYPES) do
    local x = (torch.rand(7, 40, 3) * 50):to(dtype)
    local place = torch.randint(1, 41, {300})
    local function on(name, f) both(name .. " of " .. dtype, f) end
    on("index_select", function(d) return x:to(d):index_select(2, place:to(d)) end)
    on("x[mask]", function(d) return x:to(d)[x:to(d):gt(20)] end)
    on("x[i, j]", function(d) return x:to(d)[{torch.tensor({{1}, {7}}):to(d), torch.tensor({3, -2}):to(d)}] end)
    on("x[i, :, j]", function(d) return x:to(d)[{torch.tensor({1, 7}):to(d), {}, torch.tensor({3, 1}):to(d)}] end)
    on("a write of many to few places", function(d) -- the last one stays
      local y = x:to(d):clone()
      y[{{}, place:to(d)}] = torch.arange(7 * 300 * 3):reshape(7, 300, 3):remainder(100):to(dtype):to(d)
      return y
    end)
    on("scatter to equal places", function(d)
      return x:to(d):scatter(2, place:reshape(1, 300, 1):expand(7, 300, 3):remainder(40):add(1):to(d),
        torch.arange(7 * 300 * 3):reshape(7, 300, 3):remainder(90):to(dtype):to(d))
    end)
    if not dtype:find "float" then
      on("index_add of many to few places", function(d)
        return x:to(d):index_add(2, place:to(d), torch.ones(7, 300, 3):to(dtype):to(d), {alpha = 3})
      end)
      on("scatter with multiply", function(d)
        return torch.ones(4, 5):to(dtype):to(d):scatter(2, torch.tensor({{1, 1, 2}, {5, 5, 5}}):to(d),
          torch.full({2, 3}, 3):to(dtype):to(d), {reduce = "multiply"})
      end)
    end
    on("cat", function(d) return torch.cat({x:to(d), x:to(d):narrow(2, 3, 5)}, 2) end)
    on("flip", function(d) return x:to(d):flip({1, 3}) end)
    on("tril", function(d) return x:to(d):transpose(2, 3):tril(1) end)
    on("nonzero", function(d) return x:to(d):gt(30):nonzero() end)
  end
  both("gather of bool", function(d) return torch.rand(5, 6):gt(0.5):to(d):gather(2, torch.tensor({{6, 1}}):to(d)) end)
  both("embedding with a gradient", function(d)
    local w = torch.randn(20, 8):to(d):requires_grad_(true)
    F.embedding(torch.randint(1, 21, {100}):to(d), w):square():sum():backward()
    return w.grad
  end)
end

local function sorting(both)
  for _, dtype in ipairs(DTYPES) do
    for _, shape in ipairs {{1}, {2}, {33}, {5, 100}, {100, 5}, {1025}} do
      local x = (torch.rand(shape) * 20):to(dtype) -- with ties
      if dtype:find "float" then x:reshape({-1})[1] = 0 / 0 end
      for _, descending in ipairs {false, true} do
        both(("sort of %s %s"):format(dtype, x.shape), function(d) return {x:to(d):sort(1, descending)} end)
      end
      both(("topk of %s %s"):format(dtype, x.shape), function(d) return {x:to(d):topk(1)} end)
    end
    local x = (torch.rand(6, 50, 4) * 3):to(dtype)
    for dim = 1, 3 do
      both(("scans of %s along %d"):format(dtype, dim), function(d)
        return {x:to(d):cumsum(dim), x:to(d):cumprod(dim), (x:to(d):cummax(dim)), (select(2, x:to(d):cummin(dim)))}
      end)
    end
  end
end

local function convolution(both)
  for _, dtype in ipairs {"float32", "float64", "float16"} do
    for i, case in ipairs {{{3, 4, 9, 8}, {6, 4, 3, 3}, {padding = 1}}, {{2, 6, 7, 7}, {6, 1, 3, 2}, {groups = 6}},
      {{2, 4, 8, 9}, {4, 2, 3, 3}, {stride = {2, 1}, padding = {2, 0}, dilation = {1, 2}, groups = 2}},
      {{4, 5, 6, 6}, {3, 5, 1, 1}, {stride = 1}}, {{5, 6, 6}, {3, 5, 2, 2}, {stride = 3}}} do
      both(("conv2d %d of %s"):format(i, dtype), function(d)
        local x = torch.randn(case[1]):to(dtype):to(d):detach():requires_grad_(true)
        local w = torch.randn(case[2]):to(dtype):to(d):detach():requires_grad_(true)
        local b = torch.randn(case[2][1]):to(dtype):to(d):detach():requires_grad_(true)
        local y = F.conv2d(x, w, b, case[3])
        y:mul(torch.linspace(0, 1, y:numel()):reshape(y.shape):to(dtype):to(d)):sum():backward()
        return {y:detach(), x.grad, w.grad, b.grad}
      end)
    end
  end
  both("pooling", function(d)
    local x = torch.randn(2, 3, 11, 13):to(d):requires_grad_(true)
    local y = F.max_pool2d(x, 3, 2, 1):sum() + F.avg_pool2d(x, {3, 2}, 2, 1, true):square():sum()
      + F.adaptive_avg_pool2d(x, 4):square():sum()
    y:backward()
    return {y:detach(), x.grad}
  end)
end

local function normalisation(both)
  for _, layer in ipairs {"BatchNorm2d", "LayerNorm", "GroupNorm", "InstanceNorm2d"} do
    both("training of " .. layer, function(d)
      local args = {LayerNorm = {{5, 7}}, GroupNorm = {3, 6}}
      local net = nn[layer](table.unpack(args[layer] or {6})):to(d)
      local x = (torch.randn(4, 6, 5, 7) * 3 + 10):to(d):requires_grad_(true)
      local out = {}
      for step = 1, 2 do
        local y = net(x)
        y:mul(torch.linspace(0, step, y:numel()):reshape(y.shape):to(d)):sum():backward()
        out[#out + 1] = y:detach()
      end
      for _, p in ipairs(net:parameters()) do out[#out + 1] = p.grad end
      net:eval()
      out[#out + 1], out[#out + 2] = net(x):detach(), x.grad
      return out
    end)
  end
  both("layer_norm of equal numbers", function(d) return F.layer_norm(torch.full({3, 300}, 1e6):to(d), {300}) end)
end

local function network(both)
  both("training of a convolutional network", function(d)
    torch.manual_seed(3)
    local net = nn.Sequential(nn.Conv2d(1, 4, 3, {padding = 1}), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
      nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Flatten(), nn.LayerNorm({32}), nn.Linear(32, 10)):to(d)
    local x, y = torch.rand(16, 1, 8, 8):to(d), torch.randint(1, 11, {16}):to(d)
    local optimizer, losses = torch.optim.SGD(net:parameters(), {lr = 0.05}), {}
    for step = 1, 5 do
      optimizer:zero_grad()
      local loss = F.cross_entropy(net(x), y)
      loss:backward()
      optimizer:step()
      losses[step] = loss:detach()
    end
    return losses
  end)
end

--- `both(name, f)` runs f(device) on the CPU and on the device and compares what it gives.
function families.check(both)
  indexing(both)
  sorting(both)
  convolution(both)
  normalisation(both)
  network(both)
end

return families
