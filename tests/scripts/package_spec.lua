--- Packages: the .deb, in a root of its own; the rock; one version for all.
local screen = dofile "tests/screen.lua"
local sh, read = screen.sh, screen.read
local folder = sh "mktemp -d"
local build = screen.hecate:match "^(.*)/[^/]*$"
local version = read("CMakeLists.txt"):match "project%(hecate VERSION ([%d.]+)"

teardown(function() os.execute("rm -rf " .. folder) end)

local function has(program) return sh("command -v %s", program) ~= "" end

-- A package needs a build that is not of the sanitizers, and Debian's tools.
local can_pack = read(build .. "/CPackConfig.cmake") and has "cpack" and has "dpkg-deb" and has "dpkg-shlibdeps"
  and has "file" and not (os.getenv "ASAN_OPTIONS")

describe("the Debian package", function()
  if not can_pack then
    return needs(false, "cpack, dpkg-deb, dpkg-shlibdeps, file, a build without sanitizers")("is made and used")
  end
  local deb, root = nil, folder .. "/root"

  setup(function()
    local said = sh("cpack --config %s/CPackConfig.cmake -G DEB -B %s/pack 2>&1", build, folder)
    deb = sh("ls %s/pack/*.deb", folder)
    assert(deb:find "%.deb$", said)
    sh("dpkg-deb -x %s %s", deb, root)
  end)

  --- A field of the package.
  local function field(name) return sh("dpkg-deb -f %s %s", deb, name) end

  it("says what it needs and what it is", function()
    assert.equal("hecate", field "Package")
    assert.equal(version, field "Version")
    local depends = ", " .. field "Depends" .. ","
    for _, package in ipairs {"libc6", "libgomp1", "zlib1g", "libreadline8"} do
      assert.truthy(depends:find(", " .. package, 1, true), package .. depends)
    end
    assert.truthy(field "Recommends":find "gnuplot")
  end)

  it("runs from where it is unpacked, with its plug-ins", function()
    local function run(code)
      local file = assert(io.open(folder .. "/run.lua", "w"))
      file:write(code)
      file:close()
      return sh("cd %s; env -i %s/usr/bin/hecate run.lua 2>&1", folder, root)
    end
    assert.equal("6.0", run "print(torch.ones(2, 3):sum():item())")
    assert.equal("table", run "print(type(require 'hecate.zlib'))")
    assert.equal(version, run "print(torch.__version__)")
  end)

  it("has torch.so for lua5.4, examples, manual pages and the reference", function()
    if has "lua5.4" then
      assert.equal("2.0\ttable", sh("cd %s; env -i %s -e \"package.cpath = '%s/usr/lib/lua/5.4/?.so' "
        .. "local torch = require 'torch' print(torch.ones(2):sum():item(), type(require 'hecate.zlib'))\" 2>&1",
        folder, sh "command -v lua5.4", root))
    end
    for _, path in ipairs {"man/man1/hecate.1", "man/man3/hecate-torch.3", "doc/hecate/index.html",
      "doc/hecate/copyright", "doc/hecate/examples/pinn.lua", "doc/hecate/examples/command_line.lua"} do
      assert.truthy(read(root .. "/usr/share/" .. path), path)
    end
  end)
end)

describe("the rock", function()
  --- What the rockspec says.
  local function rockspec()
    local rock = {}
    assert(loadfile("hecate-scm-1.rockspec", "t", rock))()
    return rock
  end

  it("installs torch.so and its plug-ins where lua5.4 finds them", function()
    local rock = rockspec()
    assert.equal("hecate", rock.package)
    local options = rock.build.build_command:match "cmake %-S %. %-B build%-rock (.-) && "
    assert.truthy(rock.build.build_command:find("--target module", 1, true))
    -- The same installation of the present build: only the places change, and nothing is compiled.
    sh("cmake -S . -B %s/place -DHECATE_MODULE_DIR=. 2>&1", folder)
    assert.truthy(options:find("-DHECATE_MODULE_DIR=.", 1, true))
    local script = read(folder .. "/place/cmake_install.cmake")
    for _, name in ipairs {"torch.so", "hecate%-cuda.so", "hecate/zlib.so"} do
      assert.truthy(script:find(name), name)
    end
    assert.truthy(script:find('DESTINATION "${CMAKE_INSTALL_PREFIX}/."', 1, true), "torch.so")
    assert.truthy(script:find('DESTINATION "${CMAKE_INSTALL_PREFIX}/hecate-plugins/hecate"', 1, true), "zlib.so")
  end)

  it("is made by luarocks without a network", function()
    if not os.getenv "HECATE_LONG" or not has "luarocks" then return pending "needs HECATE_LONG and luarocks" end
    local copy = folder .. "/source"
    sh("mkdir %s && tar cf - --exclude='./build*' --exclude=./.git . | tar xf - -C %s", copy, copy)
    local said = sh("cd %s && unshare -n luarocks --lua-version 5.4 --tree %s/tree make 2>&1", copy, folder)
    assert.equal("2.0\ttable", sh("cd %s; lua5.4 -e \"package.cpath = '%s/tree/lib/lua/5.4/?.so' local torch = "
      .. "require 'torch' print(torch.ones(2):sum():item(), type(require 'hecate.zlib'))\" 2>&1", folder, folder), said)
  end)
end)

describe("the version", function()
  it("is written in one place", function()
    assert.equal(version, torch.__version__)
    assert.equal("CMakeLists.txt", sh("grep -rlF %s *.txt README.md *.rockspec scripts tensor vm lib --exclude=*.lua",
      version))
  end)
end)

describe("hecate missing", function()
  local function missing(words) return sh("%s missing %s 2>&1; echo $?", screen.hecate, words) end

  it("lists what PyTorch has and Hecate has not", function()
    local text = missing "nn"
    assert.truthy(text:find "^torch%.nn: %d+ names are here, %d+ are missing\n")
    for name in text:match "\n(.*)":gmatch "%S+" do
      if name:find "^%u" then assert.is_nil(rawget(torch.nn, name), name) end
    end
    assert.is_nil(text:find "%f[%w]Linear%f[%W]")
    assert.truthy(missing "":find "torch%.Tensor +%d+ +%d+\n")
    assert.truthy(missing "nn.Module torch.fft":find "torch.nn.Module: %d+ names are here")
  end)

  it("knows its libraries", function()
    assert.equal("hecate missing: there is no library 'torch.nnn', did you mean 'torch.nn'? (see --help)\n1",
      missing "torch.nnn")
    assert.truthy(missing "--help":find("usage: hecate missing", 1, true))
  end)
end)
