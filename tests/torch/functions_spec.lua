-- Functions of torch that are written in Lua: what the recorded cases of PyTorch (tests/tensor/parity_spec.lua) leave
-- out.
local torch = require "torch"

local function same(want, got) assert.same(want, torch.is_tensor(got) and got:tolist() or got) end

describe("functions of torch in Lua", function()
  it("are methods where their first argument is a tensor", function()
    same({1, 3}, torch.tensor({3, 1, 3}):unique())
    same(torch.quantile(torch.arange(5.), 0.3):item(), torch.arange(5.):quantile(0.3):item())
    local x = torch.ones(1)
    assert.is_true(x.meshgrid == nil) -- it takes any number of tensors
    assert.is_true(x.no_such_method == nil)
    assert.has_error(function() return x:no_such_method() end)
  end)

  it("count distinct elements and say where they went", function()
    local values, inverse, counts = torch.unique(torch.tensor({{5, 2}, {2, 5}, {5, 5}}),
      {return_inverse = true, return_counts = true})
    same({2, 5}, values)
    same({{2, 1}, {1, 2}, {2, 2}}, inverse)
    same({2, 4}, counts)
    local rows, place = torch.unique(torch.tensor({{1, 2}, {0, 9}, {1, 2}}), {dim = 1, return_inverse = true})
    same({{0, 9}, {1, 2}}, rows)
    same({2, 1, 2}, place)
    same({}, torch.unique(torch.zeros(0)))
  end)

  it("find places in sorted sequences, with NaN as the largest", function()
    local sorted = torch.tensor({1, 3, 3, 5})
    same({1, 2, 5}, torch.searchsorted(sorted, torch.tensor({0, 3, 6})))
    same({1, 4, 5}, torch.searchsorted(sorted, torch.tensor({0, 3, 6}), {right = true}))
    assert.equal(5, torch.searchsorted(torch.tensor({1.0, 2, 3, 0 / 0}), 0 / 0, {right = true}):item())
    same({{1, 3}}, torch.searchsorted(torch.tensor({{1.0, 2}}), torch.tensor({{0.5, 9}})))
    assert.has_error(function() torch.searchsorted(torch.ones(2, 3), torch.ones(3)) end,
      "searchsorted: 'sorted_sequence' (argument 1): expected 1 dimension, or those of input (3) but the last, "
      .. "got (2×3)")
  end)

  it("search numbers and tensors of other dtypes in the promoted one", function()
    local sorted = torch.tensor({1, 2, 3})
    same(3, torch.searchsorted(sorted, 2.5))
    same(4, torch.bucketize(math.huge, sorted))
    same({3, 1}, torch.searchsorted(sorted, torch.tensor({2.5, -1})))
    same(4, torch.searchsorted(sorted:to("int8"), 300))
  end)

  it("give what PyTorch gives of nothing, and of all", function()
    assert.equal(0, torch.median(torch.ones(0, {dtype = "int8"})):item())
    assert.equal(math.mininteger, torch.median(torch.ones(0, {dtype = "int64"})):item())
    same({{0, 0}}, torch.cdist(torch.ones(1, 0), torch.ones(2, 0), math.huge))
    assert.equal(5, torch.norm_except_dim(torch.tensor({{3.0, 4.0}}), 2, -1):item())
    same({{3, 4}}, torch.norm_except_dim(torch.tensor({{3.0, 4.0}}), {dim = 2}))
    assert.equal(math.huge, torch.ones(70000, {dtype = "float16"}):nanmean():item())
  end)

  it("leave the tables of the caller as they were", function()
    local dims = {-3}
    torch.linalg.tensorsolve(torch.eye(4):reshape(4, 2, 2), torch.ones(2, 2), dims)
    same({-3}, dims)
  end)

  it("stay on the device of their input", function()
    local meta = {device = "meta"}
    for _, x in ipairs {torch.combinations(torch.ones(1, meta)), torch.lu_unpack(torch.ones(2, 2, meta),
      torch.ones(2, {dtype = "int32", device = "meta"}), {unpack_pivots = false})} do
      assert.equal("meta", x.device.type)
    end
  end)

  it("find the k-th smallest element as sort has it, for lines of all lengths", function()
    for _, dtype in ipairs {"float32", "float64", "bfloat16", "int64", "int8", "uint8"} do
      for _, n in ipairs {1, 5, 96, 97, 3000} do
        local x = (torch.randn(2, n, 3) * 20):to(torch[dtype])
        if n > 5 and x.dtype:is_floating_point() then x[{1, 3, 2}] = 0 / 0 end
        local sorted, order = x:sort(2)
        for _, k in ipairs {1, (n + 1) // 2, n} do
          local value, place = x:kthvalue(k, 2)
          assert.is_true(torch.equal(order[{{}, k}], place), dtype .. " " .. n)
          assert.is_true(torch.allclose(sorted[{{}, k}]:double(), value:double(), {equal_nan = true}))
        end
        local middle = x:median(2)
        assert.equal(n > 5 and x.dtype:is_floating_point(), middle[{1, 2}]:double():isnan():item())
        assert.equal(sorted[{2, (n + 1) // 2, 1}]:item(), middle[{2, 1}]:item())
      end
    end
    assert.error_matches(function() torch.zeros(2, {dtype = torch.complex64}):median() end,
      "median: 'input' %(argument 1%): expected real numbers")
  end)

  it("find medians and quantiles beside NaN", function()
    local x = torch.tensor({{3.0, 1, 2, 4}, {0 / 0, 1, 2, 3}})
    local values, places = x:median(2)
    assert.equal(2, values[1]:item())
    assert.is_true(values[2]:isnan():item())
    same({3, 1}, places)
    same({2, 2}, (x:nanmedian(2)))
    same({2.5, 2}, x:nanquantile(0.5, 2))
    assert.has_error(function() torch.quantile(torch.ones(3), 1.5) end,
      "quantile: 'q' (argument 2): expected numbers from 0 to 1")
    assert.has_error(function() torch.quantile(torch.ones(3), 0.5, {interpolation = "cubic"}) end,
      "quantile: 'interpolation' (argument 5): expected 'linear', 'lower', 'higher', 'midpoint' or 'nearest', "
      .. "got string 'cubic'")
  end)

  it("cut tensors into parts", function()
    local parts = torch.arange(7):tensor_split(3)
    same({0, 1, 2}, parts[1])
    same({5, 6}, parts[3])
    same({1, 2}, torch.arange(5):tensor_split({1, -2})[2])
    assert.has_error(function() torch.ones(2, 3):hsplit(2) end,
      "hsplit: 'indices_or_sections' (argument 2): 3 elements are not 2 equal parts")
  end)

  it("write into places and carry gradients", function()
    local x = torch.zeros(3, 3):requires_grad_(true)
    local y = x:clone()
    y = y:fill_diagonal_(5) * torch.arange(9):reshape(3, 3)
    y:sum():backward()
    same({{0, 1, 2}, {3, 0, 5}, {6, 7, 0}}, x.grad)
    same({{1, 0}, {0, 1}, {0, 0}, {1, 0}, {0, 1}}, torch.zeros(5, 2):fill_diagonal_(1, true))
    same({0, 7, 0, 7}, torch.zeros(4):index_fill_(1, torch.tensor({2, 4, 2}), 7))
    same({5, 0, 6}, torch.zeros(3):masked_scatter(torch.tensor({true, false, true}), torch.tensor({5.0, 6, 7})))
    same({{0, 9}, {8, 0}}, torch.zeros(2, 2):put(torch.tensor({2, -2}), torch.tensor({9.0, 8})))
    same({4, 0, 1}, torch.zeros(3):index_put({torch.tensor({1, 3, 1})}, torch.tensor({1.0, 1, 3}), true))
  end)

  it("multiply chains of matrices in the cheapest order", function()
    local a, b, c = torch.randn(30, 2, {dtype = "float64"}), torch.randn(2, 40, {dtype = "float64"}),
      torch.randn(40, {dtype = "float64"})
    local want = a:mm(b):mv(c)
    assert.is_true(torch.allclose(torch.linalg.multi_dot({a, b, c}), want))
    same({30}, {torch.linalg.multi_dot({a, b, c}):size(1)})
    same({{1, 1, 0, 0}, {0, 0, 1, 1}}, torch.kron(torch.eye(2), torch.ones(1, 2)))
    same({0, 0, 1}, torch.cross(torch.tensor({1, 0, 0}), torch.tensor({0, 1, 0})))
  end)

  it("integrate, and take differences", function()
    assert.equal(10.5, torch.trapezoid(torch.tensor({1.0, 5, 10})):item())
    assert.equal(4, torch.trapezoid(torch.ones(3), torch.tensor({0.0, 1, 4})):item())
    same({3, 10.5}, torch.cumulative_trapezoid(torch.tensor({1.0, 5, 10})))
    same({1, 2, 3}, torch.tensor({1, 3, 6}):diff({prepend = torch.tensor({0})}))
    same({true, false}, torch.tensor({true, false, false}):diff())
  end)

  it("sum products by the names of dimensions", function()
    local a, b, c = torch.randn(2, 3, {dtype = "float64"}), torch.randn(3, 4, {dtype = "float64"}),
      torch.randn(4, 2, {dtype = "float64"})
    assert.is_true(torch.allclose(torch.einsum("ij,jk,kl->il", a, b, c), a:mm(b):mm(c)))
    assert.is_true(torch.allclose(torch.einsum("ij,jk,ki", a, b, c), a:mm(b):mm(c):trace()))
    same({1, 4}, torch.einsum("ii->i", torch.tensor({{1, 2}, {3, 4}})))
    same({{3, 7}}, torch.einsum("...ij->...i", torch.tensor({{{1, 2}, {3, 4}}})))
    same({{1, 3}, {2, 4}}, torch.einsum("ba", torch.tensor({{1, 2}, {3, 4}})))
    same({2, 5}, torch.einsum("...,...->...", {torch.tensor({2, 5}), torch.tensor(1)}))
    local x = torch.ones(2, 3, {dtype = "float64"}):requires_grad_(true)
    assert.is_true(torch.autograd.gradcheck(function(t) return torch.einsum("ij,kj->ik", t, t) end, {x}))
    assert.is_true(torch.allclose(torch.tensordot(a, b, 1), a:mm(b)))
    assert.is_true(torch.allclose(torch.tensordot(a, c, {{1}, {2}}), a:t():mm(c:t())))
    assert.equal(1, torch.einsum("", torch.tensor(1)):item())
    assert.equal(1, torch.einsum("->", torch.tensor(1)):item())
  end)

  it("measure distances, and normalise", function()
    local a, b = torch.tensor({{0.0, 0}, {3, 4}}), torch.tensor({{0.0, 0}, {6, 8}, {3, 0}})
    same({{0, 10, 3}, {5, 5, 4}}, torch.cdist(a, b))
    same({{0, 14, 3}, {7, 7, 4}}, torch.cdist(a, b, 1))
    same({10, 3, math.sqrt(73)}, torch.pdist(b:double()))
    local c = torch.randn(5, 3, {dtype = "float64", requires_grad = true})
    for _, p in ipairs {1, 2} do
      local i, j = torch.tensor {1, 1, 1, 1, 2, 2, 2, 3, 3, 4}, torch.tensor {2, 3, 4, 5, 3, 4, 5, 4, 5, 5}
      assert.is_true(torch.allclose((c[i] - c[j]):norm(p, 2), torch.pdist(c, p)))
      assert.is_true(torch.autograd.gradcheck(function(x) return torch.pdist(x, p) end, {c}))
    end
    assert.is_true(torch.allclose(torch.nn.functional.normalize(a[{{2, 2}}]), torch.tensor({{0.6, 0.8}})))
    same({7, 7}, torch.fill(torch.ones(2), torch.tensor(7)))
    same({0, 1, 1, 0}, torch.constant_pad_nd(torch.ones(2), {1, 1}))
    same({{0, 0, 1}}, torch.embedding(torch.eye(3), torch.tensor({3})))
  end)

  it("work in place where PyTorch's do", function()
    local x = torch.ones(2)
    assert.equal(x, x:addmv_(torch.ones(2, 3), torch.ones(3), {alpha = 2}))
    same({7, 7}, x)
    same({{2, 1}, {1, 2}}, torch.eye(2):addr_(torch.ones(2), torch.ones(2)))
    local y = torch.full({2, 4}, 2.0):renorm_(2, 1, 1)
    assert.is_true(torch.allclose(y:norm(2, 2), torch.ones(2)))
  end)

  it("say what is wrong with a call", function()
    local wrong = {
      {"hstack: 'tensors' (argument 2): expected a tensor, got number 3",
        function() torch.hstack(torch.ones(1), 3) end},
      {"block_diag: expected at least one tensor", function() torch.block_diag() end},
      {"meshgrid: 'indexing': expected 'ij' or 'xy', got string 'yx'",
        function() torch.meshgrid(torch.ones(2), {indexing = "yx"}) end},
      {"kthvalue: 'k' (argument 2): expected 1 to 3, got 4", function() torch.kthvalue(torch.ones(3), 4) end},
      {"kthvalue: 'dim' (argument 3): expected a dimension from 1 to 1 (or -1 to -1), got number 2",
        function() torch.kthvalue(torch.ones(3), 1, 2) end},
      {"bincount: 'input' (argument 1): expected numbers of 0 or more",
        function() torch.bincount(torch.tensor({1, -1})) end},
      {"repeat_interleave: 'repeats' (argument 2): expected 1 or 3 numbers, got 2",
        function() torch.repeat_interleave(torch.ones(3), torch.tensor({1, 2}), 1) end},
      {"index_put_: 'indices' (argument 2): expected at most 1, got 2", function()
        torch.zeros(3):index_put_({torch.tensor({1}), torch.tensor({1})}, torch.tensor(1.0))
      end},
      {"cdist: 'x2' (argument 2): expected rows of 2 as x1 has, got 3",
        function() torch.cdist(torch.ones(1, 2), torch.ones(1, 3)) end},
      {"einsum: 'equation' (argument 1): it has 2 operands, there are 1 tensors",
        function() torch.einsum("ij,jk", torch.ones(2, 2)) end},
      {"einsum: 'equation' (argument 1): 'k' is in no operand", function() torch.einsum("ij->k", torch.ones(2, 2)) end},
      {"einsum: label 'j': sizes 2 and 3",
        function() torch.einsum("ij,jk->ik", torch.ones(2, 2), torch.ones(3, 2)) end},
      {"einsum: operand 1: 1 labels for 2 dimensions", function() torch.einsum("i->i", torch.ones(2, 2)) end},
      {"tensordot: 'dims' (argument 3): sizes 3 and 2 differ",
        function() torch.tensordot(torch.ones(2, 3), torch.ones(2, 2), 1) end},
      {"histogram: 'bins' (argument 2): expected rising edges",
        function() torch.histogram(torch.ones(3), torch.tensor({1.0, 0.0})) end},
      {"gradient: dimension 1 has 1 elements, expected at least 2", function() torch.gradient(torch.ones(1)) end},
      {"multi_dot: expected at least two tensors", function() torch.linalg.multi_dot({torch.ones(1, 1)}) end},
      {"inner: 'other' (argument 2): the last dimensions differ: 2 and 3",
        function() torch.inner(torch.ones(2), torch.ones(3)) end},
      {"cross: 'other' (argument 2): expected 3 elements along dimension 1, got float32 (2)",
        function() torch.cross(torch.ones(3), torch.ones(2)) end},
      {"trapezoid: 'x' (argument 2): expected 3 places along dim, got float32 (2)",
        function() torch.trapezoid(torch.ones(3), torch.ones(2)) end},
      {"hsplit: 'indices_or_sections' (argument 2): expected an integer or an array of integers, got string 'a'",
        function() torch.ones(2):hsplit("a") end},
      {"quantile: 'q' (argument 2): expected a value, got nothing", function() torch.quantile(torch.ones(3)) end},
      {"repeat_interleave: 'repeats' (argument 2): expected an integer or a tensor of integers, got nothing",
        function() torch.repeat_interleave(torch.ones(3), {dim = 1}) end},
      {"as_tensor: unknown option 'dtyp', did you mean 'dtype'? (known: data, dtype, device)",
        function() torch.as_tensor(torch.ones(3), {dtyp = "float64"}) end},
      {"gradient: 'spacing': expected numbers or vectors of places, got string 'a'",
        function() torch.gradient(torch.ones(3), {spacing = "a"}) end},
      {"bilinear: 'input2' (argument 2): expected the sizes of 'input1' and a last dimension of size 1, got float32 "
        .. "(3×2×1)", function() torch.bilinear(torch.ones(2, 3, 1), torch.ones(3, 2, 1), torch.ones(1, 1, 1)) end},
      {"hann_window: hann: 'dtype': expected a floating-point dtype, got torch.int64",
        function() torch.hann_window(3, {dtype = "int64"}) end},
      {"range: 'step' (argument 3): -1 does not lead from 1 to 3", function() torch.range(1, 3, -1) end},
      {"unfold: 'size' (argument 3): expected 0 to 3, got 4", function() torch.ones(3):unfold(1, 4, 1) end},
      {"roll: 'shifts' (argument 2): expected one for each of the 2 dims, got 1",
        function() torch.roll(torch.ones(2, 2), 1, {1, 2}) end},
      {"select_scatter: 'src' (argument 2): expected shape (2), got (3)",
        function() torch.select_scatter(torch.ones(2, 2), torch.ones(3), 1, 1) end},
      {"movedim: 'source' (argument 2): dimension 1 is there twice",
        function() torch.movedim(torch.ones(2, 2), {1, 1}, {1, 2}) end},
    }
    for _, case in ipairs(wrong) do assert.has_error(case[2], case[1]) end
  end)
end)

describe("functions of torch in Lua that change a tensor in place", function()
  it("have gradients by what it held before", function()
    local x = torch.tensor({{1.0, -2}, {3, 4}}):requires_grad_()
    local source = torch.tensor({{0.5, 5.0}}):requires_grad_()
    local y = x:clone():index_reduce_(1, torch.tensor({1}), source, "amax")
    y:sum():backward()
    same({{1, 0}, {1, 1}}, x.grad)
    same({{0, 1}}, source.grad)
    local z = x:detach():clone():index_reduce_(1, torch.tensor({1}), source, "amax")
    assert.is_true(z.requires_grad)
    torch.no_grad(function()
      local plain = torch.ones(2)
      assert.is_true(rawequal(plain, plain:index_reduce_(1, torch.tensor({1}), torch.tensor({3.0}), "prod")))
    end)
  end)
end)

describe("functions of torch in Lua take", function()
  it("dimensions of size 0", function()
    same({1}, {table.unpack(torch.inner(torch.zeros(1, 0), torch.zeros(0)).shape)})
    same({0, 1 << 40}, {table.unpack(torch.vander(torch.zeros(0), 1 << 40).shape)})
    same({2, 0, 1 << 40}, {table.unpack(torch.linalg.vander(torch.zeros(2, 0), {N = 1 << 40}).shape)})
    assert.equal(torch.int64, torch.bincount(torch.zeros(0):long(), torch.zeros(0)).dtype)
  end)
  it("integers, of which the results do not overflow", function()
    local bytes = torch.tensor({4, 255, 0, 255}, {dtype = "uint8"})
    assert.equal(384.5, torch.trapezoid(bytes):item())
    same({6, 8, 12, 14}, torch.gradient(torch.tensor({1, 4, 9, 16}), {spacing = 0.5}))
    local small = torch.tensor({1, 100}, {dtype = "int8"})
    same({{1, 1, 1}, {10000, 100, 1}}, torch.vander(small, 3))
    assert.equal(torch.int64, torch.linalg.vander(small).dtype)
  end)
  it("numbers of 16 bits in histogram", function()
    local counts, edges = torch.histogram(torch.ones(5):half(), 4, {range = {-2.0, 2.0}})
    same({0, 0, 0, 5}, counts)
    assert.equal(torch.float16, edges.dtype)
  end)
  it("points and numbers that torch.histogram and layer norms take, too", function()
    local counts, edges = torch.histogramdd(torch.ones(3, 2):half(), {2, 1}, {range = {-2.0, 2.0, 0.0, 1.0}})
    same({{0}, {3}}, counts)
    assert.equal(torch.float16, edges[2].dtype)
    local z = torch.complex(torch.tensor({3.0, 0}), torch.tensor({0.0, 1}))
    assert.is_true(torch.allclose(nn.functional.rms_norm(z, 2), z * 0.5))
  end)
  it("places for an array of results", function()
    local places = {torch.zeros(2), torch.zeros(2)}
    torch.unbind_copy(torch.tensor({{1.0, 2}, {3, 4}}), {out = places})
    same({3, 4}, places[2])
    assert.error_matches(function() torch.unbind_copy(torch.eye(2), {out = {places[1]}}) end,
      "unbind_copy: 'out': expected an array of 2 tensors, got an array of 1")
  end)
  it("a place for what normalize gives", function()
    local out = torch.zeros(1, 2)
    nn.functional.normalize(torch.tensor({{3.0, 4}}), {out = out})
    assert.is_true(torch.allclose(out, torch.tensor({{0.6, 0.8}})))
  end)
end)

describe("x:where(condition, other)", function()
  local x, mask = torch.tensor({1.0, 2, 3}), torch.tensor({true, false, true})
  it("takes x where the condition holds, as PyTorch's method", function()
    same({1, 8, 3}, x:where(mask, torch.tensor({7.0, 8, 9})))
    same({1, 0, 3}, x:where(mask, 0))
    same({1, 8, 3}, x:where({condition = mask, other = torch.tensor({7.0, 8, 9})}))
    same({true, true, true}, mask:where(mask, torch.logical_not(mask)))
  end)
  it("has gradients", function()
    local leaf = x:clone():requires_grad_()
    leaf:where(mask, 0):sum():backward()
    same({1, 0, 1}, leaf.grad)
  end)
  it("is refused in a line where the condition is none", function()
    assert.error_matches(function() return x:where(x, x) end, "^where: 'condition'")
    assert.error_matches(function() return x:where() end, "^where: ")
    assert.error_matches(function() return x:where({condition = mask, others = x}) end, "others")
  end)
end)
