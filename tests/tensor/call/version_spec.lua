-- The version of a storage: it counts changes of elements, by which a gradient notices what was changed after it was
-- kept. A call in place that is refused has changed nothing, so it does not count.
local torch = require "torch"

local function refused(t, method, ...)
  local before = t._version
  local ok, message = pcall(assert(t[method], method), t, ...)
  assert.is_false(ok, method)
  assert.equal(before, t._version, message)
end

describe("a call in place that is refused", function()
  it("leaves what was kept for a gradient usable", function()
    local x = torch.tensor({1.0, 2.0, 3.0}, {requires_grad = true})
    local y = x * x
    assert.is_false(pcall(function() x:detach():add_(torch.ones(2)) end))
    assert.is_false(pcall(function() x:detach():scatter_(1, torch.tensor {9}, 1.0) end))
    assert.is_false(pcall(function() x:detach():uniform_(2, 1) end))
    assert.is_false(pcall(function() x:detach():unsqueeze_(7) end))
    y:sum():backward()
    assert.same({2, 4, 6}, x.grad:tolist())
  end)
  it("does not count as a change, whatever the kind of the op", function()
    local t = torch.ones(3, 4)
    refused(t, "add_", torch.ones(5)) -- elementwise: shapes
    refused(t, "add_", torch.complex(torch.ones(4), torch.ones(4))) -- dtypes
    refused(t, "fill_", 1e300)
    refused(t, "masked_fill_", torch.ones(3, 4), 1)
    refused(t, "copy_", torch.ones(7))
    refused(t, "t_", 3, 4, 5)
    refused(t, "unsqueeze_", 9) -- views
    refused(t, "squeeze_", 9)
    refused(t, "uniform_", 3, 1) -- kernels that fill
    refused(t, "random_", 5, 2)
    refused(t, "bernoulli_", 2)
    refused(t, "normal_", 0, -1)
    refused(t, "scatter_", 1, torch.tensor {{9}}, 1.0) -- kernels that write a few places
    refused(t, "index_add_", 1, torch.tensor {7}, torch.ones(1, 4))
    refused(t, "index_add_", 1, torch.tensor {1}, torch.ones(1, 5))
    refused(t, "cumsum_", 5) -- kernels whose result is copied
    refused(t, "addmm_", torch.ones(3, 2), torch.ones(3, 2))
    refused(t:t(), "scatter_", 1, torch.tensor {{9}}, 1.0) -- not contiguous
    refused(t:t(), "uniform_", 3, 1)
    refused(torch.ones(2, {dtype = "float16"}), "uniform_", 3, 1)
    local before = t._version
    assert.is_false(pcall(function() t[torch.tensor {9}] = 1 end))
    assert.is_false(pcall(function() t[torch.tensor {1, 2}] = torch.ones(9) end))
    assert.equal(before, t._version)
    assert.same({{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}}, t:tolist())
  end)
  it("does not count as a change of an input that the op would have changed", function()
    local mean, var = torch.zeros(3), torch.ones(3)
    assert.is_false(pcall(nn.functional.batch_norm, torch.ones(4, 2), mean, var, nil, nil, true))
    assert.is_false(pcall(nn.functional.batch_norm, torch.ones(1, 3), mean, var, nil, nil, true))
    assert.same({0, 0}, {mean._version, var._version})
    nn.functional.batch_norm(torch.ones(4, 3), mean, var, nil, nil, true)
    assert.same({1, 1}, {mean._version, var._version})
  end)
end)

describe("a call in place that writes", function()
  it("counts once, whatever the kind of the op", function()
    local calls = {
      function(t) t:add_(1) end, function(t) t:fill_(2) end, function(t) t:copy_(torch.ones(4)) end,
      function(t) t:t_() end, function(t) t:unsqueeze_(1) end, function(t) t:uniform_() end,
      function(t) t:scatter_(1, torch.tensor {{1}}, 1.0) end, function(t) t:cumsum_(1) end,
      function(t) t:index_add_(1, torch.tensor {1}, torch.ones(1, 4)) end, function(t) t[1] = 1 end,
      function(t) t[torch.tensor {1, 2}] = torch.ones(4) end, function(t) t:tril_() end,
    }
    for i, call in ipairs(calls) do
      for _, t in ipairs {torch.ones(4, 4), torch.ones(4, 4):t(), torch.ones(4, 4, {dtype = "float16"})} do
        local before = t._version
        if not (i == 9 or i == 11) or t.dtype == torch.float32 then
          call(t)
          assert.equal(before + 1, t._version, i)
        end
      end
    end
  end)
  it("counts where it meets a fault on the way", function()
    local t = torch.tensor {4, 6}
    assert.is_false(pcall(t.floor_divide_, t, torch.tensor {2, 0}))
    assert.equal(1, t._version)
  end)
  it("is noticed by a gradient", function()
    local x = torch.tensor({1.0, 2.0}, {requires_grad = true})
    local y = x * x
    x:detach():add_(1)
    assert.error_matches(function() y:sum():backward() end, "in place")
  end)
end)
