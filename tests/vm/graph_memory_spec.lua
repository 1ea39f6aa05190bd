-- Memory of graphs: what holds a hook and what a hook holds; deep graphs are freed without deep recursion.
local function bytes()
  collectgarbage()
  collectgarbage()
  return torch._C.memory().bytes
end

local sanitized = os.getenv "ASAN_OPTIONS" ~= nil

describe("a hook", function()
  it("lives as long as the graph does, with what it holds", function()
    local x, calls = torch.ones(2):requires_grad_(true), 0
    local loss
    do
      local held, y = torch.ones(2), x * 2
      loss = (y * 3):sum()
      y:register_hook(function(g)
        calls = calls + 1
        return g + held
      end)
    end
    bytes()
    loss:backward()
    assert.are.equal(1, calls)
    assert.are.same({8, 8}, x.grad:tolist())
  end)

  it("is gone after a backward pass that frees the graph, not after one that keeps it", function()
    local x, calls = torch.ones(2):requires_grad_(true), 0
    local y = x * 2
    y:register_hook(function() calls = calls + 1 end)
    local loss = y:sum()
    loss:backward(nil, {retain_graph = true})
    bytes()
    loss:backward()
    assert.are.equal(2, calls)
  end)

  it("can remove itself and those after it", function()
    local x, seen, handles = torch.ones(2):requires_grad_(true), {}, {}
    for i = 1, 3 do
      handles[i] = x:register_hook(function()
        seen[#seen + 1] = i
        if i == 1 then
          handles[1]:remove()
          handles[2]:remove()
        end
      end)
    end
    x:sum():backward()
    x:sum():backward()
    assert.are.same({1, 3, 3}, seen)
  end)

  it("stays with the value that it was added to when that changes in place", function()
    local x, seen = torch.ones(2):requires_grad_(true), nil
    local y = x * 2
    y:register_hook(function(g) seen = g:tolist() end)
    y:mul_(5)
    bytes()
    y:sum():backward()
    assert.are.same({5, 5}, seen)
  end)

  it("raises where it was raised", function()
    local x = torch.ones(2):requires_grad_(true)
    x:register_hook(function() error {code = 7} end)
    local ok, reason = pcall(function() x:sum():backward() end)
    assert.is_false(ok)
    assert.are.equal(7, reason.code)
  end)
end)

describe("a deep graph", function()
  local depth = sanitized and 300000 or 1000000

  it("runs backward and is freed", function()
    local start = bytes()
    do
      local x = torch.ones(1):requires_grad_(true)
      local y = x
      for _ = 1, depth do y = y + 1 end
      assert.are.equal(depth + 1, y:item())
      y:sum():backward()
      assert.are.equal(1, x.grad:item())
    end
    assert.are.equal(start, bytes())
  end)

  it("is freed when it never ran", function()
    local start = bytes()
    do
      local x = torch.ones(1):requires_grad_(true)
      local y = x
      for _ = 1, depth do y = y * 1 end
    end
    assert.are.equal(start, bytes())
  end)

  it("of in-place steps runs and is freed", function()
    local start = bytes()
    do
      local x = torch.ones(2):requires_grad_(true)
      local y = x * 1
      for _ = 1, depth // 10 do y:add_(1) end
      y:sum():backward()
      assert.are.equal(1, x.grad[1]:item())
    end
    assert.are.equal(start, bytes())
  end)

  it("of views runs and is freed", function()
    local start = bytes()
    do
      local x = torch.ones(2, 3):requires_grad_(true)
      local y = x
      for _ = 1, depth // 10 do y = y:t() end
      y:sum():backward()
      assert.are.equal(1, x.grad[{1, 1}]:item())
    end
    assert.are.equal(start, bytes())
  end)

  it("of a graph of gradients is freed", function()
    local start = bytes()
    do
      local x = torch.ones(1, {dtype = torch.float64}):requires_grad_(true)
      local y = x
      for _ = 1, depth // 100 do y = y * 1.0001 end
      local g = torch.autograd.grad(y:sum(), x, nil, {create_graph = true})
      assert.is_true(g:item() > 1)
    end
    assert.are.equal(start, bytes())
  end)

  it("a tensor survives the storage it was made with", function()
    collectgarbage() collectgarbage()
    local before = torch._C.memory().bytes
    do
      local x, y = torch.tensor{1, 2, 3}, torch.tensor{4, 5, 6}
      local old = x:detach()
      x.data = y
      y = nil -- luacheck: ignore
      collectgarbage()
      assert.same({4, 5, 6}, x:tolist())
      assert.same({1, 2, 3}, old:tolist())
      x.data = old -- home again
      old = nil -- luacheck: ignore
      collectgarbage()
      assert.same({1, 2, 3}, x:tolist())
      x.data = x
      x = x[{{2, 3}}] -- a view keeps what it shows
      collectgarbage()
      assert.same({2, 3}, x:tolist())
    end
    collectgarbage() collectgarbage()
    assert.equal(before, torch._C.memory().bytes)
  end)

  it("finalizers called by hand do no harm", function()
    for _, object in ipairs{torch.rand(2), nn.Linear(1, 1), torch.Generator()} do
      local meta = debug.getmetatable(object)
      for _, wrong in ipairs{io.stdout, object, 1, "x", {}, torch.rand(1)} do
        pcall(meta.__gc, wrong)
        pcall(meta.__gc, wrong)
        pcall(meta.__close, wrong)
      end
      pcall(meta.__gc)
      assert.is_false(pcall(function() return object:add(1) end))
    end
  end)
end)
