-- Random numbers of 16 bits, and of integers as floats that do not hold all of them.
local torch = require "torch"

local HALVES = {"float16", "bfloat16"}

local function drawn(dtype, method, ...)
  torch.manual_seed(3)
  return torch.empty(100000, {dtype = dtype})[method](torch.empty(100000, {dtype = dtype}), ...)
end

describe("numbers of 16 bits", function()
  it("drawn by uniform_ stay below the upper bound", function()
    for _, dtype in ipairs(HALVES) do
      for _, bounds in ipairs {{0, 1}, {-3, -2}, {1000, 1001.5}, {-1, 1}, {0, 1e-6}} do
        local x = drawn(dtype, "uniform_", bounds[1], bounds[2]):double()
        assert.truthy(x:ge(bounds[1]):all():item(), dtype .. " " .. bounds[1])
        assert.truthy(x:lt(bounds[2]):all():item(), dtype .. " " .. bounds[2])
      end
      torch.manual_seed(1)
      assert.truthy(torch.rand(100000, {dtype = dtype}):lt(1):all():item())
    end
  end)
  it("drawn by uniform_ are those of float32, rounded down", function()
    for _, dtype in ipairs(HALVES) do
      local x, y = drawn("float32", "uniform_"), drawn(dtype, "uniform_"):float()
      assert.truthy(y:le(x):all():item())
      assert.truthy(x:sub(y):max():item() < 2 ^ -8)
      local nearest = x:to(dtype):float()
      assert.truthy(torch.where(nearest:le(x), nearest, y):eq(y):all():item())
      assert.truthy(y:mean():item() > 0.49 and y:mean():item() < 0.51)
    end
  end)
  it("drawn by uniform_ do not lie below a lower bound that is between two of them", function()
    for _, dtype in ipairs(HALVES) do
      local x = drawn(dtype, "uniform_", 2049.5, 2300):double()
      assert.truthy(x:ge(2049.5):all():item())
      assert.truthy(drawn(dtype, "uniform_", 0.1, 0.1):eq(torch.tensor(0.1, {dtype = dtype}):item()):all():item())
    end
  end)
  it("drawn by normal_ and bernoulli_ are those of float32, rounded", function()
    for _, dtype in ipairs(HALVES) do
      assert.truthy(drawn(dtype, "normal_", 1, 2):equal(drawn("float32", "normal_", 1, 2):to(dtype)))
      assert.truthy(drawn(dtype, "bernoulli_", 0.3):equal(drawn("float32", "bernoulli_", 0.3):to(dtype)))
    end
  end)
  it("of tensors that are not contiguous are drawn in the same order", function()
    for _, dtype in ipairs(HALVES) do
      torch.manual_seed(4)
      local x = torch.zeros(30, 20, {dtype = dtype}):t():uniform_()
      torch.manual_seed(4)
      assert.truthy(x:equal(torch.zeros(20, 30, {dtype = dtype}):uniform_()))
    end
  end)
end)

describe("random_", function()
  it("without bounds draws what the dtype holds exactly", function()
    for dtype, last in pairs {float16 = 2 ^ 11, bfloat16 = 2 ^ 8, float32 = 2 ^ 24, float64 = 2 ^ 53} do
      local x = drawn(dtype, "random_"):double()
      assert.truthy(x:ge(0):all():item() and x:lt(last):all():item(), dtype)
      assert.truthy(x:max():item() > 0.98 * last, dtype)
    end
  end)
  it("draws the integers of int64 that a seed gives, of whatever dtype", function()
    for _, dtype in ipairs {"float16", "bfloat16", "float32", "float64", "int32"} do
      assert.truthy(drawn(dtype, "random_", -100, 101):equal(drawn("int64", "random_", -100, 101):to(dtype)), dtype)
    end
  end)
  it("never draws the end, nor what lies below the first, where not all integers are held", function()
    for dtype, from in pairs {float16 = 2049, bfloat16 = 257, float32 = 2 ^ 24 + 1} do
      from = from // 1 | 0
      local x = drawn(dtype, "random_", from, from + 9):long()
      assert.same({from + 1, from + 7}, {x:min():item(), x:max():item()}, dtype)
      x = drawn(dtype, "random_", -from - 8, -from + 1):long()
      assert.same({-from - 7, -from - 1}, {x:min():item(), x:max():item()}, dtype)
    end
  end)
  it("refuses ranges in which the dtype has no number", function()
    for _, case in ipairs {{"float16", 0, 70000}, {"float16", -70000, 0}, {"float16", 2049, 2050},
        {"float32", 2 ^ 24 + 1, 2 ^ 24 + 2}, {"bfloat16", math.maxinteger - 1, math.maxinteger}} do
      assert.error_matches(function()
        torch.empty(2, {dtype = case[1]}):random_(math.tointeger(case[2]), math.tointeger(case[3]))
      end, "random_: from .* is out of the range of " .. case[1])
    end
    assert.error_matches(function() torch.randint(0, 70000, {2}, {dtype = "float16"}) end,
      "0 to 69999 is out of the range of float16")
  end)

  it("are told wrong numbers with the same words on every device", function()
    for words, call in pairs {
      ["uniform_: expected from <= to, got 2 and 1"] = function(x) x:uniform_(2, 1) end,
      ["normal_: 'std' %(argument 3%): expected a number of at least 0, got %-1"] = function(x) x:normal_(0, -1) end,
      ["random_: expected from < to, got 5 and 5"] = function(x) x:random_(5, 5) end,
      ["bernoulli_: expected a probability from 0 to 1, got 1.5"] = function(x) x:bernoulli_(1.5) end,
    } do
      for _, device in ipairs {"cpu", "meta"} do
        assert.error_matches(function() call(torch.zeros(3, {device = device})) end, words)
      end
    end
    assert.error_matches(function() torch.zeros(3, {dtype = "int8"}):random_(0, 1000) end,
      "random_: from 0 to 999 is out of the range of int8")
  end)
end)
