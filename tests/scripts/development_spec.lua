-- libhecate: the tensor library for programs in C. It is installed into a folder, and scripts/examples/cube.c is
-- compiled with what pkg-config says, and run.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"
local build = hecate:match "^(.*)/[^/]*$"
local files = dofile "tests/files.lua"

local function output(command, ...) return files.capture(command:format(...) .. " 2>&1") end
local function has(program) return output("command -v %s", program) ~= "" end

-- Built, and with the same ops as the program.
local library = build .. "/development/libhecate.so"
local built = io.open(library) and os.execute(("[ %s -nt %s/gen/ops.stamp ]"):format(library, build))
local can_try = built and has "cmake" and has "cc" and has "pkg-config" and not os.getenv "ASAN_OPTIONS"
local check = needs(can_try, "--target development, cmake, cc, pkg-config, a build without sanitizers")

describe("libhecate", function()
  local folder = files.capture("mktemp -d"):match "[^\n]+"
  teardown(function() os.execute("rm -rf " .. folder) end)

  check("is used by a program in C that adds an op", function()
    local said = output("cmake --install %s --prefix %s/root --component development", build, folder)
    local pc = output("find %s/root -name hecate.pc", folder):match "[^\n]+"
    assert.is_truthy(pc, said)
    local setting = ("PKG_CONFIG_PATH=%s"):format(pc:match "^(.*)/")
    assert.equal(torch.__version__ .. "\n", output("%s pkg-config --modversion hecate", setting))
    said = output("%s sh -c 'cc -Wall -Wextra -Werror scripts/examples/cube.c $(pkg-config --cflags --libs hecate) "
      .. "-o %s/cube'", setting, folder)
    assert.equal("", said)
    local library = output("find %s/root -name libhecate.so", folder):match "^(.*)/"
    assert.equal("1³ · 2 = 2, gradient 6\n2³ · 2 = 16, gradient 24\n3³ · 2 = 54, gradient 54\n",
      output("LD_LIBRARY_PATH=%s %s/cube", library, folder))
  end)

  check("shows the functions of its headers and no others", function()
    local names = output("nm -D --defined-only %s/development/libhecate.so", build)
    for _, name in ipairs {"tensor_empty_cpu", "op_call", "op_register", "op_add", "autograd_backward",
      "hecate_version"} do
      assert.truthy(names:find(" " .. name .. "\n", 1, true), name)
    end
    assert.is_nil(names:find(" lua", 1, true))
    assert.is_nil(names:find(" conv_columns", 1, true))
  end)
end)
