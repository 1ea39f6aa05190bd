-- Elementwise ops: what the recorded cases of PyTorch do not say.
describe("round with decimals", function()
  it("rounds ties to even", function()
    local x = torch.tensor({0.125, 0.375, -2.5, 1250.0, 1350.0}, {dtype = "float64"})
    assert.same({0.12, 0.38, -2.5, 1250.0, 1350.0}, x:round({decimals = 2}):tolist())
    assert.same({0, 0, 0, 1200.0, 1400.0}, x:round({decimals = -2}):tolist())
    assert.same({0, 0, -2, 1250.0, 1350.0}, x:round({decimals = 0}):tolist())
  end)

  it("works in place", function()
    local x = torch.tensor({1.26, 2.34}, {dtype = "float64"})
    assert.is_true(rawequal(x, x:round_({decimals = 1})))
    assert.same({1.3, 2.3}, x:tolist())
  end)

  it("leaves integers, which have no decimals", function()
    assert.same({15, 25}, torch.round(torch.tensor({15, 25}), {decimals = 0}):tolist())
    local ok, message = pcall(torch.round, torch.tensor({15, 25}), {decimals = -1})
    assert.is_false(ok)
    assert.matches("round: 'decimals' %(argument 2%): expected 0 for integers, got %-1", message)
  end)
end)

describe("a number in the place of a tensor", function()
  local x = torch.tensor({1.0, 5.0})
  local function refuses(message, f, ...)
    local ok, got = pcall(f, ...)
    assert.is_false(ok)
    assert.equal(message, got)
  end

  it("is refused where PyTorch takes tensors alone", function()
    for _, name in ipairs {"maximum", "minimum", "atan2", "logical_and", "logical_or", "logical_xor"} do
      refuses(name .. ": 'other' (argument 2): expected a tensor, got the number 3", torch[name], x, 3)
    end
    for _, name in ipairs {"eq", "ne", "lt", "le", "gt", "ge", "fmod"} do
      refuses(name .. ": 'input' (argument 1): expected a tensor, got the number 3", torch[name], 3, x)
      assert.is_true(torch.is_tensor(torch[name](x, 3)))
    end
    refuses("polar: 'abs' (argument 1): expected a tensor, got the number 1", torch.polar, 1, 2)
  end)

  it("is taken on either side, but not on both", function()
    local whole = torch.tensor({1, 5})
    for _, name in ipairs {"pow", "remainder", "bitwise_and", "bitwise_or", "bitwise_xor"} do
      refuses(name .. ": 'other' (argument 2): expected a tensor, as the others are numbers, got the number 3",
        torch[name], 2, 3)
      assert.equal(2, #torch[name](whole, 3))
      assert.equal(2, #torch[name](3, whole))
    end
    assert.same({2, 32}, (2 ^ x):tolist())
  end)
end)
