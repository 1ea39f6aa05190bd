-- Gradients that come from outside the library: what hooks return, what the caller of backward gives, what a
-- backward in Lua returns. One of a wrong shape or dtype is refused, even where its elements would fit.
local F64 = {dtype = "float64"}
local function leaf() return torch.ones(3, 2, F64):requires_grad_(true) end

local function refused(pattern, f)
  local ok, message = pcall(f)
  assert.is_false(ok, "nothing was refused")
  assert.matches(pattern, tostring(message), 1, true)
end

describe("a hook of a tensor", function()
  local wrong = {
    {"another shape with as many elements", function(g) return g:reshape(6) end, "got float64 (6)"},
    {"a transposed shape", function(g) return g:t() end, "got float64 (2×3)"},
    {"a shape that could be broadcast", function(g) return g:sum(1, true) end, "got float64 (1×2)"},
    {"a number", function(g) return g:sum() end, "got float64 ()"},
    {"another dtype", function(g) return g:float() end, "got float32 (3×2)"},
    {"an integer dtype", function(g) return g:long() end, "got int64 (3×2)"},
  }
  for _, case in ipairs(wrong) do
    local name, hook, got = table.unpack(case)
    it("that returns " .. name .. " is refused", function()
      local expected = "register_hook: a hook returns a gradient like the one it got, float64 (3×2), " .. got
      local x = leaf()
      x:register_hook(hook)
      refused(expected, function() (x * 2):sum():backward() end)
      assert.is_nil(x.grad)
      refused(expected, function() torch.autograd.grad((x * 2):sum(), x) end)
      local z = leaf()
      local y = z * 2
      y:register_hook(hook)
      refused(expected, function() (y * 3):sum():backward() end)
      assert.is_nil(z.grad)
    end)
  end
  it("may return a gradient of other strides, or a result of more hooks", function()
    local x = leaf()
    x:register_hook(function(g) return g:t():contiguous():t() end)
    x:register_hook(function() return torch.ones(1, 1, F64):expand(3, 2) end)
    ;(x * 2):sum():backward()
    assert.are.same({{1, 1}, {1, 1}, {1, 1}}, x.grad:tolist())
    x.grad:mul_(2)
  end)
  it("that comes after a wrong one does not run", function()
    local ran = false
    local x = leaf()
    x:register_hook(function(g) return g:reshape(6) end)
    x:register_hook(function() ran = true end)
    refused("register_hook", function() x:sum():backward() end)
    assert.is_false(ran)
  end)
end)

describe("a backward hook of a module", function()
  local function run(hook)
    local m = torch.nn.Linear(2, 4):double()
    m:register_full_backward_hook(function(_, grad_input) return hook(grad_input[1]) end)
    local x = leaf()
    m(x):sum():backward()
    return x.grad
  end
  it("that returns a gradient of another shape or dtype is refused", function()
    local expected = "register_full_backward_hook: a hook returned %s as gradient 1, expected float64 (3×2)"
    refused(expected:format "float64 (6)", function() run(function(g) return g:reshape(6) end) end)
    refused(expected:format "float64 (1×2)", function() run(function(g) return g:sum(1, true) end) end)
    refused(expected:format "float64 (5×3×2)", function() run(function(g) return g:expand(5, 3, 2) end) end)
    refused(expected:format "float32 (3×2)", function() run(function(g) return g:float() end) end)
    refused(expected:format "a string", function() run(function() return {"g"} end) end)
  end)
  it("may return one like it", function()
    assert.are.same({{7, 7}, {7, 7}, {7, 7}}, run(function(g) return g * 0 + 7 end):tolist())
  end)
end)

describe("a gradient from the caller", function()
  it("of another shape is refused, whatever its elements", function()
    for _, shape in ipairs {{6}, {2, 3}, {1, 2}, {}, {1, 3, 2}} do
      local g = torch.ones(shape, F64)
      local x = leaf()
      refused("expected shape float64 (3×2), got float64", function() x:backward(g) end)
      refused("expected shape float64 (3×2), got float64", function() (x * 2):backward(g) end)
      refused("expected shape float64 (3×2), got float64", function() torch.autograd.grad(x * 2, x, g) end)
      refused("expected shape float64 (3×2), got float64", function() torch.autograd.backward({x * 2}, {g}) end)
      refused("grad: expected float64 (3×2)", function() x.grad = g end)
      assert.is_nil(x.grad)
    end
  end)
  it("of another dtype is cast to that of the tensor", function()
    local x = leaf()
    ;(x * 2):backward(torch.full({3, 2}, 0.5))
    assert.are.equal(torch.float64, x.grad.dtype)
    assert.are.same({{1, 1}, {1, 1}, {1, 1}}, x.grad:tolist())
  end)
end)

describe("a backward in Lua", function()
  local function given(make)
    local Fn = torch.autograd.Function("Fn", {
      forward = function(_, x) return x * 1 end, backward = function(_, g) return make(g) end})
    local x = leaf()
    Fn:apply(x):sum():backward()
    return x.grad
  end
  it("that returns another shape is refused, whatever its elements", function()
    local function wrong(got, make)
      refused("expected the shape of argument 1, (3×2), got " .. got, function() given(make) end)
    end
    wrong("(6)", function(g) return g:reshape(6) end)
    wrong("(2×3)", function(g) return g:t() end)
    wrong("(1×2)", function(g) return g:sum(1, true) end)
  end)
  it("may return what broadcasting would have made of it, and another dtype", function()
    assert.are.same({{4, 4}, {4, 4}, {4, 4}}, given(function(g) return g:expand(4, 3, 2) end):tolist())
    local g = given(function(g) return g:float() end)
    assert.are.equal(torch.float64, g.dtype)
  end)

  it("many hooks of one tensor run in order; ones that go while they run are left out", function()
    local x = torch.ones(1, {requires_grad = true})
    local seen, handles = {}, {}
    for i = 1, 2000 do
      handles[i] = x:register_hook(function()
        seen[#seen + 1] = i
        if i == 2 then
          handles[1]:remove()
          handles[3]:remove()
          handles[2000]:remove()
        end
        if i == 1500 then handles[1500]:remove() end
      end)
    end
    x:sum():backward()
    assert.equal(1998, #seen)
    assert.same({1, 2, 4}, {seen[1], seen[2], seen[3]})
    assert.equal(1999, seen[1998])
    seen = {}
    handles[2001] = x:register_hook(function() seen[#seen + 1] = 2001 end)
    x:sum():backward()
    assert.same({2, 1997, 2001}, {seen[1], #seen, seen[#seen]})
  end)
end)
