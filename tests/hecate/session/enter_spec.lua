-- What a program of the session begins with: -i and the state that a script leaves behind, the file of one's own
-- settings, and what the start loads.
local binary = os.getenv "HECATE_BIN" or "build/hecate"
local folder -- of this run; gone afterwards

local capture = dofile("tests/files.lua").capture

local function write(name, text)
  local path = folder .. "/" .. name
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  return path
end

local function contains(text, part)
  assert.is_true(text:find(part, 1, true) ~= nil, ("%q is not in\n%s"):format(part, text))
end

setup(function()
  folder = capture("mktemp -d"):gsub("\n", "")
  if not binary:find "^/" then binary = capture("pwd"):gsub("\n", "") .. "/" .. binary end
end)
teardown(function() os.execute("rm -rf " .. folder) end)

--- Runs hecate with input; returns what it wrote to both outputs.
local function hecate(options, input, environment)
  local path = write("input", input or "")
  return capture(("cd %s && HOME=%s XDG_CONFIG_HOME= %s %s %s <%s 2>&1"):format(folder, folder, environment or "",
    binary, options, path))
end

describe("hecate -i", function()
  it("has the locals of the script", function()
    write("train.lua", "local steps = 12\nlocal function double(x) return 2 * x end\n" ..
      "for i = 1, 3 do local inner = i end")
    assert.equal("24\tnil\tnil\n", hecate("-i train.lua", "double(steps), i or nil, inner or nil"))
    write("args.lua", "local first, second = ...\n")
    assert.equal("a\tb\n", hecate("-i args.lua a b", "first, second"))
  end)

  it("has those at the point where the script failed", function()
    write("bad.lua", "local model = {1}\nlocal function step(x)\n  local y = x\n  error 'diverged'\nend\n" ..
      "for epoch = 1, 9 do\n  local batch = epoch * 2\n  if epoch == 3 then step(batch) end\nend")
    local text = hecate("-i bad.lua", "model, epoch, batch\n%debug\ny\nquit\n")
    contains(text, "bad.lua:4: diverged\n  2 | local function step(x)\n")
    contains(text, "{1}\t3\t6\n")
    contains(text, "\n6\n")
  end)

  it("has those where Ctrl-C stopped it", function()
    write("endless.lua", "local trained = 0\nwhile true do\n  trained = trained + 1\n" ..
      "  if trained == 7 then os.execute '(sleep 0.1; kill -INT $PPID) &' end\nend")
    local text = hecate("-i endless.lua", "trained >= 7")
    contains(text, "interrupted")
    contains(text, "true\n")
  end)

  it("starts the session although the script cannot be read or compiled", function()
    write("wrong.lua", "x = = 1")
    local text = hecate("-i wrong.lua", "1 + 1")
    contains(text, "wrong.lua:1: unexpected symbol")
    contains(text, "2\n")
    contains(hecate("-i nowhere.lua", "1 + 1"), "cannot open nowhere.lua")
  end)

  it("runs commands and stops %debug at the end of the input", function()
    assert.equal(folder .. "\n", hecate("-i", "%pwd"))
    contains(hecate("-i", "error 'x'\n%debug\nlocals\n"), "quit, help; anything else")
  end)
end)

describe("the file of one's own settings", function()
  before_each(function() os.execute("mkdir -p " .. folder .. "/.config/hecate " .. folder .. "/other/hecate") end)
  after_each(function() os.execute("rm -rf " .. folder .. "/.config " .. folder .. "/other") end)

  it("runs before the session, not with -E and not for scripts", function()
    write(".config/hecate/init.lua", "mine = 5\nlocal session = ...\nsession:set_strict(true)")
    contains(hecate("-i", "mine\nunknown\n"), "5\n")
    contains(hecate("-i", "unknown\n"), "'unknown' is not defined")
    assert.equal("nil\n", hecate("-E -i", "mine or nil"))
    assert.equal("nil\n", hecate("-e 'print(mine or nil)'"))
  end)

  it("is found by XDG_CONFIG_HOME", function()
    write("other/hecate/init.lua", "mine = 'other'")
    assert.equal("other\n", hecate("-i", "mine", "XDG_CONFIG_HOME=" .. folder .. "/other"))
  end)

  it("may fail: that is told once and the session starts", function()
    write(".config/hecate/init.lua", "mine = 5\nerror 'in my settings'")
    local text = hecate("-i", "mine\nmine + 1")
    contains(text, "init.lua:2: in my settings")
    assert.equal(1, select(2, text:gsub("in my settings", "")) - select(2, text:gsub("| error 'in my settings'", "")))
    contains(text, "5\n6\n")
    write(".config/hecate/init.lua", "x = = 1")
    contains(hecate("-i", "1 + 1"), "unexpected symbol")
  end)
end)

describe("the start", function()
  it("of a script loads nothing of the session", function()
    assert.equal("nil\tnil\n",
      hecate [[-e 'print(package.loaded["hecate.session"], package.loaded["hecate.session.fault"])']])
  end)

  it("of the session takes less than 30 ms of the processor", function()
    local seconds = tonumber(hecate("-i", "os.clock()")) -- of this process, to the first input
    assert.is_true(seconds < 0.03 * (capture("nm " .. binary .. " | grep -c __asan_init"):find "^0" and 1 or 20),
      seconds)
  end)
end)
