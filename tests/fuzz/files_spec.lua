-- tests/fuzz/files.lua with a few damaged files; `scripts/test long` reads thousands under the sanitizers.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"

describe("damaged files", function()
  it("are refused in one line or read", function()
    local pipe = assert(io.popen(hecate .. " tests/fuzz/files.lua 60 1 2>&1"))
    local text = pipe:read "a"
    local ok = pipe:close()
    local lines = {}
    for line in text:gmatch "[^\n]+" do -- without what libmpg123 writes about files of MP3
      local note = line:find "^%[src/libmpg123" or line:find "^Note: " or line:find "^Warning: "
      if not note then lines[#lines + 1] = line end
    end
    text = table.concat(lines, "\n") .. "\n"
    local passed = text:match "^(%d+) passed, 0 failed\n$"
    assert.is_truthy(passed, text)
    assert.is_true(tonumber(passed) >= 5 * 61) -- kinds, each once as it should be
    assert.is_true(ok)
  end)
end)
