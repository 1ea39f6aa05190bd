-- The worked examples of docs/internals/rows.md: the generator takes their rows beside all others, and the C of the
-- kernel compiles with what comes out.
local function block(kind)
  local list = {}
  local file <close> = assert(io.open "docs/internals/rows.md")
  for text in ("\n" .. file:read "a"):gmatch("\n```" .. kind .. "\n(.-)```") do list[#list + 1] = text end
  return list
end

local write = dofile("tests/files.lua").write

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo $?"))
  local text = pipe:read "a"
  pipe:close()
  return tonumber(text:match "(%d+)%s*$"), text
end

local FILES = "$(LC_ALL=C ls tensor/ops/*/rows.lua)"

--- Runs the generator over the rows of the tree and those of `text`; then f(folder) with the folder of what it wrote.
local function with_rows(text, f)
  local folder = os.tmpname()
  os.remove(folder)
  assert.is_true(os.execute("mkdir -p " .. folder))
  write(folder .. "/rows.lua", text)
  local hecate = os.getenv "HECATE_BIN" or "build/hecate"
  local code, message = run(("%s scripts/gen/gen.lua . %s %s %s/rows.lua"):format(hecate, folder, FILES, folder))
  assert.equal(0, code, message)
  f(folder)
  os.execute("rm -r " .. folder)
end

local function compile(folder, name, flags)
  local command = "cc -std=gnu11 -D_GNU_SOURCE -w -Werror=implicit-function-declaration -fsyntax-only %s -I%s " ..
    "-Itensor %s/%s"
  return run(command:format(flags or "", folder, folder, name))
end

describe("the examples of docs/internals/rows.md", function()
  it("are rows that the generator takes, and C that compiles with them", function()
    local rows, c = block "row", block "c"
    assert.same({1, 1, 2}, {#rows, #block "kernel%-row", #c})
    with_rows(rows[1] .. block "kernel%-row"[1], function(folder)
      write(folder .. "/shape.c", '#include "core/internal.h"\n' .. c[1])
      write(folder .. "/cpu.c", '#include "device/cpu/kernel.h"\n' .. c[2])
      for _, name in ipairs {"shape.c", "cpu.c", "ops.c", "strips_float32.c"} do
        local code, text = compile(folder, name, name ~= "shape.c" and "-DLEVEL=base")
        assert.equal(0, code, name .. ": " .. text)
      end
    end)
  end)
end)

describe("a row with too many bytes of attributes", function()
  it("does not compile, and is named", function()
    local list = {}
    for i = 1, 10 do list[i] = ("a%d: ints"):format(i) end
    local row = 'op {"too_large", "(input: Tensor, %s) -> Tensor", infer = "same"}'
    with_rows(row:format(table.concat(list, ", ")), function(folder)
      local code, text = compile(folder, "ops.c")
      assert.is_true(code ~= 0)
      assert.matches("rows.lua: the attributes of 'too_large' take more than 1024 bytes", text)
    end)
    table.remove(list)
    with_rows(row:format(table.concat(list, ", ")), function(folder) assert.equal(0, (compile(folder, "ops.c"))) end)
  end)
end)
