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

describe("pow of integers", function()
  it("refuses a number below 0, and takes it in a tensor and of floats", function()
    local x = torch.tensor({2, 10, 1})
    local words = "pow_?: 'other' %(argument 2%): integers to negative powers are fractions"
    for _, f in ipairs {function() return x ^ -1 end, function() return x:pow(-2) end, function() return x:pow_(-1) end,
      function() return x:eq(2):pow(-1) end, function() return x:to("uint8"):pow(-3) end} do
      local ok, message = pcall(f)
      assert.is_false(ok)
      assert.is_truthy(message:find(words), message)
    end
    assert.are.same({2, 10, 1}, x:tolist())
    assert.are.same({0, 0, 1}, x:pow(torch.tensor({-1, -1, -1})):tolist())
    assert.are.same({0.5, 0.25}, torch.tensor({2.0, 4.0}):pow(-1):tolist())
    assert.are.same({1, 1, 1}, x:pow(0):tolist())
    assert.is_true(torch.allclose(x:pow(-0.5), torch.tensor({2 ^ -0.5, 10 ^ -0.5, 1})))
    assert.are.equal(0.5, (2.0 ^ torch.tensor(-1)):item())
  end)
end)
