-- scripts/test: which specs each mode runs. (That it runs them is seen whenever it is run.)
local function list(command)
  local pipe <close> = assert(io.popen(command .. " 2>&1"))
  local lines = {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  return lines
end

local function output(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read "a"
  local _, _, code = pipe:close()
  return text, code
end

describe("scripts/test", function()
  local all = list "find tests -name '*_spec.lua' | LC_ALL=C sort"

  it("normal and long run every spec", function()
    assert.same(all, list "scripts/test list normal")
    assert.same(all, list "scripts/test list long")
  end)

  it("sanitize runs what is about C each time, and every other spec in one tenth of ten", function()
    local times = {}
    for tenth = 0, 9 do
      for _, spec in ipairs(list("HECATE_TENTH=" .. tenth .. " scripts/test list sanitize")) do
        times[spec] = (times[spec] or 0) + 1
      end
    end
    local always = 0
    for _, spec in ipairs(all) do
      assert.is_true(times[spec] == 1 or times[spec] == 10, spec)
      if times[spec] == 10 then always = always + 1 end
    end
    assert.is_true(always > 15 and always < #all)
    for _, spec in ipairs {"tests/tensor/parity_spec.lua", "tests/vm/memory_spec.lua", "tests/docs_spec.lua",
      "tests/torch/nn/module_spec.lua"} do
      assert.equal(10, times[spec], spec)
    end
  end)

  it("takes the tenth of the day, and given specs alone", function()
    local digit = os.date("%j"):sub(-1)
    assert.same(list("HECATE_TENTH=" .. digit .. " scripts/test list sanitize"), list "scripts/test list sanitize")
    assert.same({"a_spec.lua", "b_spec.lua"}, list "HECATE_SPECS='a_spec.lua b_spec.lua' scripts/test list sanitize")
  end)

  it("says what is wrong", function()
    for command, message in pairs {
      ["HECATE_TENTH=12 scripts/test list sanitize"] = "HECATE_TENTH: expected 0 to 9, got '12'",
      ["scripts/test everything"] = "usage: scripts/test", ["scripts/test list everything"] = "usage: scripts/test",
    } do
      local text, code = output(command)
      assert.matches(message, text, 1, true)
      assert.equal(2, code)
    end
  end)
end)
