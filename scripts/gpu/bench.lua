-- bench.lua: times of calls on a CUDA device, in microseconds, as JSON. The names are those of peer.py, which
-- measures PyTorch. Each is the median of several rounds; a round is many calls and one wait.
local nn = torch.nn
local cases = {}
local function case(name, make) cases[#cases + 1] = {name, make} end
local on = {device = "cuda"}

for _, n in ipairs {16, 1000000, 10000000} do
  case(("add %d"):format(n), function()
    local x, y = torch.randn(n, on), torch.randn(n, on)
    return function() return x + y end
  end)
  case(("exp %d"):format(n), function()
    local x = torch.randn(n, on)
    return function() return x:exp() end
  end)
  case(("mul number %d"):format(n), function()
    local x = torch.randn(n, on)
    return function() return x * 2.5 end
  end)
end
case("add bias 4096x1024", function()
  local x, b = torch.randn(4096, 1024, on), torch.randn(1024, on)
  return function() return x + b end
end)
case("copy transposed 2048x2048", function()
  local x = torch.randn(2048, 2048, on):t()
  return function() return x:contiguous() end
end)
case("cast float32 to float16 10000000", function()
  local x = torch.randn(10000000, on)
  return function() return x:to "float16" end
end)
case("sum 10000000", function()
  local x = torch.randn(10000000, on)
  return function() return x:sum() end
end)
case("sum rows 4096x1024", function()
  local x = torch.randn(4096, 1024, on)
  return function() return x:sum(2) end
end)
case("sum columns 4096x1024", function()
  local x = torch.randn(4096, 1024, on)
  return function() return x:sum(1) end
end)
case("softmax 4096x1024", function()
  local x = torch.randn(4096, 1024, on)
  return function() return torch.softmax(x, 2) end
end)
for _, n in ipairs {128, 1024, 4096} do
  case(("mm %d"):format(n), function()
    local x, y = torch.randn(n, n, on), torch.randn(n, n, on)
    return function() return x:mm(y) end
  end)
end
case("rand 10000000", function() return function() return torch.rand(10000000, on) end end)
case("mlp step 128", function()
  local model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)):to "cuda"
  local optimizer, criterion = torch.optim.Adam(model:parameters(), {lr = 1e-3}), nn.CrossEntropyLoss()
  local x, y = torch.randn(128, 784, on), torch.randint(1, 11, {128}):to "cuda"
  return function()
    optimizer:zero_grad()
    criterion(model(x), y):backward()
    optimizer:step()
  end
end)

local now = require "torch.utils.terminal".now

local function measure(f)
  for _ = 1, 3 do f() end
  torch.cuda.synchronize()
  local start = now()
  f()
  torch.cuda.synchronize()
  local calls = math.max(3, math.min(1000, math.floor(0.02 / math.max(now() - start, 1e-6))))
  local rounds = {}
  for i = 1, 7 do
    start = now()
    for _ = 1, calls do f() end
    torch.cuda.synchronize()
    rounds[i] = (now() - start) / calls * 1e6
  end
  table.sort(rounds)
  return rounds[4]
end

local results = {}
for _, c in ipairs(cases) do
  results[c[1]] = measure(c[2]())
  collectgarbage()
end
print(require "torch.json".encode(results))
