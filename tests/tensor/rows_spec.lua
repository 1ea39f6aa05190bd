-- What rows can say: lists of any length, numbers that keep their bits.
describe("lists of tensors", function()
  it("may be long", function()
    for _, n in ipairs {24, 25, 1000, 70000} do
      local parts = {}
      for i = 1, n do parts[i] = torch.full({1}, i, {dtype = "float64"}) end
      parts[1].requires_grad, parts[n].requires_grad = true, true
      local whole = torch.cat(parts)
      assert.is_true(torch.equal(whole, torch.arange(1, n + 1, {dtype = "float64"})))
      whole:square():sum():backward()
      assert.same({2}, parts[1].grad:tolist())
      assert.same({2 * n}, parts[n].grad:tolist())
      assert.is_nil(parts[2].grad)
      assert.same({n, 1}, {table.unpack(torch.stack(parts).shape)})
    end
  end)

  it("of positions may be long", function()
    local lists = {}
    for i = 1, 100 do lists[i] = torch.tensor({1}) end
    local ok, message = pcall(torch._C.call, "index", torch.ones(2, 2), {1, 2}, lists)
    assert.is_false(ok)
    assert.matches("index: ", message)
  end)
end)

describe("addmm of integers", function()
  local big = (1 << 53) + 1
  local function i64(...) return torch.tensor({...}, {dtype = "int64"}) end

  it("keeps all bits of alpha and beta", function()
    assert.equal(big, torch.addmm(i64{0}, i64{1}, i64{1}, {alpha = big}):item())
    assert.equal(big, torch.addmm(i64{1}, i64{0}, i64{1}, {beta = big}):item())
    assert.equal(5 * big - 3, torch.addmm(i64{-3}, i64{5}, i64{1}, {alpha = big}):item())
  end)

  it("agrees with the product", function()
    torch.manual_seed(3)
    for _, dtype in ipairs {"uint8", "int32", "int64"} do
      local input = torch.randint(0, 9, {3}, {dtype = dtype})
      local a, b = torch.randint(0, 9, {4, 5}, {dtype = dtype}), torch.randint(0, 9, {5, 3}, {dtype = dtype})
      assert.is_true(torch.equal(torch.addmm(input, a, b, {alpha = 2, beta = 3}), input * 3 + a:mm(b) * 2), dtype)
      assert.is_true(torch.equal(torch.addmm(input, a, b, {beta = 0}), a:mm(b)), dtype)
      local c = torch.zeros(4, 3, {dtype = dtype})
      c:addmm_(a, b, {alpha = 3})
      assert.is_true(torch.equal(c, a:mm(b) * 3), dtype)
    end
  end)
end)

describe("squeeze", function()
  it("of an empty list takes no dimension away", function()
    local x = torch.zeros(1, 2, 1, {requires_grad = true})
    assert.same({1, 2, 1}, {table.unpack(x:squeeze({}).shape)})
    assert.same({2}, {table.unpack(x:squeeze().shape)})
    assert.same({2, 1}, {table.unpack(x:squeeze({1, 2}).shape)})
    x:squeeze({}):sum():backward()
    assert.equal(x.shape, x.grad.shape)
  end)
end)
