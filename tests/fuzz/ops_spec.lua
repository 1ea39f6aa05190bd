-- tests/fuzz/ops.lua over some hundred programs; `scripts/test long` runs it longer under the sanitizers.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"

local function run(arguments)
  local pipe = assert(io.popen(("HECATE_FUZZ_PROGRAMS=800 %s tests/fuzz/ops.lua %s 2>&1"):format(hecate, arguments)))
  local text = pipe:read "a"
  return text, pipe:close()
end

describe("random programs", function()
  it("are refused in one line or run, and leave no memory", function()
    local text, ok = run "60 1"
    local calls, passed = text:match "(%d+) calls, %d+ of them refused; [^\n]*\n(%d+) passed, 0 failed\n$"
    assert.is_truthy(passed, text)
    assert.is_true(tonumber(calls) > 1000 and tonumber(passed) >= 80, text)
    assert.is_true(ok)
  end)
  it("are the same for a seed", function()
    local first, second = run "show 12", run "show 12"
    assert.matches("^ 1  .*\n14  ", first)
    assert.equal(first:gsub("0x%x+", ""), (second:gsub("0x%x+", "")))
  end)
end)
