--- A NaN is "nan" wherever Hecate writes it. printf and Lua write "-nan" for one whose sign is set, as that of 0 / 0 is
--- on some processors.
local minus, plus = -(0 / 0), 0 / 0 -- one of them has the sign
local values = require "hecate.session.values"

local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert.is_false(ok)
  return text
end

describe("a NaN", function()
  for name, nan in pairs {["one NaN"] = minus, ["the other"] = plus} do
    it("has no sign in values: " .. name, function()
      for _, dtype in ipairs {"float32", "float64", "float16", "bfloat16"} do
        local t = torch.tensor({nan, 1}, {dtype = dtype})
        for _, text in ipairs {t[1]:item(), t:tolist()[1], t:sum():item(), (-t)[1]:item(), t[1], -t} do
          assert.truthy(tostring(text):find "nan", dtype)
          assert.is_nil(tostring(text):find("-nan", 1, true), dtype)
        end
      end
      local z = torch.complex(torch.tensor(nan), torch.tensor(nan))
      assert.equal("(nan+nanj)", tostring(z:item()))
      assert.equal("nan", tostring(z:item().real))
      assert.equal("nan", tostring(z:item().imag))
      assert.equal("nan", values.format(nan))
      assert.equal("{nan, 1}", values.format({nan, 1}))
    end)

    it("has no sign in messages: " .. name, function()
      local t = torch.tensor({nan, 1})
      local leaf = torch.zeros(1, {requires_grad = true})
      local long = torch.zeros(2, {dtype = "int64"})
      leaf.grad = t[{{1, 1}}]
      for i, call in ipairs {
        function() torch.multinomial(t, 1) end, function() torch.bernoulli(t) end, function() torch.arange(nan) end,
        function() torch.normal(0, nan, {2}) end, function() t:normal_(0, nan) end, function() t:uniform_(nan, 1) end,
        function() long[1] = nan end, function() torch.full({2}, nan, {dtype = "int64"}) end,
        function() F.binary_cross_entropy(t, torch.ones(2)) end, function() F.dropout(t, nan) end,
        function() nn.Dropout(nan) end, function() nn.Hardtanh(1, nan) end,
        function() optim.SGD({leaf}, {lr = nan}) end,
        function() nn.utils.clip_grad_norm_({leaf}, 1, {error_if_nonfinite = true}) end,
        function() torch.utils.data.DataLoader({1}, {batch_size = nan}) end, function() torch.zeros(nan) end,
        function() torch.manual_seed(nan) end, function() t[nan] = 1 end, function() torch.linspace(0, 1, nan) end,
        function() gnuplot.hist(torch.rand(3), 4, nan) end, function() torch.allclose(t, t, "a", nan) end,
      } do
        local text = message(call)
        assert.is_nil(text:find("-nan", 1, true), ("call %d: %s"):format(i, text))
      end
    end)
  end
end)

describe("a number in a message", function()
  it("is written as Lua writes it", function()
    assert.truthy(message(function() torch.zeros(2, {requires_grad = 2.0}) end):find("got the number 2.0", 1, true))
    assert.truthy(message(function() torch.zeros(2.5) end):find("got the number 2.5", 1, true))
  end)

  it("of a range is a step, not a position, where it is the step", function()
    local x = torch.arange(6)
    for _, step in ipairs {0, -1, 0.0} do
      assert.truthy(message(function() return x[{{1, 6, step}}] end):find(
        ("index: the step of a range must be positive, got %d"):format(step // 1), 1, true))
    end
    assert.truthy(message(function() return x[{{1, 0.5}}] end):find("it holds the number 0.5", 1, true))
    assert.truthy(message(function() return x[{{1, 0}}] end):find("0 is not a position", 1, true))
  end)
end)
