-- The meta device: shapes, dtypes, strides and histories without data.
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
end)
