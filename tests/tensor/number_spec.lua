-- Numbers and the dtypes that hold them: a number that a dtype cannot hold is refused wherever it is
-- given; casts of tensors are defined for every value. The values are those of PyTorch 1.13 on x86.
local nan, inf = 0 / 0, math.huge

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok, "no error")
  return (message:gsub("^[^:\n]-:%d+: ", ""))
end

describe("a number that does not fit", function()
  it("is refused by torch.tensor", function()
    assert.equal("tensor: 'data' (argument 1): 3000000000 cannot be converted to int32 without overflow",
      message_of(torch.tensor, 3e9, {dtype = "int32"}))
    for _, case in ipairs {{300, "uint8"}, {-256, "uint8"}, {-1.5, "uint8"}, {nan, "int32"}, {inf, "int64"},
      {1 << 31, "int32"}, {{1.0, 1e300}, "int64"}, {2.0 ^ 63, "int64"}} do
      assert.matches("without overflow$", message_of(torch.tensor, case[1], {dtype = case[2]}))
    end
    assert.equal(255, torch.tensor(-1, {dtype = "uint8"}):item()) -- negative integers wrap in uint8
    assert.equal(-2147483648, torch.tensor(-2147483648, {dtype = "int32"}):item())
    assert.equal(inf, torch.tensor(1e300, {dtype = "float32"}):item())
    assert.is_true(torch.tensor(5, {dtype = "bool"}):item())
  end)

  it("is refused by full, fill_ and their like", function()
    local t = torch.zeros(2, {dtype = "int32"})
    assert.equal("full: 'fill_value' (argument 2): 300 cannot be converted to uint8 without overflow",
      message_of(torch.full, {2}, 300, {dtype = "uint8"}))
    assert.equal("full_like: 'fill_value' (argument 2): 3000000000 cannot be converted to int32 without overflow",
      message_of(torch.full_like, t, 3e9))
    assert.equal("new_full: 'fill_value' (argument 3): nan cannot be converted to int32 without overflow",
      (message_of(t.new_full, t, {2}, nan):gsub("%-nan", "nan")))
    assert.equal("full: 'fill_value' (argument 2): 1e+300 cannot be converted to float32 without overflow",
      message_of(torch.full, {2}, 1e300, {dtype = "float32"}))
    assert.equal("fill_: 'value' (argument 2): 3000000000 cannot be converted to int32 without overflow",
      message_of(t.fill_, t, 3000000000))
    assert.equal("masked_fill_: 'value' (argument 3): 1e+19 cannot be converted to int32 without overflow",
      message_of(t.masked_fill_, t, torch.tensor {true, false}, 1e19))
    assert.matches("^linspace: 'end' %(argument 2%)", message_of(torch.linspace, 0, 300, 4, {dtype = "uint8"}))
    assert.matches("^random_: from 0 to 299",
      message_of(function() torch.zeros(2, {dtype = "uint8"}):random_(0, 300) end))
    assert.are.same({0, 0}, t:tolist())
    assert.are.same({1, 1}, t:fill_(1.7):tolist())
    assert.are.same({inf, inf}, torch.full({2}, inf):tolist())
  end)

  it("is refused by assignment", function()
    local t = torch.zeros(3, {dtype = "uint8"})
    assert.equal("index: 'value' (argument 3): 300 cannot be converted to uint8 without overflow",
      message_of(function() t[1] = 300 end))
    assert.has_error(function() t[torch.tensor {1, 2}] = 1e9 end)
    t[1], t[2], t[3] = 255, -1, 1.7
    assert.are.same({255, 255, 1}, t:tolist())
  end)

  it("is refused as a factor or a bound", function()
    local t = torch.ones(2, {dtype = "uint8"})
    assert.equal("add: 'alpha' (argument 3): 300 cannot be converted to uint8 without overflow",
      message_of(torch.add, t, t, {alpha = 300}))
    assert.equal("add: 'alpha' (argument 3): expected an integer for tensors of uint8, got 1.5",
      message_of(torch.add, t, t, {alpha = 1.5}))
    assert.equal("clamp: 'max' (argument 3): 1e+39 cannot be converted to float32 without overflow",
      message_of(torch.clamp, t:float(), -5, 1e39))
    assert.equal("scatter_: 'value' (argument 4): 300 cannot be converted to uint8 without overflow",
      message_of(t.scatter_, t, 1, torch.tensor {1}, 300))
  end)

  it("is refused where it would be chosen", function()
    local t, mask = torch.ones(2, {dtype = "int8"}), torch.tensor {true, false}
    assert.equal("where: 'other' (argument 3): 1000 cannot be converted to int8 without overflow",
      message_of(torch.where, mask, t, 1000))
    assert.equal("where: 'input' (argument 2): -129 cannot be converted to int8 without overflow",
      message_of(torch.where, mask, -129, t))
    assert.same({1, 7}, torch.where(mask, t, 7):tolist())
    assert.same({1000, 1}, torch.where(mask, 1000, 1):tolist())
    assert.same({1, 1000.5}, torch.where(mask, t, 1000.5):tolist())
  end)

  it("bounds an integer dtype as the nearest number does that the dtype has", function()
    local bits = {int8 = 7, uint8 = 8, int16 = 15, uint16 = 16, int32 = 31, uint32 = 32, int64 = 63}
    for dtype, n in pairs(bits) do
      local lowest, highest = dtype:find "^u" and 0 or -(1 << n - 1) * 2, (1 << n - 1) - 1 + (1 << n - 1)
      local far = n == 63 and math.maxinteger or highest + 1
      local x = torch.tensor({0, 1, 100}, {dtype = dtype})
      local function same(expected, ...)
        assert.same(expected, x:clamp(...):tolist())
        assert.same(expected, x:clone():clip_(...):tolist())
        if ... == nil or select(2, ...) == nil then return end
        assert.same(expected, nn.functional.hardtanh(x, ...):tolist())
        assert.same(expected, nn.Hardtanh(...)(x):tolist())
        assert.same(expected, x:clone():hardtanh_(...):tolist())
        assert.same(expected, x:t():hardtanh_(...):tolist()) -- x itself
        x = torch.tensor({0, 1, 100}, {dtype = dtype})
      end
      same({0, 1, 100}, -far, far)
      same({0, 1, 100}, -5, far)
      same({0, 1, 50}, -far, 50)
      same({7, 7, 100}, 7, far)
      same({highest, highest, highest}, far, nil)
      same({lowest, lowest, lowest}, nil, n == 63 and math.mininteger or -far - 1)
      same({lowest, lowest, lowest}, nil, n == 63 and math.mininteger or -1000000000000)
      assert.same({0, 1, 100}, nn.functional.hardtanh(x, -1e30, 1e30):tolist())
      assert.same({0, 1, 1}, nn.functional.hardtanh(x, -1e30, 1.9):tolist())
      assert.same({highest}, nn.functional.hardtanh(x:new_full({1}, highest), -math.huge, math.huge):tolist())
    end
    assert.same({0.0, 50.5}, torch.tensor({0, 100}, {dtype = "int8"}):clamp(-1000, 50.5):tolist()) -- floats
  end)

  it("is refused by floats of 16 bits, with and without a fraction", function()
    local limits = {float16 = 65504, bfloat16 = 3.38953139e38}
    for dtype, limit in pairs(limits) do
      local t, mask = torch.ones(2, {dtype = dtype}), torch.tensor {true, false}
      local calls = {
        function(v) return torch.full({2}, v, {dtype = dtype}) end, function(v) return torch.full_like(t, v) end,
        function(v) return t:new_full({2}, v) end, function(v) return t:clone():fill_(v) end,
        function(v) return t:masked_fill(mask, v) end, function(v) return t:clone():masked_fill_(mask, v) end,
        function(v) return t:clamp(-v, v) end, function(v) return t:clone():clamp_(-v, v) end,
        function(v) return torch.nn.functional.pad(t, {1, 1}, "constant", v) end,
        function(v) return torch.arange(0, v + v / 1024, v / 16, {dtype = dtype}) end,
        function(v) return torch.linspace(0, v, 3, {dtype = dtype}) end,
        function(v) return t:scatter(1, torch.tensor {1}, v) end,
        function(v) local x = t:clone(); x[1] = v; return x end,
        function(v) local x = t:clone(); x[mask] = v; return x end,
        function(v) local x = t:clone(); x[torch.tensor {2}] = v; return x end,
        function(v) return torch.nn.init.constant_(t:clone(), v) end,
      }
      for i, call in ipairs(calls) do
        assert.has_no.errors(function() call(limit * 0.99) end)
        assert.matches("cannot be converted to " .. dtype .. " without overflow$", message_of(call, limit * 1.02), i)
        if dtype == "float16" then
          assert.matches("without overflow$", message_of(call, 70000), i)
          assert.has_no.errors(function() call(60000) end)
        end
      end
      assert.are.same({inf}, torch.full({1}, inf, {dtype = dtype}):tolist())
    end
    assert.equal(inf, torch.tensor(70000, {dtype = "float16"}):item()) -- as PyTorch
  end)

  it("of float32 is a factor of tensors of 16 bits", function()
    local t = torch.full({2}, 0.5, {dtype = "float16"})
    assert.are.same({35008, 35008}, (t - t):add(t, {alpha = 70000}):tolist())
    assert.are.same({17504, 17504}, (t - t):addcmul(t, t, {value = 70000}):tolist())
    assert.are.same({17504, 17504}, torch.addcdiv(t - t, t * t, t * 2, {value = 70000.0}):tolist())
    assert.are.same({{0.5, 35008}}, torch.addmm(t[{{1, 1}}] * 0, t[{{1, 1}}]:reshape(1, 1) * 0 + 1,
      torch.tensor({{0.5, 35008}}, {dtype = "float16"}), {beta = 70000}):tolist())
    assert.matches("without overflow$", message_of(torch.add, t, t, {alpha = 1e39}))
    -- Integers are computed in a wider type, too, but a factor must be a number of their own type.
    local u = torch.ones(2, {dtype = "uint16"})
    assert.matches("70000 cannot be converted to uint16 without overflow$",
      message_of(torch.add, u, u, {alpha = 70000}))
  end)

  it("is refused as the length of randperm where not all up to it are held", function()
    for dtype, most in pairs {float16 = 2048, bfloat16 = 256} do
      local sorted = torch.randperm(most, {dtype = dtype}):double():sort()
      assert.is_true(sorted:equal(torch.arange(1, most + 1, {dtype = "float64"})))
      assert.matches("expected at most " .. most, message_of(torch.randperm, most + 1, {dtype = dtype}))
    end
  end)

  it("wraps as an operand, as its tensor would", function()
    assert.are.same({44, 44}, (torch.zeros(2, {dtype = "uint8"}) + 300):tolist())
    assert.are.same({-1294967296}, (torch.zeros(1, {dtype = "int32"}) + 3000000000):tolist())
  end)

  it("a bound with a fraction makes integers floats", function()
    local t = torch.arange(4):clamp(0.5, 2)
    assert.equal(torch.float32, t.dtype)
    assert.are.same({0.5, 1, 2, 2}, t:tolist())
    assert.has_error(function() torch.arange(4):clamp_(0.5) end)
  end)
end)

describe("casts", function()
  local values = {300.7, -1.5, 3e9, -3e9, 1e19, -1e19, nan, inf, -inf, 256, 255.9, 2147483647, -2147483648}
  local least32, least64 = -2147483648, math.mininteger
  local wanted = {
    uint8 = {44, 255, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0},
    int32 = {300, -1, least32, least32, least32, least32, least32, least32, least32, 256, 255, 2147483647, least32},
    int64 = {300, -1, 3000000000, -3000000000, least64, least64, least64, least64, least64, 256, 255, 2147483647,
      least32},
  }
  for dtype, want in pairs(wanted) do
    it("from floats to " .. dtype, function()
      local t = torch.tensor(values, {dtype = "float64"})
      assert.are.same(want, t:to(dtype):tolist())
      -- strides, and lengths that fill the vectors of every processor level
      local long = t:unsqueeze(1):expand(50, #values):reshape(-1)
      assert.are.same(want, long:to(dtype)[{{-#values, -1}}]:tolist())
      assert.are.same(want, torch.stack({t, t}):t():to(dtype):select(2, 1):tolist())
      if dtype ~= "int32" then -- 2147483647 is no float32
        local got = t:float():to(dtype):tolist()
        for i = 1, #want - 2 do assert.equal(want[i], got[i]) end
      end
    end)
  end
  it("from integers keep the low bits", function()
    local t = torch.tensor {300, -1, 3000000000, (1 << 40) + 5}
    assert.are.same({44, 255, 0, 5}, t:byte():tolist())
    assert.are.same({300, -1, -1294967296, 5}, t:int():tolist())
  end)
end)

describe("at the edge", function()
  it("division by 255 in uint8 is no division by -1", function()
    local a, b = torch.tensor({5, 255, 254}, {dtype = "uint8"}), torch.tensor(255, {dtype = "uint8"})
    assert.are.same({5, 0, 254}, a:fmod(b):tolist())
    assert.are.same({5, 0, 254}, a:remainder(b):tolist())
    assert.are.same({0, 1, 0}, a:floor_divide(b):tolist())
    assert.are.same({0, 1, 0}, a:div(b, {rounding_mode = "trunc"}):tolist())
  end)

  it("takes remainders and powers of every kind of number as the C library does", function()
    local values = {0.0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -2.5, 7.25, 1e-30, -1e-30, 3e7, -3e7, 1e30, -1e30,
      inf, -inf, nan}
    local left, right = {}, {}
    for _, a in ipairs(values) do
      for _, b in ipairs(values) do left[#left + 1], right[#right + 1] = a, b end
    end
    local by_lua = {fmod = math.fmod, pow = function(a, b) return a ^ b end}
    function by_lua.remainder(a, b)
      local rest = math.fmod(a, b)
      return rest ~= 0 and (rest < 0) ~= (b < 0) and rest + b or rest
    end
    local function same(a, b)
      if a == 0 or b == 0 then return a == b and 1 / a == 1 / b end
      return a == b or a ~= a and b ~= b or math.abs(a / b - 1) < 1e-6
    end
    for _, dtype in ipairs {"float64", "float32"} do
      local a, b = torch.tensor(left, {dtype = dtype}), torch.tensor(right, {dtype = dtype})
      for op, f in pairs(by_lua) do
        local together = torch[op](a, b):tolist()
        for i = 1, #left do
          local x, y = a[i]:item(), b[i]:item()
          local want = torch.tensor(f(x, y), {dtype = dtype}):item()
          for _, got in ipairs {together[i], torch[op](a[{{i, i}}], y)[1]:item()} do
            assert(same(want, got), ("%s(%s, %s) of %s: %s, expected %s"):format(op, x, y, dtype, got, want))
          end
        end
      end
    end
  end)

  it("a remainder of numbers far apart does not change its neighbours", function()
    local a, b = torch.randn(1000), torch.randn(1000)
    local near = torch.fmod(a, b)
    a[300], b[300] = 3e30, 0.7
    local far = torch.fmod(a, b)
    assert.equal(math.fmod(a[300]:item(), b[300]:item()), far[300]:item())
    near[300] = far[300]
    assert.is_true(torch.equal(near, far))
  end)

  it("integers are never infinite", function()
    assert.are.same({false, false}, torch.tensor({1, 2}):isinf():tolist())
    assert.are.same({false, true, true, false}, torch.tensor({1, inf, -inf, nan}):isinf():tolist())
  end)

  it("logsumexp of nothing is minus infinity", function()
    assert.are.same({-inf, -inf}, torch.zeros(2, 0):logsumexp(2):tolist())
    assert.are.same({2, 1}, {table.unpack(torch.zeros(2, 0):logsumexp(2, true).shape)})
  end)

  local function gradient(values, f)
    local x = torch.tensor(values, {dtype = "float64", requires_grad = true})
    f(x):sum():backward()
    return x.grad:tolist()
  end

  it("gradients where there is NaN are PyTorch's", function()
    assert.are.same({0, 1, 1}, gradient({-1, nan, 1}, function(x) return x:relu() end))
    assert.are.same({0, 0, 0}, gradient({-2, nan, 1}, function(x) return x:clamp(-1, 1) end))
    local other = torch.tensor({1.0, 1.0, nan, 1.0}, {dtype = "float64"})
    assert.are.same({1, 1, 1, 0.5}, gradient({2, nan, 1, 1}, function(x) return x:maximum(other) end))
    assert.are.same({0, 1, 1, 0.5}, gradient({2, nan, 1, 1}, function(x) return x:minimum(other) end))
    assert.are.same({0, 0.5, 0, 0.5}, gradient({2, nan, 3, nan}, function(x) return x:max() end))
    assert.are.same({0, 1, 0, 0}, gradient({2, nan, 3, 1}, function(x) return x:amin(1) end))
  end)

  it("the gradient of clamp at a bound is 0, a least subgradient; a bound that is not given has none", function()
    assert.are.same({0, 0, 1, 0}, gradient({0, 1, 0.5, 2}, function(x) return x:clamp(0, 1) end))
    assert.are.same({1, 0, 0}, gradient({-inf, 1, inf}, function(x) return x:clamp({max = 1}) end))
    assert.are.same({0, 0, 1}, gradient({-inf, 1, inf}, function(x) return x:clamp({min = 1}) end))
  end)

  it("gradients neither overflow nor vanish where their value fits", function()
    local function of(values, f)
      local x = torch.tensor(values, {requires_grad = true})
      f(x):sum():backward()
      return x.grad:tolist()
    end
    local function near(expected, given)
      for i = 1, #expected do
        assert.is_true(math.abs(expected[i] - given[i]) <= 2e-6 * math.abs(expected[i]),
          ("%g, not %g"):format(given[i], expected[i]))
      end
    end
    for _, big in ipairs {1e-30, 1e-20, 1e20, 1e30} do
      local c = torch.tensor(big)
      near({-1 / big}, of({big}, function(x) return c / x end))
      near({-1 / big}, of({big}, function(x) return torch.addcdiv(torch.zeros(1), c, x) end))
      near({0.5 / big}, of({big}, function(x) return torch.atan2(x, c) end))
      near({-0.5 / big}, of({big}, function(x) return torch.atan2(c, x) end))
      near({math.sqrt(0.5)}, of({big}, function(x) return torch.hypot(x, c) end))
    end
    local F = torch.nn.functional
    near({1, 0}, of({1e20, -1e20}, function(x) return F.gelu(x, {approximate = "tanh"}) end))
    assert.are.same({1, 0}, of({inf, -inf}, F.silu))
    assert.are.same({1, 0}, of({inf, -inf}, F.gelu))
    assert.are.same({0, 1}, of({0.0, 4.0}, function(x) return x:norm(0.5) end))
    assert.are.same({0, 0, 0}, {F.silu(torch.tensor(-inf)):item(), F.gelu(torch.tensor(-inf)):item(),
      F.gelu(torch.tensor(-inf), {approximate = "tanh"}):item()})
  end)

  it("gradients of std, the first and the second, fit where std is tiny", function()
    local function second(scale, dtype)
      local x = (torch.tensor({1.0, 2, 4}, {dtype = dtype}) * scale):requires_grad_(true)
      local first = torch.autograd.grad(x:std(), x, nil, {create_graph = true})
      return torch.autograd.grad(first[1], x) * scale
    end
    local want = second(1, "float64")
    for _, scale in ipairs {1e-10, 1e-20, 1e-30, 1e15} do
      assert.is_true(torch.allclose(second(scale, "float32"):double(), want, 1e-5, 1e-5), tostring(scale))
    end
    assert.is_true(torch.allclose(second(1e-140, "float64"), want, 1e-9, 1e-9))
    local x = (torch.tensor {1.0, 2, 4} * 1e-20):requires_grad_(true)
    x:std():backward(torch.tensor(1e25))
    assert.is_true(x.grad:isfinite():all():item())
    local same = torch.ones(3, {requires_grad = true})
    assert.equal("tensor({0., 0., 0.})", tostring(torch.autograd.grad(same:std(), same)))
  end)

  it("gradients keep their digits where a probability is almost 1", function()
    local e = math.exp(-37.5)
    local function near(expected, given) assert.is_true(math.abs(given / expected - 1) < 1e-12) end
    near(-e, gradient({37.5}, function(x)
      return torch.nn.functional.binary_cross_entropy_with_logits(x, torch.ones(1, {dtype = "float64"}))
    end)[1])
    for _, shape in ipairs {{2}, {2, 1}, {1, 2, 1}} do
      local g = gradient({37.5, 0}, function(x) return torch.log_softmax(x:reshape(shape), #shape == 1 and 1
        or shape[1] == 2 and 1 or 2):reshape(2)[1] end)
      near(e, g[1])
      near(-e, g[2])
    end
    near(2 ^ 1023 * (2 * math.log(2)), gradient({1024}, function(x) return torch.exp2(x) end)[1])
  end)

  it("bounds that are NaN make NaN; matching infinite logits cost nothing", function()
    for _, x in ipairs {torch.ones(2):clamp(nan, 3), torch.ones(2):clamp(0, nan), torch.ones(2):clamp({min = nan})} do
      assert.are.same({true, true}, x:isnan():tolist())
    end
    local function loss(x, y)
      return torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(x), torch.tensor(y)):item()
    end
    assert.are.same({inf, inf, inf, 0, 0},
      {loss(inf, 0.0), loss(inf, 0.5), loss(-inf, 1.0), loss(inf, 1.0), loss(-inf, 0.0)})
  end)

  it("gradients of powers of zero and of infinite sums are the limits", function()
    assert.are.same({-inf, 0, 0}, gradient({-2, 0, 2},
      function(x) return torch.pow(torch.zeros(3, {dtype = "float64"}), x) end))
    assert.are.same({0, 0}, gradient({-inf, -inf}, function(x) return x:logsumexp(1) end))
    local g = gradient({inf, 1}, function(x) return x:logsumexp(1) end)
    assert.is_true(g[1] ~= g[1])
    assert.equal(0, g[2])
  end)
end)

describe("a few elements and a number", function()
  local values = {0, 1, 2, 5, 100}
  local numbers = {3, -2, 0, 2.5, 2 ^ 53 + 2, math.maxinteger, inf, nan}

  it("give what a strided tensor and the number give", function()
    local compared = 0
    for _, dtype in ipairs {"float32", "float64", "int64", "int32", "uint8", "bool", "float16", "complex64"} do
      local x = torch.tensor(values):to(dtype)
      local strided = torch.stack({x, x}, 2)[{{}, 1}]
      for _, op in ipairs {"add", "sub", "mul", "div", "pow", "remainder", "fmod", "floor_divide", "gt", "eq", "le",
        "maximum", "atan2", "bitwise_and", "hypot"} do
        for _, n in ipairs(numbers) do
          for _, in_place in ipairs {"", "_"} do
            local a, b = x:clone(), torch.stack({x, x}, 2)[{{}, 1}]
            local ok, small = pcall(a[op .. in_place], in_place == "_" and a or x, n)
            local fine, large = pcall(b[op .. in_place], in_place == "_" and b or strided, n)
            assert.equal(fine, ok)
            if ok then
              assert.equal(large.dtype, small.dtype)
              assert.equal(tostring(large:contiguous()), tostring(small))
            else
              assert.equal(large, small)
            end
            compared = compared + 1
          end
        end
      end
    end
    assert.equal(1920, compared)
  end)
end)
