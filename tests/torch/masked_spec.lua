-- torch.masked, beside what is in the recorded cases.
local x = torch.tensor {{1.0, 5, 3}, {4, 2, 6}}
local mask = torch.tensor {{true, false, true}, {false, false, false}}

local function close(a, b) return torch.allclose(a, b, {equal_nan = true}) end

describe("torch.masked", function()
  it("reduces what the mask leaves", function()
    assert.is_true(close(torch.masked.sum(x, 2, {mask = mask}), torch.tensor {4.0, 0}))
    assert.is_true(close(torch.masked.mean(x, 2, {mask = mask}), torch.tensor {2.0, 0 / 0}))
    assert.is_true(close(torch.masked.amin(x, {mask = mask}), torch.tensor(1.0)))
    assert.is_true(torch.equal(torch.masked.argmax(x, 2, {mask = mask[1]}), torch.tensor {3, 3}))
    assert.is_true(torch.equal(torch.masked.argmin(x, {mask = mask[1]}), torch.tensor(1)))
  end)

  it("gives no gradient to what is left out", function()
    local leaf = x:clone():requires_grad_(true)
    torch.masked.prod(leaf, {mask = mask}):backward()
    assert.is_true(close(leaf.grad, torch.tensor {{3.0, 0, 1}, {0, 0, 0}}))
    assert.is_true(torch.autograd.gradcheck(function(t) return torch.masked.var(t, 2, {mask = mask[1]}) end,
      {torch.randn(2, 3, {dtype = "float64", requires_grad = true})}))
  end)

  it("softmax gives 0 to what is left out", function()
    local y = torch.masked.log_softmax(x, 2, {mask = mask[1]})
    assert.is_true(close(y:exp(), torch.masked.softmax(x, 2, {mask = mask[1]})))
    assert.equal(-math.huge, y[{1, 2}]:item())
  end)

  it("sums of integers are int64, running ones keep the dtype", function()
    local n = torch.tensor({3, 1, 2}, {dtype = "int32"})
    for _, name in ipairs {"sum", "prod"} do
      for _, t in ipairs {n, n[1], n:bool()} do
        assert.equal("torch.int64", tostring(torch.masked[name](t, {mask = torch.tensor(true)}).dtype), name)
      end
    end
    assert.is_true(torch.equal(torch.masked.cumsum(n, 1), torch.tensor({3, 4, 6}, {dtype = "int32"})))
    assert.is_true(torch.equal(torch.masked.cumprod(n, 1, {mask = torch.tensor {true, false, true}}),
      torch.tensor({3, 3, 6}, {dtype = "int32"})))
  end)

  it("takes truth values and integers where PyTorch does", function()
    local b, m = torch.tensor {true, false}, torch.tensor {false, true}
    assert.is_true(torch.equal(torch.masked.amax(b, {mask = m}), torch.tensor(false)))
    assert.is_true(torch.equal(torch.masked.amin(b), torch.tensor(false)))
    local three = torch.tensor {true, false, true, true}
    assert.is_true(torch.equal(torch.masked.median(torch.tensor {7, 1, 5, 3}, {mask = three}), torch.tensor(5)))
    assert.error_matches(function() torch.masked.median(torch.tensor {1, 2}, {mask = torch.tensor(false)}) end,
      "masked.median: 'mask': holds nowhere in a line of integers")
    assert.error_matches(function() torch.masked.softmax(torch.tensor {1, 2}, 1) end,
      "masked.softmax: 'input' %(argument 1%): expected floats %(or another dtype%), got int64 %(2%)")
  end)

  it("refuses masks that do not fit", function()
    assert.error_matches(function() torch.masked.sum(x, {mask = torch.ones(4):bool()}) end,
      "masked.sum: 'mask': expected a mask that broadcasts to %(2×3%), got bool %(4%)")
  end)
end)
