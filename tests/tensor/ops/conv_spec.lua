--- Convolution with few channels in a group (sums of shifted planes) beside convolution with many
-- (products of matrices): a grouped one is a dense one whose other weights are 0.
local F = nn.functional

local MANY = {channels = 20, features = 40} -- for these there are other loops

--- The weight (G·f × c × …) of `groups` groups as one of a single group with MANY channels and features.
local function dense(weight, groups)
  local rows, channels = {}, weight:size(2)
  local features = weight:size(1) // groups
  local function zeros(f, c) return torch.zeros(f, c, weight:size(3), weight:size(4), {dtype = weight.dtype}) end
  for g = 1, groups do
    local own = weight:narrow(1, (g - 1) * features + 1, features)
    rows[g] = torch.cat({zeros(features, (g - 1) * channels), own, zeros(features, MANY.channels - g * channels)}, 2)
  end
  rows[groups + 1] = zeros(MANY.features - groups * features, MANY.channels)
  return torch.cat(rows, 1)
end

local function both(case)
  local N, G, c, f = case.batch, case.groups, case.channels, case.features
  local options = {dtype = case.dtype or torch.float64, requires_grad = true}
  local x = torch.randn(N, G * c, case.size[1], case.size[2], options)
  local w = torch.randn(G * f, c, case.kernel[1], case.kernel[2], options)
  local b = torch.randn(G * f, options)
  local few = F.conv2d(x, w, b, case.stride, case.padding, case.dilation, G)
  local none = torch.zeros(N, MANY.channels - G * c, case.size[1], case.size[2], {dtype = x.dtype})
  local many = F.conv2d(torch.cat({x, none}, 2), dense(w, G), nil, case.stride, case.padding, case.dilation)
  many = many:narrow(2, 1, G * f) + b:view(1, -1, 1, 1)
  local g = torch.randn_like(few)
  return few, many, {torch.autograd.grad(few, {x, w, b}, g)}, {torch.autograd.grad(many, {x, w, b}, g)}
end

local function describe_case(case)
  local words = {}
  for _, name in ipairs{"batch", "groups", "channels", "features", "size", "kernel", "stride", "padding", "dilation"} do
    local v = case[name]
    words[#words + 1] = name .. " " .. (type(v) == "table" and table.concat(v, "×") or v)
  end
  return table.concat(words, ", ")
end

local function check(case, tolerance)
  local few, many, a, b = both(case)
  local function near(x, y, what)
    local most = x:numel() == 0 and 0 or (x - y):abs():max():item()
    assert.is_true(most <= tolerance, ("%s is off by %g: %s"):format(what, most, describe_case(case)))
  end
  near(few, many, "output")
  for i, what in ipairs{"gradient of the input", "gradient of the weight", "gradient of the bias"} do
    near(a[i], b[i], what)
  end
end

describe("conv2d of few channels", function()
  it("is that of many, whatever the geometry", function()
    local rng = torch.Generator() rng:manual_seed(5)
    local function pick(low, high) return torch.randint(low, high + 1, {1}, {generator = rng}):item() end
    local done = 0
    while done < 300 do
      local case = {batch = pick(1, 3), groups = pick(1, 5), channels = pick(1, 4), features = pick(1, 6),
        size = {pick(1, 13), pick(1, 21)}, kernel = {pick(1, 5), pick(1, 5)}, stride = {pick(1, 3), pick(1, 3)},
        padding = {pick(0, 3), pick(0, 3)}, dilation = {pick(1, 3), pick(1, 3)}}
      local fits = true
      for d = 1, 2 do
        fits = fits and case.size[d] + 2 * case.padding[d] >= (case.kernel[d] - 1) * case.dilation[d] + 1
      end
      if fits then
        done = done + 1
        check(case, 1e-11)
      end
    end
  end)

  it("is that of many where a plane takes several strips, and in float32", function()
    for _, stride in ipairs{1, 2, 3} do
      check({batch = 2, groups = 5, channels = 1, features = 2, size = {217, 190}, kernel = {3, 5},
        stride = {stride, stride},
        padding = {1, 2}, dilation = {2, 1}}, 1e-9)
      check({batch = 1, groups = 2, channels = 3, features = 5, size = {120, 333}, kernel = {7, 7},
        stride = {stride, 1},
        padding = {3, 3}, dilation = {1, 1}, dtype = torch.float32}, 2e-2)
    end
  end)

  it("of an image with one channel, and of none", function()
    local x, w = torch.arange(1, 10, {dtype = torch.float32}):view(1, 1, 3, 3), torch.ones(2, 1, 2, 2)
    assert.same({{{{12, 16}, {24, 28}}, {{12, 16}, {24, 28}}}}, F.conv2d(x, w):tolist())
    assert.equal("torch.Size({0, 2, 2, 2})", tostring(F.conv2d(torch.zeros(0, 1, 3, 3), w):size()))
  end)
end)

describe("planes of integers", function()
  it("are convolved as those of floats are", function()
    torch.manual_seed(5)
    for _, groups in ipairs {1, 2} do
      local x, w = torch.randint(-9, 10, {2, 4, 6, 7}), torch.randint(-9, 10, {6, 4 // groups, 3, 2})
      local b = torch.randint(-9, 10, {6})
      local want = F.conv2d(x:double(), w:double(), b:double(), {2, 1}, 1, 1, groups)
      for _, dtype in ipairs {"int64", "int32"} do
        local got = F.conv2d(x:to(dtype), w:to(dtype), b:to(dtype), {2, 1}, 1, 1, groups)
        assert.equal(torch[dtype], got.dtype)
        assert.is_true(torch.equal(want, got:double()))
      end
    end
  end)

  it("have means that are rounded toward zero, of sums that do not overflow", function()
    local x = torch.tensor({{{100, 100, -3}, {100, 101, 0}}}, {dtype = "int8"})
    assert.same({{{100, 49}}}, F.avg_pool2d(x, 2, 1):tolist())
    assert.same({{{-100, -49}}}, F.avg_pool2d(-x, 2, 1):tolist())
    assert.same({{{-7}}}, F.avg_pool2d(torch.tensor({{{7}}}), 1, {divisor_override = -1}):tolist())
  end)
end)

describe("conv2d of small planes, several samples in a product", function()
  local F = nn.functional
  --- The result and the gradients, of the batch at once or sample by sample.
  local function all_of(one_by_one, shape, weight, bias, how)
    torch.manual_seed(5)
    local dtype = {dtype = torch.float64}
    local x, w = torch.randn(shape, dtype):requires_grad_(true), torch.randn(weight, dtype):requires_grad_(true)
    local b = bias and torch.randn(weight[1], dtype):requires_grad_(true) or nil
    local out
    if one_by_one then
      local list = {}
      for i = 1, shape[1] do list[i] = F.conv2d(x[{{i, i}}], w, b, how) end
      out = torch.cat(list, 1)
    else
      out = F.conv2d(x, w, b, how)
    end
    local grads = torch.arange(out:numel()):to(torch.float64):mul(0.3):sin():reshape(out.shape)
    out:backward(grads)
    return {out:detach(), x.grad, w.grad, b and b.grad}
  end
  local cases = {
    ["3×3"] = {{9, 32, 7, 7}, {40, 32, 3, 3}, true, {padding = 1}},
    ["1×1"] = {{6, 70, 4, 4}, {33, 70, 1, 1}, false, 1},
    ["stride and dilation"] = {{11, 40, 9, 8}, {32, 40, 3, 2}, true, {stride = {2, 1}, padding = {2, 1},
      dilation = {2, 1}}},
    ["groups"] = {{7, 64, 5, 5}, {64, 32, 3, 3}, true, {padding = 1, groups = 2}},
    ["one place"] = {{20, 48, 3, 3}, {50, 48, 3, 3}, true, 1},
    ["a large weight"] = {{5, 360, 2, 2}, {364, 360, 3, 3}, false, {padding = 1}},
  }
  for name, case in pairs(cases) do
    it(name, function()
      local together, apart = all_of(false, table.unpack(case)), all_of(true, table.unpack(case))
      for i = 1, 4 do
        assert.equal(apart[i] == nil, together[i] == nil)
        if apart[i] then assert.is_true(together[i]:allclose(apart[i], 1e-9, 1e-9), tostring(i)) end
      end
    end)
  end
end)
