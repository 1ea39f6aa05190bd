-- Modes belong to the coroutine that entered them.
describe("modes of coroutines", function()
  after_each(function() torch.set_grad_enabled(true) end)

  it("stay in a coroutine that yields inside of them", function()
    local seen = {}
    local co = coroutine.wrap(function()
      local _ <close> = torch.no_grad()
      seen[1] = torch.is_grad_enabled()
      coroutine.yield()
      seen[2] = torch.is_grad_enabled()
    end)
    co()
    assert.is_true(torch.is_grad_enabled())
    local x = torch.ones(2, {requires_grad = true})
    assert.is_true((x * 2).requires_grad)
    co()
    assert.is_true(torch.is_grad_enabled())
    assert.same({false, false}, seen)
  end)

  it("of the form with a function too", function()
    local after
    local co = coroutine.create(function()
      local value = torch.no_grad(function(a)
        assert(not torch.is_grad_enabled())
        local b = coroutine.yield(a + 1)
        assert(not torch.is_grad_enabled())
        return a + b
      end, 1)
      after = torch.is_grad_enabled()
      return value
    end)
    assert.same({true, 2}, {coroutine.resume(co)})
    assert.is_true(torch.is_grad_enabled())
    assert.same({true, 11}, {coroutine.resume(co, 10)})
    assert.is_true(after)
    assert.is_true(torch.is_grad_enabled())
  end)

  it("are those of the one that resumes, where the coroutine entered none", function()
    local co = coroutine.wrap(function()
      while true do coroutine.yield(torch.is_grad_enabled(), torch.is_anomaly_enabled()) end
    end)
    assert.same({true, false}, {co()})
    assert.same({false, false}, {torch.no_grad(co)})
    assert.same({true, true}, {torch.autograd.detect_anomaly(co)})
    assert.same({true, false}, {co()})
  end)

  it("entered by both last as long as each of them says", function()
    local co = coroutine.wrap(function()
      do
        local _ <close> = torch.no_grad() -- the resumer has it too
        coroutine.yield()
        assert(not torch.is_grad_enabled())
      end
      coroutine.yield(torch.is_grad_enabled())
      do
        local _ <close> = torch.enable_grad()
        coroutine.yield()
      end
      return torch.is_grad_enabled()
    end)
    torch.no_grad(co)
    assert.is_true(co())
    torch.no_grad(co)
    assert.is_false(torch.no_grad(co))
  end)

  it("go with a coroutine that is abandoned", function()
    local function abandon()
      local co = coroutine.create(function()
        local _ <close> = torch.no_grad()
        local a <close> = torch.autograd.detect_anomaly()
        coroutine.yield(a)
      end)
      coroutine.resume(co)
    end
    abandon()
    assert.is_true(torch.is_grad_enabled())
    assert.is_false(torch.is_anomaly_enabled())
    local _ <close> = torch.no_grad()
    collectgarbage() -- the entries of the abandoned coroutine say nothing here
    collectgarbage()
    assert.is_false(torch.is_grad_enabled())
  end)

  it("end with a coroutine that is closed or fails", function()
    local left = {}
    local function body(fails)
      local last <close> = setmetatable({}, {__close = function() left[#left + 1] = torch.is_grad_enabled() end})
      local _ <close> = torch.no_grad()
      if fails then error("no") end
      coroutine.yield(last)
    end
    local co = coroutine.create(body)
    coroutine.resume(co)
    assert.is_true(coroutine.close(co))
    assert.is_true(torch.is_grad_enabled())
    assert.is_false(pcall(coroutine.wrap(body), true))
    assert.is_true(torch.is_grad_enabled())
    assert.same({true, true}, left)
    co = coroutine.create(body)
    assert.is_false(coroutine.resume(co, true))
    assert.is_true(torch.is_grad_enabled())
  end)

  it("survive coroutines inside coroutines", function()
    local inner = coroutine.wrap(function()
      local _ <close> = torch.enable_grad()
      coroutine.yield(torch.is_grad_enabled())
      coroutine.yield(torch.is_grad_enabled())
    end)
    local outer = coroutine.wrap(function()
      local _ <close> = torch.no_grad()
      coroutine.yield(inner(), torch.is_grad_enabled())
      coroutine.yield(inner(), torch.is_grad_enabled())
    end)
    assert.same({true, false}, {outer()})
    assert.same({true, false}, {outer()})
    assert.is_true(torch.is_grad_enabled())
  end)

  it("that are set without an end are of the coroutine that set them", function()
    local co = coroutine.wrap(function()
      torch.set_grad_enabled(false)
      coroutine.yield()
      return torch.is_grad_enabled()
    end)
    co()
    assert.is_true(torch.is_grad_enabled())
    assert.is_false(co())
  end)

  it("keep what errors and results of coroutines are", function()
    local co = coroutine.create(function() error({code = 3}) end)
    local ok, e = coroutine.resume(co)
    assert.is_false(ok)
    assert.equal(3, e.code)
    assert.same({false, "cannot resume dead coroutine"}, {coroutine.resume(co)})
    assert.has_error(function() coroutine.resume(1) end)
    local values = coroutine.wrap(function(...) return select("#", ...), ... end)
    assert.same({3, 1, nil, 3}, {values(1, nil, 3)})
  end)

  it("is warned of where a call drops what would end it", function()
    local program = dofile "tests/hecate/program.lua"
    local _, errors = program.hecate("-e 'torch.no_grad() collectgarbage() print(torch.is_grad_enabled())'")
    assert.matches("^warning: a mode was entered by a call whose value was dropped.*write local _ <close> = ", errors)
    for _, code in ipairs {"do local _ <close> = torch.no_grad() end collectgarbage()", "local mode = torch.no_grad()",
      "torch.no_grad(function() collectgarbage() end)", "torch.set_grad_enabled(false) collectgarbage()",
      "coroutine.wrap(function() local _ <close> = torch.no_grad() coroutine.yield() end)() collectgarbage()"} do
      assert.equal("", select(2, program.hecate("-e '" .. code .. "'")))
    end
    program.remove()
  end)
end)
