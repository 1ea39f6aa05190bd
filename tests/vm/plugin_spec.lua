-- Plug-ins: C parts of libraries that are shared objects of their own, opened when they are required.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"
local build = hecate:match "^(.*)/[^/]*$"
local folder

--- What a command prints, its errors too.
local function output(command, ...)
  local pipe <close> = assert(io.popen(command:format(...) .. " 2>&1"))
  return pipe:read "a"
end

setup(function() folder = output "mktemp -d":gsub("%s+$", "") end)
teardown(function() os.execute(("rm -rf '%s'"):format(folder)) end)

--- The names that a shared object or an executable shows to others.
local function exported(path)
  local names = {}
  for name, rest in output("nm -D --defined-only '%s'", path):gmatch "%x+ [TDBRVWi] ([%w_]+)([^\n]*)" do
    -- "stdout@GLIBC_2.2.5" of an executable is that of the C library
    if not rest:find "^@[^@]" then names[name] = true end
  end
  return names
end

local use = [[local z = require "hecate.zlib" print(#z.deflate(("x"):rep(100000)) < 1000)]]
local packed_mnist = [[torchvision.datasets.MNIST{root = "%s", train = false}]]

--- A folder of MNIST with packed files, which are no images.
local function write_packed_mnist()
  local name = folder .. "/t10k-%s-ubyte.gz"
  for _, kind in ipairs {"images-idx3", "labels-idx1"} do
    os.execute(("printf x | gzip >'%s'"):format(name:format(kind)))
  end
end

local WITHOUT = "hecate.zlib needs zlib, and this Hecate was built without it (Debian: zlib1g-dev)"
local is_built = not output("%s -e '%s'", hecate, use):find(WITHOUT, 1, true)

-- A build with HECATE_WITH_ZLIB=OFF, or where zlib was not found.
if not is_built then describe("a plug-in that was not built", function()
  it("is named with its library and the package to build with", function()
    assert.matches("hecate: " .. WITHOUT, output("%s -e '%s'", hecate, use), 1, true)
  end)
  it("leaves nothing in the build", function() assert.is_nil(io.open(build .. "/plugins/hecate/zlib.so")) end)
  it("that is needed for a file is named with the file", function()
    write_packed_mnist()
    assert.matches("images-idx3-ubyte.gz: the file is packed: " .. WITHOUT,
      output("%s -e '%s'", hecate, packed_mnist:format(folder)), 1, true)
  end)
end) end

if is_built then describe("a plug-in", function()
  it("is opened with its library when it is required", function()
    assert.equal("nil\ttrue\ntrue\n", output([[%s -e '
      local function opened() return io.open "/proc/self/maps":read "a":find("libz.so", 1, true) and true end
      local before = opened()
      require "hecate.zlib"
      print(before, opened())' -e '%s']], hecate, use))
  end)

  it("says which package its library is in", function()
    assert(io.open(folder .. "/libz.so.1", "w")):close() -- the loader takes it for the library, and finds it empty
    assert.matches("hecate.zlib needs zlib %(Debian: zlib1g%): .*libz.so.1",
      output("LD_LIBRARY_PATH=%s %s -e '%s'", folder, hecate, use))
  end)

  it("that has an undefined symbol says so, and blames no library that is there", function()
    local here = folder .. "/undefined"
    output("mkdir -p %s/plugins/hecate && cp %s %s/hecate", here, hecate, here)
    output("echo 'void missing(void); void luaopen_hecate_zlib(void) { missing(); }' | "
      .. "cc -shared -fPIC -x c - -o %s/plugins/hecate/zlib.so", here)
    local message = output("%s/hecate -e '%s'", here, use)
    assert.matches("hecate.zlib cannot be used with this Hecate and the zlib that is installed: "
      .. "[^\n]*zlib.so: undefined symbol: missing", message)
    assert.is_nil(message:find("needs zlib", 1, true))
  end)

  it("that is needed for a file is named with the file", function()
    write_packed_mnist()
    assert.matches("MNIST: [^\n]*images%-idx3%-ubyte.gz: the file is packed: hecate.zlib needs zlib %(Debian: zlib1g%)",
      output("LD_LIBRARY_PATH=%s %s -e '%s'", folder, hecate, packed_mnist:format(folder)))
  end)

  it("that is not installed is named with its file", function()
    os.execute(("cp %s %s/hecate"):format(hecate, folder))
    assert.matches("hecate.zlib: there is no file [^\n]*/hecate/zlib.so", output("%s/hecate -e '%s'", folder, use))
  end)

  it("gets the functions of torch.so in a stock Lua", function()
    if not os.execute "command -v lua5.4 >/dev/null" or build:find "sanitize" then
      pending "no lua5.4, or torch.so needs a sanitizer"
      return
    end
    assert.equal("true\ntrue\n", output([[lua5.4 -e 'package.cpath = "%s/?.so" require "torch" %s' \
      -e 'local _, message = pcall(require "hecate.zlib".deflate, {})
        print(message:find("deflate: .bytes. .argument 1.: expected a string") ~= nil)']],
      build, use))
  end)
end) end

describe("a program without a plug-in", function()
  it("stores pictures of notebooks unpacked", function()
    local code = [[local x = torch.arange(0, 120000):remainder(251):to("uint8"):view(200, 200, 3)
      io.stdout:write(require "hecate.notebook.wire".png(x))]]
    local check = [[import struct, sys, zlib
data, at, packed = sys.stdin.buffer.read(), 8, b""
while at < len(data):
  n, kind = struct.unpack(">I4s", data[at:at + 8])
  assert zlib.crc32(data[at + 4:at + 8 + n]) == struct.unpack(">I", data[at + 8 + n:at + 12 + n])[0]
  if kind == b"IDAT": packed += data[at + 8:at + 8 + n]
  at += 12 + n
lines = zlib.decompress(packed)
rows = [lines[i * 601 + 1:(i + 1) * 601] for i in range(200)]
print(len(data) > 120000, all(b == i % 251 for i, b in enumerate(b"".join(rows))))]]
    assert(io.open(folder .. "/libz.so.1", "w")):close()
    local results = {["LD_LIBRARY_PATH=" .. folder] = "True True\n"}
    results["HECATE=1"] = is_built and "False True\n" or "True True\n"
    for environment, result in pairs(results) do
      assert.equal(result, output("env %s %s -e '%s' | python3 -c '%s'", environment, hecate, code, check))
    end
  end)

  it("shares no name with the libraries that are opened beside it", function()
    local ours = exported(hecate)
    assert.is_true(ours.tensor_check and ours.op_add and ours.error_argument)
    local beside = {}
    for name in ("c m mvec gomp openblas gfortran readline tinfo zmq sodium z"):gmatch "%a+" do
      beside["lib" .. name .. ".so"] = true
    end
    local others = 0
    for file, path in output "PATH=$PATH:/sbin:/usr/sbin ldconfig -p":gmatch "(lib%a+%.so)%S*[^\n]*=> (/[^\n]*)" do
      if beside[file] then
        others = others + 1
        for name in pairs(exported(path)) do
          if ours[name] and not name:find "^_" then error(("%s is in hecate and in %s"):format(name, path), 0) end
        end
      end
    end
    assert.is_true(others >= 5)
  end)
end)

-- Where the parts of an installation look for each other.
if os.getenv "HECATE_LONG" then describe("an installation", function()
  setup(function() output("cmake --install %s --prefix %s/installed", build, folder) end)
  local expected = is_built and "true\n" or WITHOUT

  it("finds its plug-ins from the program", function()
    assert.matches(expected, output("cd / && %s/installed/bin/hecate -e '%s'", folder, use), 1, true)
  end)
  it("finds them from torch.so in a stock Lua", function()
    if not os.execute "command -v lua5.4 >/dev/null" or build:find "sanitize" then
      pending "no lua5.4, or torch.so needs a sanitizer"
      return
    end
    local torch = output("find %s/installed -name torch.so", folder):gsub("torch.so%s*$", "?.so")
    local text = output([[cd / && lua5.4 -e 'package.cpath = "%s" require "torch" %s']], torch, use)
    assert.matches(expected, text, 1, true)
  end)
end) end

describe("the example of docs/internals/libraries.md", function()
  it("builds by hecate_plugin and runs", function()
    local document <close> = assert(io.open "docs/internals/libraries.md")
    local tree = folder .. "/tree"
    assert.equal("", output("mkdir -p %s/lib/demo && cp -r --parents -t %s CMakeLists.txt tensor vm lib scripts/gen "
      .. "scripts/package", tree, tree))
    local written = 0
    for path, text in document:read "a":gmatch "\n```%l+ (lib/demo/[%w_.]+)\n(.-)\n```" do
      local file <close> = assert(io.open(tree .. "/" .. path, "w"))
      file:write(text, "\n")
      written = written + 1
    end
    assert.equal(3, written)
    local log = output("cd %s && cmake -S . -B build -DHECATE_LEVELS=OFF && cmake --build build --target " ..
      "plugin_demo_checksum", tree)
    local code = [[package.cpath, package.path = "%s/build/plugins/?.so", "%s/lib/?.lua"
      local same = require "demo.compare"
      print(same(torch.ones(2, 3), torch.ones(3, 2)), same(torch.ones(2), torch.zeros(2)))
      print(select(2, pcall(require "demo.checksum".adler, torch.ones(2, 3):t())))]]
    assert.equal("true\tfalse\nadler: 'x' (argument 1): expected a contiguous tensor, got a tensor float32 (3×2)\n",
      output("%s -e '%s'", hecate, (code:format(tree, tree):gsub("'", "'\\''"))), log)
  end)
end)
