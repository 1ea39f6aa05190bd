-- more.lua: what the samples of the gradient tests do not reach: casts, creation, draws, reductions, products and
-- softmax of sizes that need several blocks, optimisers.
local compare = require "compare"
local more = {}

local DTYPES = {"bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16",
  "float32", "float64"}

--- Runs f on both; notes what differs or raises.
local function both(state, name, f, device)
  torch.manual_seed(11)
  torch.cuda.manual_seed_all(11)
  local ok, expected = pcall(f, "cpu")
  torch.manual_seed(11)
  torch.cuda.manual_seed_all(11)
  local ok_there, got = pcall(f, device)
  state.calls = state.calls + 1
  local words
  if not ok and not ok_there then words = "raises: " .. tostring(expected)
  elseif ok ~= ok_there then words = ok and "raises " .. tostring(got) or "does not raise " .. tostring(expected)
  else words = compare.values(got, expected) end
  if words then state.failures[#state.failures + 1] = name .. ": " .. words end
end

local function casts(state, device)
  local values = torch.tensor {0, 1, 2.5, -1.5, 127.5, 255, 300, -129, 65504, 1e6, -1e10, 3e9}
  for _, from in ipairs(DTYPES) do
    for _, to in ipairs(DTYPES) do
      both(state, ("cast %s to %s"):format(from, to), function(d) return values:to(from):to(d):to(to) end, device)
    end
    both(state, "strided copy of " .. from, function(d)
      local x = torch.arange(60):to(from):reshape(5, 12):to(d)
      return {x:t():contiguous(), x:narrow(2, 3, 5):contiguous(), x:t():clone():narrow(1, 2, 3):contiguous()}
    end, device)
    both(state, "fill of " .. from, function(d)
      local x = torch.zeros(5, 7, {dtype = from}):to(d)
      x:narrow(2, 2, 3):fill_(1)
      return x
    end, device)
  end
end

local function creation(state, device)
  for name, f in pairs {
    zeros = function(d) return torch.zeros(3, 4, {device = d}) end,
    ones = function(d) return torch.ones(3, 4, {device = d, dtype = "int32"}) end,
    full = function(d) return torch.full({5}, 2.5, {device = d}) end,
    arange = function(d) return torch.arange(0, 10, 3, {device = d}) end,
    linspace = function(d) return torch.linspace(0, 1, 7, {device = d}) end,
    eye = function(d) return torch.eye(4, {device = d}) end,
    randint = function(d) return torch.randint(0, 1000, {1000}, {device = d}) end,
    zeros_like = function(d) return torch.zeros_like(torch.ones(3):to(d)) end,
    tensor = function(d) return torch.tensor({1, 2, 3}, {device = d}) end,
  } do both(state, name, f, device) end
  for _, dtype in ipairs {"float16", "bfloat16", "float32", "float64"} do
    for _, n in ipairs {1, 63, 64, 65, 1000, 70001} do
      local what = ("of %d %s"):format(n, dtype)
      both(state, "rand " .. what, function(d) return torch.rand(n, {device = d, dtype = dtype}) end, device)
      both(state, "randn " .. what, function(d) return torch.randn(n, {device = d, dtype = dtype}) end, device)
      both(state, "random_ " .. what, function(d) return torch.empty(n, {device = d, dtype = dtype}):random_(0, 10) end,
        device)
      both(state, "bernoulli_ " .. what,
        function(d) return torch.empty(n, {device = d, dtype = dtype}):bernoulli_(0.3) end, device)
    end
  end
  both(state, "the second draw", function(d)
    torch.rand(10, {device = d})
    return torch.rand(10, {device = d})
  end, device)
end

local function reductions(state, device, quick)
  local shapes = {{1}, {10}, {1000}, {100003}, {3, 70001}, {70001, 3}, {33, 65}, {4, 5, 6}, {64, 1000}, {1000, 64}}
  if quick then shapes = {{1}, {10}, {20003}, {33, 5}, {4, 5, 6}} end
  for _, dtype in ipairs(quick and {"float32", "int64", "bool", "float16"}
    or {"float32", "float64", "int64", "int32", "bool", "float16"}) do
    for _, shape in ipairs(shapes) do
      local x = torch.rand(shape) * 4 - 1
      x = dtype == "bool" and x:gt(0) or x:to(dtype)
      local what = ("of %s %s"):format(dtype, x.shape)
      for _, name in ipairs {"sum", "amax", "amin", "any", "all", "argmax", "argmin", "mean", "norm"} do
        local floats = name == "mean" or name == "norm"
        if not floats or dtype:find "float" then
          both(state, name .. " " .. what, function(d) return torch[name](x:to(d)) end, device)
          for dim = 1, #shape do
            both(state, ("%s %s along %d"):format(name, what, dim), function(d) return torch[name](x:to(d), dim) end,
              device)
          end
        end
      end
    end
  end
  both(state, "max along a dimension", function(d)
    local x = torch.tensor({{1, 5, 5}, {0 / 0, 2, 0 / 0}}, {device = d})
    return {x:max(2)}
  end, device)
  both(state, "sum of a transposed view",
    function(d) return torch.arange(24):reshape(4, 6):to(d):t():sum(1) end, device)
end

local function lines(state, device, quick)
  local shapes = {{3, 5}, {5, 3}, {64, 10}, {7, 1}, {3, 4, 5}, {2, 5000}, {5000, 2}}
  if quick then shapes = {{3, 5}, {40, 10}, {3, 4, 5}, {2, 600}} end
  for _, shape in ipairs(shapes) do
    for dim = 1, #shape do
      for _, name in ipairs {"softmax", "log_softmax"} do
        both(state, ("%s of %s along %d"):format(name, table.concat(shape, "×"), dim), function(d)
          local x = torch.randn(shape):to(d):detach():requires_grad_(true)
          local y = torch[name](x, dim)
          y:mul(torch.linspace(0, 1, y:numel()):reshape(shape):to(d)):sum():backward()
          return {y:detach(), x.grad}
        end, device)
      end
    end
  end
  for _, reduction in ipairs {"mean", "sum", "none"} do
    both(state, "cross_entropy, " .. reduction, function(d)
      local x = torch.randn(300, 10):to(d):detach():requires_grad_(true)
      local y = torch.randint(1, 11, {300}):to(d)
      local loss = torch.nn.functional.cross_entropy(x, y, {reduction = reduction})
      loss:sum():backward()
      return {loss:detach(), x.grad}
    end, device)
  end
end

local function products(state, device)
  for _, dtype in ipairs {"float32", "float64", "float16", "bfloat16"} do
    local a, b, c = torch.randn(33, 65):to(dtype), torch.randn(65, 17):to(dtype), torch.randn(17):to(dtype)
    both(state, "mm of " .. dtype, function(d) return a:to(d):mm(b:to(d)) end, device)
    both(state, "mm of transposed " .. dtype, function(d) return b:to(d):t():mm(a:to(d):t()) end, device)
    both(state, "mm of a narrowed " .. dtype,
      function(d) return a:to(d):narrow(2, 3, 20):mm(b:to(d):narrow(1, 5, 20)) end, device)
    both(state, "addmm of " .. dtype,
      function(d) return torch.addmm(c:to(d), a:to(d), b:to(d), {beta = 0.5, alpha = 2}) end, device)
    both(state, "bmm of " .. dtype, function(d)
      local x, y = torch.randn(5, 7, 9):to(dtype):to(d), torch.randn(5, 9, 3):to(dtype):to(d)
      return {x:bmm(y), y:transpose(2, 3):bmm(x:transpose(2, 3))}
    end, device)
    both(state, "linear of " .. dtype, function(d)
      local x, w = torch.randn(4, 6, 65):to(dtype):to(d), b:t():contiguous():to(d)
      return torch.nn.functional.linear(x, w, c:to(d))
    end, device)
    both(state, "an empty inner dimension of " .. dtype, function(d)
      return torch.zeros(3, 0, {dtype = dtype}):to(d):mm(torch.zeros(0, 4, {dtype = dtype}):to(d))
    end, device)
  end
end

local OPTIMISERS = {"SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam"}
local OPTIONS = {SGD = {{lr = 0.1}, {lr = 0.1, momentum = 0.9, weight_decay = 0.01, nesterov = true}},
  Adam = {{}, {amsgrad = true, weight_decay = 0.1}}, RMSprop = {{}, {centered = true, momentum = 0.5}}}

local function optimisers(state, device)
  for _, name in ipairs(OPTIMISERS) do
    for i, options in ipairs(OPTIONS[name] or {{}}) do
      for _, dtype in ipairs {"float32", "float64"} do
        both(state, ("optim.%s %d of %s"):format(name, i, dtype), function(d)
          local parameters, copy = {}, {}
          for k, v in pairs(options) do copy[k] = v end
          for k = 1, 25 do -- more than one kernel takes
            parameters[k] = torch.nn.Parameter(torch.randn(k, 3, {dtype = dtype}):to(d))
          end
          local optimizer = torch.optim[name](parameters, copy)
          for step = 1, 3 do
            for k, p in ipairs(parameters) do p.grad = (p:detach() * (0.1 * step) + 0.01 * k) end
            optimizer:step()
          end
          local out = {}
          for k, p in ipairs(parameters) do out[k] = p:detach() end
          return out
        end, device)
      end
    end
  end
end

--- A perceptron, trained on both for some steps: losses and parameters.
local function training(state, device)
  for _, kind in ipairs {"SGD", "Adam"} do
    both(state, "training with " .. kind, function(d)
      torch.manual_seed(3)
      local nn = torch.nn
      local model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
      local x, y = torch.rand(128, 1, 8, 8), torch.randint(1, 11, {128})
      model:to(d)
      x, y = x:to(d), y:to(d)
      local optimizer, criterion, losses = torch.optim[kind](model:parameters(), {lr = 0.05}), nn.CrossEntropyLoss(), {}
      for step = 1, 10 do
        optimizer:zero_grad()
        local loss = criterion(model(x), y)
        loss:backward()
        optimizer:step()
        losses[step] = loss:detach()
      end
      return losses
    end, device)
  end
end

--- All of it, added to a state of ops.check; `quick` leaves out what an emulated device takes long for.
function more.check(state, device, quick)
  torch.manual_seed(5)
  for _, part in ipairs {casts, creation, reductions, lines, products, optimisers, training} do
    part(state, device, quick)
  end
  require "families".check(function(name, f) both(state, name, f, device) end)
end

return more
