-- Passes over graphs.
local jit = torch.jit

local function count(graph, op)
  local n = 0
  for _, node in ipairs(graph:nodes()) do if node.op == op then n = n + 1 end end
  return n
end

describe("passes of graphs:", function()
  local graphs = require "torch.jit.graph"
  local function graph(body) return graphs.parse(body) end

  it("dead code goes, changes and random numbers stay", function()
    local g = graph [[
graph(%0: float32[3]) {
  %1: float32[3] = exp(%0)
  %2: float32[3] = log(%1)
  %3: float32[3] = rand(size=[3])
  %4: float32[3] = neg(%0)
  %5: float32[3] = add_(%0, 1)
  return %4
}
]]
    assert.is_true(g:dead_code())
    assert.equal(count(g, "exp") + count(g, "log"), 0)
    assert.equal(#g:nodes(), 3)
    assert.is_false(g:dead_code())
  end)

  it("constants are folded unless they are changed or returned", function()
    local g = graph [[
graph(%0: float32[3]) {
  %1: float32[3] = constant("a")
  %2: float32[3] = constant("b")
  %3: float32[3] = mul(%1, 2)
  %4: float32[3] = add(%3, %1)
  %5: float32[3] = neg(%2)
  %6: float32[3] = add_(%2, 1)
  %7: float32[3] = mul(%0, %4)
  %8: float32[3] = exp(%1)
  return %7, %8
}
]]
    g:bind(2, torch.tensor({1.0, 2, 3}))
    g:bind(3, torch.zeros(3))
    assert.is_true(g:fold_constants())
    assert.equal(count(g, "mul"), 1)
    assert.equal(count(g, "add"), 1) -- the change
    assert.equal(count(g, "neg") + count(g, "exp"), 2)
    assert(torch.equal((g:run {torch.ones(3)}), torch.tensor({3.0, 6, 9})))
  end)

  it("the same is computed once, but not random numbers, and not two results", function()
    local g = graph [[
graph(%0: float32[3]) {
  %1: float32[3] = mul(%0, 2)
  %2: float32[3] = mul(%0, 2)
  %3: float32[3] = mul(%0, 2.0)
  %4: float32[3] = rand(size=[3])
  %5: float32[3] = rand(size=[3])
  %6: float32[3] = add(%1, %2)
  %7: float32[3] = add(%6, %3)
  %8: float32[3] = exp(%7)
  %9: float32[3] = exp(%7)
  return %8, %9
}
]]
    assert.is_true(g:common_subexpressions())
    assert.equal(count(g, "mul"), 2)
    assert.equal(count(g, "rand"), 2)
    assert.equal(count(g, "exp"), 2)
    local a, b = g:run {torch.ones(3)}
    a:add_(1)
    assert(not torch.equal(a, b))
  end)

  it("composites become what they are made of", function()
    local x, w, b = torch.rand(5, 4), torch.rand(3, 4), torch.rand(3)
    local traced = jit.trace(function(...) return F.mse_loss(F.linear(...), torch.zeros(5, 3)) end, {x, w, b})
    local g = traced.graph:copy()
    assert.is_true(g:decompose "mse_loss")
    assert.equal(count(g, "mse_loss"), 0)
    assert(count(g, "sub") == 1 and count(g, "linear") == 1)
    while g:decompose() do end
    assert(torch.equal((g:run {x, w, b}), (traced(x, w, b))))
    assert(not pcall(g.decompose, g, "nothing"))
  end)
end)
