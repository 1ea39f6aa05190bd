-- segment_reduce, index_reduce, scatter_reduce and the fractional poolings, beside the recorded cases.
local F64 <const> = {dtype = "float64", requires_grad = true}

describe("torch.segment_reduce", function()
  it("reduces segments of given lengths or offsets", function()
    local x, lengths = torch.tensor {1.0, 5, 2, 4}, torch.tensor {1, 0, 3}
    local function of(how, more)
      more = more or {}
      more.lengths = more.offsets == nil and lengths or nil
      return torch.segment_reduce(x, how, more):tolist()
    end
    assert.same({1, 0, 11}, of "sum")
    assert.same({1, -math.huge, 5}, of "max")
    assert.same({1, math.huge, 2}, of "min")
    assert.same({1, 1, 40}, of "prod")
    assert.same({1, 11}, of("sum", {offsets = torch.tensor {0, 1, 4}}))
    assert.same({3, 2, 13}, of("sum", {initial = 2}))
    assert.is_true(of("mean")[2] ~= of("mean")[2])
  end)

  it("has gradients along any axis", function()
    local lengths = torch.tensor {{1, 2}, {3, 0}}
    for _, how in ipairs {"sum", "mean", "max", "min", "prod"} do
      assert.is_true(torch.autograd.gradcheck(function(x)
        return torch.segment_reduce(x, how, {lengths = lengths, axis = 2, initial = 0.5})
      end, {torch.randn({2, 3, 2}, F64)}))
    end
  end)

  it("checks the lengths", function()
    assert.error_matches(function() torch.segment_reduce(torch.ones(4), "sum", {lengths = torch.tensor {1, 2}}) end,
      "segment_reduce: 'lengths': expected numbers of 0 or more that add up to 4")
  end)
end)

describe("torch.index_reduce", function()
  it("reduces slices, also in place", function()
    local x, index = torch.ones(2, 3), torch.tensor {1, 1, 3}
    local source = torch.tensor {{2.0, 3, 4}, {5, 6, 7}}
    assert.same({{6, 1, 4}, {30, 1, 7}}, torch.index_reduce(x, 2, index, source, "prod"):tolist())
    assert.same({{2, 1, 2.5}, {4, 1, 4}}, torch.index_reduce(x, 2, index, source, "mean"):tolist())
    x:index_reduce_(2, index, source, "amax", {include_self = false})
    assert.same({{3, 1, 4}, {6, 1, 7}}, x:tolist())
  end)
end)

describe("scatter_reduce", function()
  it("shares the gradient of an extreme, and divides integers down", function()
    local x, src = torch.tensor({3, 1}, F64), torch.tensor({3, 3, 0}, F64)
    x:scatter_reduce(1, torch.tensor {1, 1, 2}, src, "amax"):sum():backward()
    assert.is_true(torch.allclose(x.grad, torch.tensor({1 / 3, 1}, {dtype = "float64"})))
    assert.is_true(torch.allclose(src.grad, torch.tensor({1 / 3, 1 / 3, 0}, {dtype = "float64"})))
    local mean = torch.tensor({-4, 0}):scatter_reduce(1, torch.tensor {1, 2}, torch.tensor {1, 3}, "mean")
    assert.same({-2, 1}, mean:tolist())
  end)

  it("gives the gradient of products with a 0", function()
    local src = torch.tensor({0, 2, 0, 0}, F64)
    local out = torch.ones({2}, {dtype = "float64"}):scatter_reduce(1, torch.tensor {1, 1, 2, 2}, src, "prod")
    out:sum():backward()
    assert.same({2, 0, 0, 0}, src.grad:tolist())
  end)
end)

describe("the variance of one infinite number", function()
  it("is NaN, in rows and in columns", function()
    local x = torch.tensor {{math.huge, 1}}
    assert.same({0}, x:var(1, false)[{{2, 2}}]:tolist())
    assert.is_true(x:var(1, false)[1]:isnan():item())
    assert.is_true(x:t():contiguous():var(2, false)[1]:isnan():item())
  end)
end)

describe("torch.chunk", function()
  it("gives as many parts of nothing as are asked for", function()
    local parts = torch.chunk(torch.zeros(2, 0), 3, 2)
    assert.equal(3, #parts)
    assert.same({2, 0}, {table.unpack(parts[3].shape)})
  end)
end)

describe("torch.as_strided_scatter", function()
  it("has the gradient of what it wrote where the offset is left out and the gradient lies behind others", function()
    local x, src = torch.zeros({3}, F64), torch.ones({2}, F64)
    local out = torch.as_strided_scatter(x, src, {2}, {1})
    out:backward(torch.arange(1, 7, {dtype = "float64"})[{{4, 6}}])
    assert.same({0, 0, 6}, x.grad:tolist())
    assert.same({4, 5}, src.grad:tolist())
  end)
end)

describe("fractional max pooling", function()
  it("covers the input and tells where the largest elements are", function()
    local x = torch.arange(36):reshape(1, 1, 6, 6):float()
    local out, places = nn.functional.fractional_max_pool2d(x, 2, 3, {return_indices = true})
    assert.equal(35, out:max():item())
    assert.is_true(torch.equal(x:reshape(-1)[places:reshape(-1)], out:reshape(-1)))
    local layer = nn.FractionalMaxPool3d(2, {output_ratio = 0.5})
    assert.same({1, 2, 2, 3, 2}, {table.unpack(layer(torch.rand(1, 2, 4, 6, 5)).shape)})
  end)
end)

describe("nn.AdaptiveLogSoftmaxWithLoss", function()
  it("gives probabilities of all classes, and those of the targets", function()
    local layer = nn.AdaptiveLogSoftmaxWithLoss(6, 10, {3, 6}, {div_value = 2})
    local x, target = torch.randn(4, 6), torch.tensor {1, 4, 10, 6}
    local all = layer:log_prob(x)
    assert.is_true(torch.allclose(all:exp():sum(2), torch.ones(4)))
    local output, loss = layer(x, target)
    assert.is_true(torch.allclose(output, all:gather(2, target:unsqueeze(2)):squeeze(2), 1e-4, 1e-5))
    assert.is_true(torch.allclose(loss, -output:mean()))
    assert.is_true(torch.equal(layer:predict(x), all:argmax(2)))
  end)
end)
