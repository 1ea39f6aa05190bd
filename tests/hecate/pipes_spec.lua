--- The executable from outside, through pipes: scripts, options, and values that the session shows.
local program = dofile "tests/hecate/program.lua"
local binary, folder, quote, capture = program.binary, program.folder, program.quote, program.capture
local write, read, hecate = program.write, program.read, program.hecate

teardown(program.remove)

describe("hecate without a terminal", function()
  it("runs a script with its arguments in 'arg' and in '...'", function()
    write("a.lua", "print(arg[0], #arg, arg[1], arg[2], ...) print(arg[-1] ~= nil)")
    local out, err, code = hecate("a.lua x 'y z'")
    assert.equal("a.lua\t2\tx\ty z\tx\ty z\ntrue\n", out)
    assert.equal("", err)
    assert.equal(0, code)
  end)

  it("ends with 1, the message and the user's line after an error", function()
    write("bad.lua", "local function f()\n  error('boom')\nend\nf()\nprint('no')")
    local out, err, code = hecate("bad.lua")
    assert.equal("", out)
    assert.truthy(err:find("^hecate: bad.lua:2: boom\nstack traceback:"), err)
    assert.truthy(err:find("bad.lua:4: in main chunk", 1, true), err)
    assert.equal(1, code)
  end)

  it("ends with 1 for syntax errors, missing files and unknown options", function()
    write("bad.lua", "x = = 1")
    for options, expected in pairs({
      ["bad.lua"] = "bad.lua:1: unexpected symbol near '='",
      ["none.lua"] = "cannot open none.lua",
      ["--nonsense"] = "--nonsense",
      ["-e"] = "'-e'",
      ["-x"] = "'-x'",
    }) do
      local _, err, code = hecate(options)
      assert.truthy(err:find(expected, 1, true), err)
      assert.equal(1, code)
    end
  end)

  it("keeps the exit code of os.exit", function()
    local _, _, code = hecate("-e 'os.exit(7)'")
    assert.equal(7, code)
  end)

  it("runs -e and -l in their order, then the script", function()
    write("part.lua", "return {n = (n or 0) + 1}")
    write("b.lua", "print(n, part.n, q.n)")
    local out, _, code = hecate("-e 'n = 1' -l part -e 'n = n + 1' -lq=part b.lua")
    assert.equal("2\t2\t2\n", out)
    assert.equal(0, code)
  end)

  it("stops at the first -e that fails", function()
    local out, err, code = hecate("-e 'error(\"first\")' -e 'print(2)'")
    assert.equal("", out)
    assert.truthy(err:find("^hecate: %(command line%):1: first"), err)
    assert.equal(1, code)
  end)

  it("does not read standard input after -e or -v", function()
    assert.equal("1\n", (hecate("-e 'print(1)'", "print(2)")))
    assert.truthy((hecate("-v", "print(2)")):find("^Hecate [%d.]+ [^\n]*Lua 5%.4[^\n]*\n$"))
  end)

  it("runs standard input, also as '-' with arguments", function()
    assert.equal("1\n", (hecate("", "print(1)")))
    assert.equal("a\tb\n", (hecate("- a b", "print(...)")))
    local _, err, code = hecate("-", "\nerror('here')")
    assert.truthy(err:find("^hecate: stdin:2: here"), err)
    assert.equal(1, code)
  end)

  it("ends the options at --", function()
    write("-e", "print('file -e', ...)")
    assert.equal("file -e\t-v\n", (hecate("-- -e -v")))
  end)

  it("honours LUA_INIT, and -E not", function()
    local with = hecate("LUA_INIT='v = 5' " .. quote(binary) .. " -e 'print(v)'", nil, "/usr/bin/env")
    local without = hecate("LUA_INIT='v = 5' " .. quote(binary) .. " -E -e 'print(v or nil)'", nil, "/usr/bin/env")
    assert.equal("5\n", with)
    assert.equal("nil\n", without)
  end)

  it("lists its options and the version on request", function()
    local help, _, code = hecate("--help")
    assert.equal(0, code)
    for _, option in ipairs({"-e", "-l", "-i", "-v", "-E", "--"}) do
      assert.truthy(help:find(option, 1, true), option)
    end
    assert.equal((hecate("-v")), (hecate("--version")))
  end)

  it("-i reads on after the script, without prompts or escapes", function()
    write("c.lua", "x = 20")
    local out, err, code = hecate("-i c.lua", "x + 1\n= x\nx + 2;\nfor i = 1, 2 do\nprint(i)\nend\n")
    assert.equal("21\n20\n1\n2\n", out)
    assert.equal("", err)
    assert.equal(0, code)
  end)

  it("-i stays after a script that failed, with what it defined", function()
    write("c.lua", "x = 20\nerror('late')")
    local out, err = hecate("-i c.lua", "x")
    assert.equal("20\n", out)
    assert.truthy(err:find("c.lua:2: late", 1, true), err)
  end)

  it("-i reports errors and an unfinished end, and goes on", function()
    local out, err, code = hecate("-i", "x = 3\nerror('once')\ny = = 1\nx\nfor i = 1, 2 do\n")
    assert.equal("3\n", out)
    assert.truthy(err:find("^input%[2%]:1: once\n"), err)
    assert.truthy(err:find("input[3]:1: unexpected symbol near '='", 1, true), err)
    assert.truthy(err:find("near <eof>", 1, true), err)
    assert.equal(0, code)
  end)

  it("ends with 1 and a traceback when Ctrl-C stops a script", function()
    write("loop.lua", "io.open('started', 'w'):close()\nwhile true do end")
    write("stop.sh", ([[
rm -f started
set -m
%s loop.lua 2>errors &
for i in $(seq 500); do test -e started && break; sleep 0.02; done
kill -INT $!
wait $!
echo $?]]):format(quote(binary)))
    assert.equal("1\n", capture("cd " .. quote(folder) .. " && bash stop.sh 2>&1"))
    local errors = read("errors")
    assert.truthy(errors:find("interrupted\nstack traceback:\n", 1, true), errors)
    assert.truthy(errors:find("loop.lua:2: in main chunk", 1, true), errors)
  end)
end)

describe("values in the session", function()
  local function show(expression) return (hecate("-i", expression .. "\n")) end

  it("prints several results in one line, and nil", function()
    assert.equal("1\ta\tnil\n", show("1, 'a', nil"))
    assert.equal("nil\n", show("undefined_name or nil"))
    assert.equal("", show("(function() end)()"))
  end)

  it("prints tables short, sorted, and cycle-safe", function()
    assert.equal("{}\n", show("{}"))
    assert.equal('{1, 2, "x", a = true, b = {c = 1}, ["d e"] = 2}\n',
      show("{1, 2, 'x', b = {c = 1}, a = true, ['d e'] = 2}"))
    assert.equal("{self = {...}, x = 1}\n",
      show("(function() local t = {x = 1} t.self = t return t end)()"))
    local deep = show("{{{{{{1}}}}}}")
    assert.truthy(deep:find("...", 1, true), deep)
    assert.falsy(deep:find("1", 1, true), deep)
  end)

  it("prints long tables within limits", function()
    local out = show("(function() local t = {} for i = 1, 1e5 do t[i] = i end return t end)()")
    assert.truthy(#out < 1000, #out)
    assert.truthy(out:find("more", 1, true), out)
  end)

  it("uses __tostring and survives one that fails", function()
    assert.equal("me\n", show("setmetatable({}, {__tostring = function() return 'me' end})"))
    local out, err = hecate("-i", "setmetatable({}, {__tostring = function() error('no') end})\n5\n")
    assert.equal("5\n", out)
    assert.truthy(err:find("no", 1, true), err)
  end)
end)
