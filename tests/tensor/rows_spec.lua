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

describe("results that are lists", function()
  local function f64(...) return torch.tensor({...}, {dtype = "float64"}) end
  local function lists(t)
    local out = {}
    for i, part in ipairs(t) do out[i] = part:tolist() end
    return out
  end

  it("are arrays of views, one step on the tape", function()
    local x = f64(1, 2, 3, 4, 5):requires_grad_(true)
    local parts = x:split(2)
    assert.same({{1, 2}, {3, 4}, {5}}, lists(parts))
    assert.matches("SplitBackward", tostring(parts[1].grad_fn))
    local loss = parts[1]:sum() * 3 + parts[3]:sum() * 5
    loss:backward()
    assert.same({3, 3, 0, 0, 5}, x.grad:tolist())
  end)
  it("share memory, also when they are changed", function()
    local x = f64(1, 2, 3, 4):requires_grad_(true)
    local y = x * 1
    local parts = torch.chunk(y, 2)
    parts[1]:mul_(10)
    assert.same({10, 20, 3, 4}, y:tolist())
    y:sum():backward()
    assert.same({10, 10, 1, 1}, x.grad:tolist())
    local z = torch.zeros(3, 2)
    for i, row in ipairs(z:unbind()) do row:fill_(i) end
    assert.same({{1, 1}, {2, 2}, {3, 3}}, z:tolist())
  end)
  it("can be as many as there are", function()
    local x = torch.arange(300, {dtype = "float64"}):requires_grad_(true)
    local sizes = {}
    for i = 1, 24 do sizes[i] = i end
    local parts = x:split(sizes)
    assert.equal(24, #parts)
    assert.same({24}, {table.unpack(parts[24].shape)})
    assert.equal(300, #x:unbind())
    torch.stack(x:unbind()):sum():backward()
    assert.same(torch.ones(300):tolist(), x.grad:tolist())
    assert.same({2, 3}, {#torch.zeros(2, 0):split(1), #torch.zeros(0, 3):unbind(2)})
    assert.same({{0, 1}, {2}}, lists(torch.arange(3):split(torch.tensor({2, 1}))))
  end)
  it("take named arguments, and refuse wrong ones", function()
    local x = torch.arange(6):reshape(2, 3)
    assert.same({{{0}, {3}}, {{1}, {4}}, {{2}, {5}}}, lists(x:split(1, {dim = 2})))
    assert.same({{{0, 1, 2}}, {{3, 4, 5}}}, lists(torch.chunk(x, {chunks = 2})))
    local function message(...) return (select(2, pcall(...)):match "%l+: '.*") end
    assert.equal("split: 'size' (argument 2): expected a positive integer or an array of sizes, got 0",
      message(torch.split, x, 0))
    assert.equal("split: 'size' (argument 2): the sizes add up to 1, the dimension has 2", message(torch.split, x, {1}))
    assert.equal("split: 'size' (argument 2): expected sizes from 0 to 2; size 1 is not", message(torch.split, x, {3}))
    assert.equal("chunk: 'chunks' (argument 2): expected a positive integer, got 0", message(torch.chunk, x, 0))
  end)
end)

describe("inputs that an op changes", function()
  local F = torch.nn.functional
  local function stats() return torch.zeros(3), torch.ones(3) end

  it("count their changes, when there are any", function()
    local x, mean, var = torch.randn(4, 3), stats()
    F.batch_norm(x, mean, var)
    assert.same({0, 0}, {mean._version, var._version})
    F.batch_norm(x, mean, var, nil, nil, true)
    assert.same({1, 1}, {mean._version, var._version})
    local w = torch.full({3, 4}, 2, {dtype = "float32"})
    F.embedding(torch.tensor({1}), w)
    assert.equal(0, w._version)
    F.embedding(torch.tensor({1}), w, {max_norm = 1})
    assert.equal(1, w._version)
  end)
  it("need not be contiguous, but must have a place for each element", function()
    local x, mean, var = torch.randn(4, 3), stats()
    local wide = torch.zeros(3, 2)
    F.batch_norm(x, wide:select(2, 1), var, nil, nil, true)
    F.batch_norm(x, mean, torch.ones(3), nil, nil, true)
    assert.is_true(torch.equal(mean, wide:select(2, 1)))
    assert.same({0, 0, 0}, wide:select(2, 2):tolist())
    local ok, message = pcall(F.batch_norm, x, torch.zeros(1):expand(3), var, nil, nil, true)
    assert.is_false(ok)
    assert.matches("batch_norm: 'running_mean' %(argument 2%): an expanded tensor cannot be changed in place", message)
  end)
  it("cannot be leaves that require a gradient", function()
    local x, mean, var = torch.randn(4, 3), stats()
    mean.requires_grad = true
    local ok, message = pcall(F.batch_norm, x, mean, var, nil, nil, true)
    assert.is_false(ok)
    assert.matches("batch_norm: 'running_mean' %(argument 2%): is changed in place", message)
    assert.equal(0, mean._version)
    torch.no_grad(function() F.batch_norm(x, mean, var, nil, nil, true) end)
    assert.equal(1, mean._version)
  end)
  it("are told by the op table", function()
    local mutates = {}
    for _, row in ipairs(torch._C.ops()) do if #row.mutates > 0 then mutates[row.name] = row.mutates end end
    assert.same({"running_mean", "running_var"}, mutates.batch_norm)
    assert.same({"weight"}, mutates.embedding)
    assert.is_nil(mutates.add)
  end)
end)

describe("modules", function()
  it("are made for the rows that name them", function()
    assert.equal(torch.special, require "torch.special")
    assert.is_true(torch.equal(torch.special.exp2(torch.tensor({3.0})), torch.tensor({8.0})))
    assert.is_true(torch.equal(torch.linalg.matmul(torch.eye(2), torch.ones(2)), torch.ones(2)))
  end)
end)

describe("the op table tells", function()
  local rows = {}
  for _, row in ipairs(torch._C.ops()) do rows[row.name] = row end

  it("the ONNX operators that do the same", function()
    for name, operator in pairs {relu = "Relu", add = "Add", matmul = "MatMul", where = "Where", le = "LessOrEqual",
      erf = "Erf"} do
      assert.equal(operator, rows[name].onnx)
    end
    assert.is_nil(rows.conv2d.onnx)
    for _, row in pairs(rows) do
      if row.onnx then assert.matches("^%u%a+$", row.onnx) end
    end
  end)
end)
