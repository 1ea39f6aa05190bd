-- scripts/busted.lua: what makes a spec fail besides its tests.
describe("scripts/busted.lua", function()
  local function run(leaks, times, text)
    local scratch = os.tmpname()
    local name = scratch .. "_spec.lua"
    local file = assert(io.open(name, "w"))
    file:write(text or [[
      local kept = torch.ones(5)
      it("uses what the file holds", function() assert.equal(5, kept:sum():item()) end)
      it("leaves something", function() if os.getenv "LEAVE" then torch.left = torch.ones(3) end end)
    ]])
    file:close()
    local pipe = assert(io.popen(("%s %s scripts/busted.lua %s 2>&1"):format(leaks,
      os.getenv "HECATE_BIN" or "build/hecate",
      (name .. " "):rep(times or 1))))
    local out = pipe:read "a"
    local ok = pipe:close()
    os.remove(name)
    os.remove(scratch)
    return out, ok
  end

  it("passes a file that gives back what it took", function()
    assert.matches("2 passed, 0 failed", run "", nil, true)
  end)

  it("runs several files", function() assert.matches("4 passed, 0 failed", run("", 2), nil, true) end)

  it("fails a file that leaves tensors, and names the test on request", function()
    local text = run "LEAVE=1"
    assert.matches("tensor memory at the end: +", text, 1, true)
    assert.matches("2 passed, 1 failed", text, 1, true)
    assert.matches("leaves something: +", run "LEAVE=1 HECATE_LEAKS=1", 1, true)
  end)

  it("fails a file without tests, also beside others", function()
    for _, empty in ipairs {"", "describe('nothing', function() end)",
      "local function forgotten() it('is not called', print) end"} do
      local text, ok = run("", 1, empty)
      assert.is_falsy(ok)
      assert.matches("no tests in this file", text, 1, true)
      assert.matches("\n0 passed, 1 failed\n$", text)
      assert.matches("\n0 passed, 2 failed\n$", (run("", 2, empty)))
    end
  end)

  it("lets a file pass whose tests are skipped for a reason", function()
    local text, ok = run("", 1, "it('needs a tool', function() pending('no tool') end)")
    assert.is_truthy(ok, text)
    assert.matches("skipped: needs a tool (no tool)\n", text, 1, true)
    assert.matches("\n0 passed, 0 failed\n$", text)
    text, ok = run("", 1, "needs(false, 'a tool')('works', print) needs(true, 'a tool')('is there', function() end)")
    assert.is_truthy(ok, text)
    assert.matches("skipped: works (needs a tool)\n", text, 1, true)
    assert.matches("\n1 passed, 0 failed\n$", text)
  end)

  it("fails a test that is skipped without a reason", function()
    for _, spec in ipairs {"pending('later', function() end)", "describe('all', function() pending 'later' end)"} do
      local text, ok = run("", 1, spec)
      assert.is_falsy(ok, spec)
      assert.matches("_spec%.lua:1: .*later\n +skipped without a reason", text)
      assert.matches("\n0 passed, 1 failed\n$", text)
      assert.matches("\n1 passed, 1 failed\n$", (run("", 1, spec .. " it('works', function() end)")))
    end
  end)

  it("leaves out what a build has no library for, on request", function()
    local spec = [[
      it("has none", function() error("f: needs LAPACK: this Hecate was built without OpenBLAS") end)
      it("has cases", function() error("\ncase 1: this Hecate was built without it\ncase 2: wrong") end)
    ]]
    local text, ok = run("HECATE_LEAVE_OUT=1", 1, spec)
    assert.is_falsy(ok)
    assert.matches("skipped: has none (", text, 1, true)
    assert.matches("\n0 passed, 1 failed\n$", text)
    text, ok = run("HECATE_LEAVE_OUT=1", 1, spec:match "[^\n]*\n")
    assert.is_truthy(ok)
    assert.matches("\n0 passed, 0 failed\n$", text)
    assert.matches("\n0 passed, 2 failed\n$", (run("", 1, spec)))
  end)

  it("tells how long it took", function() assert.matches("took %d+%.%d s\n2 passed, 0 failed\n$", (run "")) end)
end)
