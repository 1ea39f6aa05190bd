-- The worked examples of docs/internals/rows.md: the generator takes their rows beside all others, and the C of the
-- kernel compiles with what comes out.
local function block(kind)
  local list = {}
  local file <close> = assert(io.open "docs/internals/rows.md")
  for text in ("\n" .. file:read "a"):gmatch("\n```" .. kind .. "\n(.-)```") do list[#list + 1] = text end
  return list
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo $?"))
  local text = pipe:read "a"
  pipe:close()
  return tonumber(text:match "(%d+)%s*$"), text
end

describe("the examples of docs/internals/rows.md", function()
  it("are rows that the generator takes, and C that compiles with them", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert.is_true(os.execute("mkdir -p " .. folder))
    local rows, c = block "row", block "c"
    assert.same({1, 1, 2}, {#rows, #block "kernel%-row", #c})
    write(folder .. "/rows.lua", rows[1] .. block "kernel%-row"[1])
    local hecate = os.getenv "HECATE_BIN" or "build/hecate"
    local files = "$(LC_ALL=C ls tensor/ops/*/rows.lua)"
    local code, text = run(("%s scripts/gen/gen.lua . %s %s %s/rows.lua"):format(hecate, folder, files, folder))
    assert.equal(0, code, text)
    write(folder .. "/shape.c", '#include "core/internal.h"\n' .. c[1])
    write(folder .. "/cpu.c", '#include "device/cpu/kernel.h"\n' .. c[2])
    for _, name in ipairs {"shape.c", "cpu.c", "ops.c", "strips_float32.c"} do
      local flags = name == "shape.c" and "" or "-DLEVEL=base"
      code, text = run(("cc -std=gnu11 -D_GNU_SOURCE -w -Werror=implicit-function-declaration -fsyntax-only %s -I%s -Itensor %s/%s")
        :format(flags, folder, folder, name))
      assert.equal(0, code, name .. ": " .. text)
    end
    os.execute("rm -r " .. folder)
  end)
end)
