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
