-- Reductions of tensors in any layout, against those of a dense copy.
describe("a reduction of an expanded tensor", function()
  local DTYPES = {"float32", "float64", "int64", "int32", "uint8", "bool"}

  it("is that of a copy, which has every element", function()
    math.randomseed(3)
    torch.manual_seed(3)
    for _ = 1, 300 do
      local full, some = {}, {}
      for d = 1, math.random(4) do
        full[d] = math.random(9)
        some[d] = math.random(2) == 1 and 1 or full[d]
      end
      local dtype = DTYPES[math.random(#DTYPES)]
      local wide = torch.randint(0, 4, some):to(dtype):expand(full)
      if #full > 1 and math.random(2) == 1 then wide = wide:transpose(1, #full) end
      local dense = wide:contiguous():clone()
      local dims = {math.random(#full)}
      for d = dims[1] + 1, #full do if math.random(2) == 1 then dims[#dims + 1] = d end end
      for _, op in ipairs {"sum", "amax", "amin"} do
        assert.is_true(torch.equal(wide[op](wide, dims), dense[op](dense, dims)), op .. " of " .. dtype)
      end
      for _, op in ipairs {"any", "all", "prod"} do
        assert.is_true(torch.equal(wide[op](wide, dims[1]), dense[op](dense, dims[1])), op .. " of " .. dtype)
      end
      if wide:is_floating_point() then
        assert.is_true(torch.allclose(wide:mean(dims), dense:mean(dims)))
        for _, p in ipairs {0, 1, 2, math.huge, -math.huge} do
          assert.is_true(torch.allclose(wide:norm(p, dims), dense:norm(p, dims)), "norm " .. p)
        end
      end
    end
  end)

  it("of no elements is what there is of none", function()
    assert.are.same({0, 0, 0}, torch.ones(3, 1):expand(3, 0):sum(2):tolist())
    assert.are.same({}, torch.zeros(0, 1):expand(0, 5):sum(2):tolist())
  end)

  it("columns add up in the order of their rows, however many there are", function()
    local a = torch.randint(-9, 10, {131, 37})
    local want = torch.zeros(37, {dtype = "int64"})
    for i = 1, 131 do want = want + a[i] end
    for _, dtype in ipairs {"float32", "float64", "int64", "int32"} do
      assert.are.same(want:tolist(), a:to(dtype):sum(1):long():tolist())
      assert.are.same(want:tolist(), a:to(dtype):t():contiguous():t():sum(1):long():tolist())
    end
  end)
end)

describe("cumsum", function()
  it("keeps its sums in double along every dimension", function()
    local x = torch.ones(5, 300)
    x:narrow(1, 1, 1):fill_(2 ^ 24)
    for _, t in ipairs {x, x:t():contiguous()} do
      local along = t:size(1) == 5 and 1 or 2
      local sums = t:cumsum(along)
      assert.is_true(sums:select(along, 5):eq(2 ^ 24 + 4):all():item())
      assert.is_true(torch.equal(sums, t:double():cumsum(along):float()))
    end
  end)

  it("of columns is that of each column, for every dtype", function()
    for _, dtype in ipairs {"float32", "float64", "int64", "int8", "complex64"} do
      local x = torch.randint(-3, 4, {7, 515}):to(dtype)
      local want = x:t():contiguous():cumsum(2):t()
      assert.is_true(torch.equal(x:cumsum(1), want), dtype)
    end
  end)
end)

local DOUBLE = {dtype = "float64"}

describe("a sum of many float32", function()
  it("is within 3 units in the last place, along every layout", function()
    for _, value in ipairs {0.1, 0.7, 1.3, 0.55555} do
      local v = torch.tensor(value):item()
      local unit = v < 0.5 and 2 ^ -27 or v < 1 and 2 ^ -24 or 2 ^ -23
      local function off(mean) return math.abs(mean:item() - v) / unit end
      for _, n in ipairs {17, 255, 257, 1000, 5000, 65536, 1000003} do
        local long, flat = torch.full({n}, value), torch.full({n, 6}, value)
        assert.is_true(off(long:mean()) <= 3, "row of " .. n)
        assert.is_true(off(flat:mean(1)[2]) <= 3, "column of " .. n)
        assert.is_true(off(flat[{{}, {1, 5, 2}}]:mean(1)[2]) <= 3, "spread column of " .. n)
        assert.is_true(off(long:norm(1) / n) <= 4, "1-norm of " .. n)
        assert.is_true(off(long:norm() / math.sqrt(n)) <= 4, "2-norm of " .. n)
      end
    end
  end)

  it("pools a large plane", function()
    assert.near(0.1, F.avg_pool2d(torch.full({1, 1, 1000, 1000}, 0.1), 1000):item(), 3e-8)
    local many = F.avg_pool2d(torch.full({1, 1, 500, 900}, 0.1), {500, 200}, 1)
    assert.is_true(many:sub(0.1):abs():max():item() <= 3e-8)
  end)
end)

--- The variance of a table of numbers, in two passes.
local function variance(t, correction)
  local mean, sum = 0, 0
  for _, v in ipairs(t) do mean = mean + (v - t[1]) / #t end
  for _, v in ipairs(t) do sum = sum + (v - t[1] - mean) ^ 2 end
  return sum / math.max(#t - correction, 0)
end

describe("var and std", function()
  it("have the digits of a computation in double, in every layout", function()
    torch.manual_seed(7)
    for dtype, tolerance in pairs {float32 = 7e-8, float64 = 3e-13} do
      for _, n in ipairs {2, 3, 15, 16, 17, 255, 2047, 2048, 2049, 40000} do
        for _, offset in ipairs {0, 1e4} do
          local x = torch.randn(n, {dtype = dtype}) + offset
          x[1] = x[1] + 50 -- far from the others
          for _, correction in ipairs {1, 0, 0.5} do
            local want = variance(x:double():tolist(), correction)
            local layouts = {row = x, strided = torch.stack({x, x}, 2):select(2, 1)}
            for name, t in pairs(layouts) do
              assert.near(1, t:var(1, correction):item() / want, tolerance, name)
              assert.near(1, t:std(1, correction):item() / math.sqrt(want), tolerance, name)
            end
            local columns = torch.stack({x, x + 1, x, x * 2, x}, 2)
            assert.near(1, columns:var(1, correction)[1]:item() / want, tolerance)
            assert.near(1, columns[{{}, {1, 5, 2}}]:var(1, correction)[2]:item() / want, tolerance)
            local wide = x:reshape(n, 1):expand(n, 3)
            assert.near(1, wide:var(nil, 0):item() / variance(x:double():tolist(), 0), tolerance)
          end
        end
      end
    end
  end)

  it("of equal numbers are 0, and so is their gradient", function()
    for _, value in ipairs {0.1, 1e-30, 3e19, -7.7} do
      local x = torch.full({4099, 3}, value):requires_grad_()
      assert.are.same({0, 0, 0}, x:var(1):tolist())
      assert.are.same(0, x:std():item())
      x:std(1):sum():backward()
      assert.are.same(0, x.grad:abs():max():item())
    end
  end)

  it("of huge and of tiny numbers", function()
    assert.near(1, torch.tensor({1e20, 2e20, 3e20}):std():item() / 1e20, 1e-7)
    assert.near(1, torch.tensor({1e19, -1e19}):var():item() / 2e38, 1e-7)
    assert.near(1, torch.tensor({{1e-30, 1}, {2e-30, 2}, {3e-30, 3}}):std(1)[1]:item() / 1e-30, 1e-7)
    assert.are.equal(math.huge, torch.tensor({1e200, 2e200}, DOUBLE):var():item())
    assert.are.equal(math.huge, torch.tensor({{1e200}, {2e200}, {4e200}}, DOUBLE):var(1):item())
    assert.are.equal(0, torch.full({5, 2}, 1e200, DOUBLE):var():item())
    assert.is_true(torch.tensor({{1, math.huge, 0}, {2, 1, 0 / 0}, {3, 1, 1}}):var(1):isnan():eq(
      torch.tensor({false, true, true})):all():item())
    for _, scale in ipairs {1e20, 1e-30} do
      local x = (torch.tensor({1, 2, 3}) * scale):requires_grad_()
      x:std():backward()
      assert.is_true(torch.allclose(x.grad, torch.tensor({-0.5, 0, 0.5})))
    end
  end)

  it("have the same bits for any number of threads", function()
    local before = torch.get_num_threads()
    local x, y = torch.randn(300000), torch.randn(3000, 130)
    local function bits()
      return torch.cat({x:var():view(1), y:std(1), y:var(2), y:std():view(1), x:norm():view(1)}, 1)
    end
    torch.set_num_threads(1)
    local one = bits()
    for threads = 2, 3 do
      torch.set_num_threads(threads)
      assert.is_true(torch.equal(one, bits()))
    end
    torch.set_num_threads(before)
  end)
end)

describe("norms of numbers whose powers leave the dtype", function()
  local function near(want, got) assert.near(1, got / want, 1e-6) end

  it("are right, whichever layout and dtype", function()
    near(1e20, torch.tensor({1e20, 1, 1}):norm():item())
    near(5e-25, torch.tensor({3e-25, 4e-25}):norm():item())
    near(5e200, torch.tensor({3e200, 4e200}, DOUBLE):norm():item())
    near(5e-200, torch.tensor({3e-200, 4e-200}, DOUBLE):norm():item())
    local columns = torch.tensor({{3e-25, 3e25, 3, 0, 1e-44}, {4e-25, 4e25, 4, 0, 0}}):norm(2, 1):tolist()
    for i, want in ipairs {5e-25, 5e25, 5} do near(want, columns[i]) end
    assert.are.equal(0, columns[4])
    assert.are.equal(torch.tensor(1e-44):item(), columns[5])
    near(math.sqrt(300000) * 1e25, torch.full({300000}, 1e25):norm():item())
    near(math.sqrt(300000) * 1e-25, torch.full({300000}, 1e-25):norm():item())
    near(math.sqrt(6) * 1e25, torch.full({2, 1}, 1e25):expand(2, 3):norm():item())
    assert.are.equal(math.huge, torch.tensor({math.huge, 1e20}):norm():item())
    assert.is_true(torch.tensor({math.huge, 0 / 0}):norm():isnan():item())
  end)

  it("are right for other powers", function()
    near(1e-16, torch.tensor({1e-16}):norm(3):item())
    near(2 ^ (1 / 3) * 1e30, torch.tensor({1e30, 1e30}):norm(3):item())
    near(1e-20 / math.sqrt(2), torch.tensor({1e-20, 1e-20, 1e20}):norm(-2):item())
    near(4e150, torch.tensor({1e150, 1e150}, DOUBLE):norm(0.5):item())
    assert.are.same({0, 0}, torch.zeros(2, 3):norm(3, 2):tolist())
    assert.are.same({{0}, {0}}, torch.zeros(2, 3):norm(2.5, 2, true):tolist())
    assert.are.equal(math.huge, torch.tensor({math.huge, 1}):norm(3):item())
    assert.are.equal(0, torch.zeros(0):norm(3):item())
  end)

  it("have gradients", function()
    for p, want in pairs {[2] = {0.6, 0.8}, [4] = {27 / 337 ^ 0.75, 64 / 337 ^ 0.75}} do
      for _, scale in ipairs {1e20, 1e-25, 1} do
        local x = (torch.tensor({3.0, 4.0}) * scale):requires_grad_()
        x:norm(p):backward()
        assert.is_true(torch.allclose(x.grad, torch.tensor(want)))
      end
    end
    local x = torch.tensor({3e-25, 4e-25})
    assert.is_true(torch.allclose(x / x:norm(), torch.tensor({0.6, 0.8})))
  end)
end)
