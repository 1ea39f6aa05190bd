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

  it("refuses masks that do not fit", function()
    assert.error_matches(function() torch.masked.sum(x, {mask = torch.ones(4):bool()}) end,
      "masked.sum: 'mask': expected a mask that broadcasts to %(2×3%), got bool %(4%)")
  end)
end)
