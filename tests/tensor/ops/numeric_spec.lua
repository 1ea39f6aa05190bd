-- Ops on numbers as such, and losses: what the recorded cases of PyTorch do not say.
local inf, nan = math.huge, 0 / 0
local function refuses(words, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(words, message)
end

describe("nan_to_num", function()
  it("takes the bounds of the dtype", function()
    for _, name in ipairs {"float16", "bfloat16", "float32", "float64"} do
      local x = torch.tensor({nan, inf, -inf, 2}, {dtype = name})
      local info = torch.finfo(name)
      assert.same({0, info.max, info.min, 2}, x:nan_to_num():double():tolist())
      assert.same({1, 3, -4, 2}, x:nan_to_num(1, 3, -4):tolist())
    end
    local x = torch.tensor({nan, 1})
    assert.is_true(rawequal(x, x:nan_to_num_(5)))
    assert.same({5, 1}, x:tolist())
  end)
  it("replaces the parts of complex numbers", function()
    local z = torch.complex(torch.tensor({inf, 1}), torch.tensor({nan, 2})):nan_to_num({posinf = 7})
    assert.same({7, 1}, z.real:tolist())
    assert.same({0, 2}, z.imag:tolist())
  end)
  it("copies integers", function()
    local x = torch.tensor({1, 2})
    local y = x:nan_to_num()
    y:add_(1)
    assert.same({1, 2}, x:tolist())
  end)
end)

describe("the gradient of asinh", function()
  it("is right where the square of the input leaves the dtype", function()
    for name, values in pairs {float32 = {1e20, -1e25, 3e38, 0, 0.5, -1e-30}, float64 = {1e160, -1e300, 1.5}} do
      for _, v in ipairs(values) do
        local x = torch.tensor({v}, {dtype = name, requires_grad = true})
        local slope = math.abs(v) > 1e10 and 1 / math.abs(v) or 1 / math.sqrt(v * v + 1)
        local first = torch.autograd.grad(x:asinh():sum(), x, nil, {create_graph = true})
        assert.is_true(math.abs(first:item() / slope - 1) < 1e-6, v)
        local second = torch.autograd.grad(first:sum(), x):item()
        assert.is_true(math.abs(second - -v * slope * slope * slope) < 1e-6, v)
      end
    end
  end)
end)

describe("shifts, gcd and lcm", function()
  it("of too many bits or too few are 0, or the sign", function()
    local a = torch.tensor({1, -8, 5, -8}, {dtype = "int32"})
    local b = torch.tensor({31, 2, 32, -1}, {dtype = "int32"})
    assert.same({-2147483648, -32, 0, 0}, torch.bitwise_left_shift(a, b):tolist())
    assert.same({0, -2, 0, -1}, torch.bitwise_right_shift(a, b):tolist())
    assert.same({128}, torch.bitwise_left_shift(torch.tensor({1}, {dtype = "uint8"}), 7):tolist())
    refuses("^bitwise_left_shift: ", torch.bitwise_left_shift, torch.tensor({true}), torch.tensor({true}))
  end)
  it("are operators", function()
    local x = torch.tensor({1, 8})
    assert.same({4, 32}, (x << 2):tolist())
    assert.same({2, 256}, (1 << x):tolist())
    assert.same({0, 2}, (x >> 2):tolist())
  end)
  it("are never below 0", function()
    assert.same({4, 3, 7, 0}, torch.gcd(torch.tensor({-12, 9, 0, 0}), torch.tensor({8, -6, -7, 0})):tolist())
    assert.same({24, 18, 0, 0}, torch.lcm(torch.tensor({-12, 9, 0, 0}), torch.tensor({8, -6, -7, 0})):tolist())
    refuses("^gcd: ", torch.gcd, torch.ones(1), torch.ones(1))
  end)
end)

describe("whole powers of 2", function()
  it("are exact, also where they leave the range of normal numbers", function()
    local x = torch.tensor({3, 3, 1, 1, 0, inf}, {dtype = "float64"})
    local by = torch.tensor({10, -10, -1074, 1024, 5000, -5000}, {dtype = "float64"})
    assert.same({3072, 3 / 1024, 2.0 ^ -1074, inf, 0, inf}, torch.ldexp(x, by):tolist())
  end)
end)

describe("logaddexp", function()
  it("knows infinities", function()
    local a, b = torch.tensor({inf, -inf, inf, -inf, 1000}), torch.tensor({inf, -inf, -inf, 0, 1000})
    assert.same({inf, -inf, inf, 0}, {table.unpack(torch.logaddexp(a, b):tolist(), 1, 4)})
    assert.same({inf, -inf, inf, 0, 1001}, torch.logaddexp2(a, b):tolist())
  end)
end)

describe("gradients of ties", function()
  it("are shared", function()
    local x = torch.zeros(3, {requires_grad = true})
    for _, name in ipairs {"fmin", "fmax", "clamp_min", "clamp_max"} do
      assert.same({0.5, 0.5, 0.5}, torch.autograd.grad(torch[name](x, torch.zeros(3)):sum(), x):tolist(), name)
    end
    assert.same({0, 0, 0}, torch.autograd.grad(torch.clamp_min(x, 0):sum(), x):tolist())
  end)
end)

describe("promotion", function()
  it("is told without an op", function()
    assert.equal(torch.float32, torch.result_type(torch.tensor({1}), 1.5))
    assert.equal(torch.float32, torch.result_type(1, 2.5))
    assert.equal(torch.float64, torch.result_type(torch.tensor(1, {dtype = "float64"}), torch.tensor({1})))
    assert.equal(torch.int16, torch.result_type(torch.ones(1, {dtype = "uint8"}), torch.ones(1, {dtype = "int8"})))
    assert.equal(torch.float16, torch.promote_types("int64", torch.float16))
    assert.is_false(torch.can_cast("float32", "int32"))
    assert.is_true(torch.can_cast(torch.int32, torch.uint8))
    refuses("^promote_types: 'type2' %(argument 2%): expected a dtype", torch.promote_types, torch.int32)
    refuses("^result_type: 'tensor2' %(argument 2%): expected a tensor or a number", torch.result_type, 1, "x")
    refuses("^promote_types: uint16 and int32 have no dtype in common", torch.promote_types, "uint16", "int32")
  end)
  it("questions of tensors", function()
    local x = torch.tensor({1.5})
    assert.is_true(rawequal(x, x:positive()) and rawequal(x, x:resolve_neg()))
    assert.is_true(x:is_nonzero() and x:is_signed() and not x:is_neg())
    assert.is_false(torch.is_signed(torch.tensor({true})))
    assert.is_false(torch.is_same_size(x, torch.zeros(2)))
    refuses("^positive: ", torch.positive, torch.tensor({true}))
    refuses("^is_nonzero: ", torch.is_nonzero, torch.ones(2))
  end)
end)

describe("activations", function()
  it("in place keep the tensor", function()
    for _, name in ipairs {"selu", "celu", "mish", "hardswish", "hardsigmoid"} do
      local x = torch.tensor({-1.0, 0.5, 4})
      local want = F[name](x)
      assert.is_true(rawequal(x, x[name .. "_"](x)))
      assert.is_true(torch.equal(want, x), name)
    end
  end)
  it("say what does not fit", function()
    refuses("^glu: 'input' %(argument 1%): expected an even size in dimension 1", F.glu, torch.ones(3))
    refuses("^celu: 'alpha' %(argument 2%): expected a number other than 0", F.celu, torch.ones(3), 0)
    refuses("^softshrink: 'lambd' %(argument 2%)", F.softshrink, torch.ones(3), -1)
    refuses("^prelu: 'weight' %(argument 2%): expected one number, or one for each channel", F.prelu, torch.ones(2, 3),
      torch.ones(2))
  end)
  it("of RReLU are drawn in training alone", function()
    local layer, x = nn.RReLU(0.2, 0.6), torch.full({1000}, -1.0)
    local slopes = -layer(x)
    assert.is_true(slopes:min():item() >= 0.2 and slopes:max():item() <= 0.6)
    assert.is_true(slopes:std():item() > 0.08 and math.abs(slopes:mean():item() - 0.4) < 0.02)
    layer:eval()
    assert.is_true((layer(x) + 0.4):abs():max():item() < 1e-6)
  end)
  it("of nn.PReLU start at init", function()
    assert.same({0.5, 0.5, 0.5}, nn.PReLU(3, 0.5).weight:tolist())
  end)
end)

describe("losses", function()
  it("say what does not fit", function()
    refuses("^gaussian_nll_loss: expected numbers of at least 0 in 'var' %(argument 3%), got %-1", F.gaussian_nll_loss,
      torch.zeros(2), torch.zeros(2), torch.tensor({1.0, -1}))
    refuses("^triplet_margin_loss: 'margin' %(argument 4%)", F.triplet_margin_loss, torch.ones(1, 2), torch.ones(1, 2),
      torch.ones(1, 2), 0)
    refuses("^multi_margin_loss: 'p' %(argument 3%): expected 1 or 2, got 3", F.multi_margin_loss, torch.ones(1, 2),
      torch.tensor({1}), 3)
    refuses("'target' %(argument 2%): class 4 is not among the 3 classes", F.multilabel_margin_loss, torch.ones(1, 3),
      torch.tensor({{4, -1, -1}}))
  end)
  it("of one row have the shape that PyTorch's have", function()
    local each = {reduction = "none"}
    for _, loss in ipairs {"nll_loss", "cross_entropy", "multi_margin_loss"} do
      assert.equal(0, F[loss](torch.randn(5), torch.tensor(2), each).ndim, loss)
    end
    for _, loss in ipairs {"nll_loss", "cross_entropy"} do
      local x = torch.randn(5):requires_grad_()
      local y = F[loss](x, torch.tensor({2}), each)
      assert.equal(0, y.ndim, loss)
      y:backward()
      assert.is_true(x.grad[2]:item() < 0, loss)
    end
    assert.same({1}, {table.unpack(F.multi_margin_loss(torch.randn(5), torch.tensor({2}), each).shape)})
    assert.equal(0, F.multi_margin_loss(torch.randn(1, 5), torch.tensor(2), each).ndim)
    local divergence = F.kl_div(torch.tensor(0.5), torch.tensor(1.0), {reduction = "batchmean"})
    assert.is_true(math.abs(divergence:item() + 0.5) < 1e-6)
    assert.equal(1, #torch.split(torch.ones(0, 2), 0))
    refuses("^split: 'size' %(argument 2%): expected a positive integer", torch.split, torch.ones(3), 0)
  end)
  it("of triplets take any distance", function()
    local a, p, n = torch.zeros(1, 2), torch.ones(1, 2), torch.full({1, 2}, 3)
    local function city(x, y) return (x - y):abs():sum(2) end
    assert.equal(0, F.triplet_margin_with_distance_loss(a, p, n, {distance_function = city}):item())
    assert.equal(1, nn.TripletMarginWithDistanceLoss(city, {margin = 5})(a, p, n):item())
    refuses("triplet_margin_with_distance_loss: unknown option 'margn'", F.triplet_margin_with_distance_loss, a, p, n,
      {margn = 1})
  end)
end)

describe("ctc_loss", function()
  -- The probability of a target by adding up all ways.
  local function by_hand(probabilities, target, blank)
    local steps, classes = probabilities:size(1), probabilities:size(2)
    local total = 0
    local function walk(t, way, p)
      if t > steps then
        local out, last = {}, nil
        for _, class in ipairs(way) do
          if class ~= last and class ~= blank then out[#out + 1] = class end
          last = class
        end
        if table.concat(out, " ") == table.concat(target, " ") then total = total + p end
        return
      end
      for class = 1, classes do
        way[t] = class
        walk(t + 1, way, p * probabilities[{t, class}]:item())
        way[t] = nil
      end
    end
    walk(1, {}, 1)
    return -math.log(total)
  end
  it("is the sum over all ways", function()
    torch.manual_seed(4)
    local logs = torch.randn({4, 2, 3}, {dtype = "float64"}):log_softmax(3)
    local got = F.ctc_loss(logs, torch.tensor({{2, 2}, {3, 1}}), {4, 3}, {2, 1}, {reduction = "none"}):tolist()
    assert.is_true(math.abs(got[1] - by_hand(logs[{{}, 1}]:exp(), {2, 2}, 1)) < 1e-12)
    assert.is_true(math.abs(got[2] - by_hand(logs[{{1, 3}, 2}]:exp(), {3}, 1)) < 1e-12)
    local last = F.ctc_loss(logs[{{}, 1}], torch.tensor({1, 2}), {4}, {2}, {blank = 3, reduction = "sum"}):item()
    assert.is_true(math.abs(last - by_hand(logs[{{}, 1}]:exp(), {1, 2}, 3)) < 1e-12)
  end)
  it("of an impossible target is infinite, or 0 where that is asked for", function()
    local logs = torch.zeros(2, 1, 3, {requires_grad = true})
    local target = torch.tensor({{2, 2}})
    assert.equal(inf, F.ctc_loss(logs:log_softmax(3), target, {2}, {2}):item())
    local loss = F.ctc_loss(logs:log_softmax(3), target, {2}, {2}, {zero_infinity = true})
    loss:backward()
    assert.equal(0, loss:item())
    assert.equal(0, logs.grad:abs():sum():item())
  end)
  it("takes lengths beside tensors of another device", function()
    local meta = {device = "meta"}
    local logs, target = torch.zeros({2, 1, 3}, meta), torch.ones({1, 1}, {device = "meta", dtype = "int64"})
    local loss = F.ctc_loss(logs, target, {2}, {1}, {reduction = "none"})
    assert.equal("meta", tostring(loss.device))
    assert.same({1}, {table.unpack(loss.shape)})
  end)
  it("says what does not fit", function()
    local logs = torch.zeros(2, 1, 3)
    refuses("^ctc_loss: 'input_lengths' %(argument 3%): 3 is not from 0 to 2 steps", F.ctc_loss, logs,
      torch.tensor({{2}}), {3}, {1})
    refuses("^ctc_loss: 'target_lengths' %(argument 4%): 2 is not from 0 to 1 classes", F.ctc_loss, logs,
      torch.tensor({{2}}), {2}, {2})
    refuses("^ctc_loss: 'targets' %(argument 2%): class 4 is not among the 3 classes", F.ctc_loss, logs,
      torch.tensor({{4}}), {2}, {1})
    refuses("^ctc_loss: 'blank' %(argument 5%): class 4", F.ctc_loss, logs, torch.tensor({{2}}), {2}, {1}, 4)
    refuses("^ctc_loss: 'input_lengths' %(argument 3%): expected 1 lengths", F.ctc_loss, logs, torch.tensor({{2}}),
      {2, 2}, {1})
  end)
end)

describe("a composite in place", function()
  it("has the gradient of what it is made of", function()
    local x = torch.tensor({-1.0, 0.5, 2}, {requires_grad = true})
    local y = x * 2
    local z = y * y -- keeps y as it was
    y:celu_()
    assert.has_error(function() z:sum():backward() end)
    y = x * 2
    local back = y:celu_()
    assert.is_true(rawequal(back, y))
    y:sum():backward()
    local w = torch.tensor({-1.0, 0.5, 2}, {requires_grad = true})
    F.celu(w * 2):sum():backward()
    assert.is_true(torch.equal(w.grad, x.grad))
  end)
  it("is refused for a leaf", function()
    refuses("celu_: a leaf that requires a gradient", function() torch.ones(1, {requires_grad = true}):celu_() end)
  end)
end)

describe("nextafter of 16 bits", function()
  local function after(a, b, dtype)
    return torch.nextafter(torch.tensor({a}, {dtype = dtype}), torch.tensor({b}, {dtype = dtype})):double():item()
  end
  it("goes by the steps of the dtype", function()
    assert.equal(1 + 2 ^ -10, after(1, 2, "float16"))
    assert.equal(1 - 2 ^ -11, after(1, 0, "float16"))
    assert.equal(2 ^ -24, after(0, 1, "float16"))
    assert.equal(0, after(2 ^ -24, -1, "float16"))
    assert.equal(2 ^ -14 - 2 ^ -24, after(2 ^ -14, 0, "float16"))
    assert.equal(math.huge, after(65504, math.huge, "float16"))
    assert.equal(-65504, after(-math.huge, 0, "float16"))
    assert.equal(1 + 2 ^ -7, after(1, 2, "bfloat16"))
    assert.equal(-2 ^ -133, after(0, -1, "bfloat16"))
    assert.equal(3, after(3, 3, "bfloat16"))
  end)
  it("changes in place, and wants one dtype", function()
    local x = torch.ones(1, {dtype = "float16"})
    assert.equal(1 + 2 ^ -10, x:nextafter_(x * 2):item())
    assert.error_matches(function() torch.nextafter(x, torch.ones(1)) end,
      "nextafter: 'other' %(argument 2%): expected float16 as 'input' is, got float32 %(1%)")
  end)
end)
