-- The meta device: shapes, dtypes, strides and histories without data.
local nn = torch.nn
local META = {device = "meta"}

local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(text):gsub("^[^:]*:%d+: ", ""))
end

describe("the meta device", function()
  it("has tensors of any size that cost nothing", function()
    local x = torch.empty(2^40 | 0, META)
    assert.equal(2^40 | 0, x:numel())
    assert.equal("meta", tostring(x.device))
    assert.is_true((x * 2 + 1).device == torch.device "meta")
    assert.equal("tensor(..., device=meta, size=(2, 3), dtype=torch.int64)",
      tostring(torch.zeros(2, 3, {device = "meta", dtype = "int64"})))
  end)

  it("says what has no data", function()
    local x = torch.ones(2, META)
    assert.equal("item: needs data, which a tensor on meta has not", message(function() return x:sum():item() end))
    assert.equal("tolist: needs data, which a tensor on meta has not", message(x.tolist, x))
    assert.equal("to: needs data, which a tensor on meta has not", message(x.cpu, x))
    assert.equal("copy_: needs data, which a tensor on meta has not", message(torch.zeros(2).copy_, torch.zeros(2), x))
    assert.equal("equal: needs data, which a tensor on meta has not", message(torch.equal, x, x))
    assert.matches("^nonzero: the shape of the result depends on data, which a tensor on meta has not",
      message(torch._C.call, "nonzero", x))
    assert.matches("one_hot: .* depends on data, which a tensor on meta has not; give num_classes",
      message(torch.nn.functional.one_hot, torch.ones(2, {device = "meta", dtype = "int64"})))
    assert.same({2, 5}, {table.unpack(torch.nn.functional.one_hot(
      torch.ones(2, {device = "meta", dtype = "int64"}), 5).shape)})
  end)

  it("is refused beside tensors of the CPU, but for numbers and positions", function()
    local m, c = torch.ones(2, 3, META), torch.ones(2, 3)
    assert.equal("add: 'input' (argument 1) is on cpu, 'other' (argument 2) on meta; bring them to one device with "
      .. ":to()", message(torch.add, c, m))
    assert.equal("mul_: 'input' (argument 1) is on meta, 'other' (argument 2) on cpu; bring them to one device with "
      .. ":to()", message(m.mul_, m, c))
    assert.matches("is on cpu, 'mat2' %(argument 2%) on meta", message(torch.mm, c, m))
    assert.matches("'tensors' %(argument 1%) is on cpu, 'tensors' %(argument 1%) on meta", message(torch.cat, {c, m}))
    assert.equal("meta", tostring((m + torch.tensor(2)).device))
    assert.equal("meta", tostring(torch.where(m:gt(0), m, torch.tensor(0.0)).device))
    assert.same({1, 3}, {table.unpack(m[torch.tensor {2}].shape)})
    assert.same({2, 3}, {table.unpack(m:copy_(c).shape)})
    assert.equal("add_: the result is on meta and cannot be stored in a tensor on cpu",
      message(function() torch.tensor(1.0):add_(torch.tensor(1.0, META)) end))
  end)

  it("moves with gradients, there and back to the device of the input", function()
    local x = torch.ones(2, 3, {requires_grad = true})
    local y = x:to("meta", "float64")
    assert.same({"meta", torch.float64, true}, {tostring(y.device), y.dtype, y.requires_grad})
    assert.matches("^to: needs data", message(y.backward, y:sum()))
    local w = torch.ones(2, {device = "meta", requires_grad = true})
    local sum = (w * 2 + torch.tensor(1.0)):exp():sum()
    sum:backward()
    assert.equal("meta", tostring(w.grad.device))
    assert.equal(torch.float32, w.grad.dtype)
    assert.matches("^grad: expected a tensor on cpu as the tensor is, got one on meta", message(function()
      torch.ones(2, {requires_grad = true}).grad = torch.ones(2, META)
    end))
  end)

  it("holds models, optimisers and their states", function()
    local model = nn.Sequential(nn.Linear(10, 8, {device = "meta"}), nn.BatchNorm1d(8, META), nn.ReLU(),
      nn.Linear(8, 3, META))
    local optimizer = torch.optim.Adam(model:parameters(), {lr = 0.1})
    local loss = nn.functional.cross_entropy(model(torch.randn(4, 10, META)),
      torch.ones(4, {device = "meta", dtype = "int64"}))
    loss:backward()
    assert.equal("meta", tostring(nn.utils.clip_grad_norm_(model:parameters(), 1.0).device))
    optimizer:step()
    local weight = model[1].weight
    assert.equal("meta", tostring(weight.grad.device))
    assert.equal("meta", tostring(optimizer.state[weight].exp_avg.device))
    assert.equal("meta", tostring(model[2].num_batches_tracked.device))
    assert.is_true(torch._C.saved_bytes(loss) == 0) -- the backward pass has freed them
  end)

  it("modules go there in place, and back by to_empty", function()
    local layer = nn.Linear(4, 2)
    local weight = layer.weight
    assert.is_true(rawequal(layer, layer:to "meta"))
    assert.equal("meta", tostring(weight.device))
    assert.equal(torch.float64, layer:to("meta", torch.float64).bias.dtype)
    assert.equal("to: needs data, which a tensor on meta has not", message(layer.to, layer, "cpu"))
    assert.equal("cpu", tostring(layer:to_empty{device = "cpu"}.weight.device))
    assert.is_true(layer.weight.requires_grad and rawequal(weight, layer.weight))
    assert.same({3, 2}, {table.unpack(layer(torch.zeros(3, 4, {dtype = "float64"})).shape)})
  end)

  it("may be the device of new tensors", function()
    local before <close> = setmetatable({}, {__close = function() torch.set_default_device "cpu" end})
    torch.set_default_device "meta"
    assert.equal(torch.device "meta", torch.get_default_device())
    for _, t in ipairs {torch.zeros(3), torch.tensor {1, 2}, torch.randperm(3), torch.arange(4), torch.rand(2),
      nn.Conv2d(3, 8, 3).weight, torch.zeros(2, {dtype = "bool"})} do
      assert.equal("meta", tostring(t.device))
    end
    assert.equal("cpu", tostring(torch.zeros(3, {device = "cpu"}).device))
    assert.equal("cpu", tostring(torch.zeros_like(torch.zeros(3, {device = "cpu"})).device))
  end)

  it("counts its memory as if it were there", function()
    collectgarbage()
    torch.reset_peak_memory_stats "meta"
    local start = torch.memory_stats("meta").allocated
    local x = torch.zeros(1000, META)
    assert.equal(start + 4000, torch.memory_stats("meta").allocated)
    local saved = torch.zeros(1000, {device = "meta", requires_grad = true})
    local y = saved:exp():mul(2):tanh()
    assert.equal(8008, torch._C.saved_bytes(y)) -- the results of exp and tanh, and the number 2
    assert.is_true(torch.memory_stats("meta").peak >= start + 12000)
    assert.is_true(torch.memory_stats("cpu").allocated > 0)
    torch.empty_cache "cpu"
    torch.synchronize()
    assert.equal(1000, #x)
  end)
end)
