-- The session survives whatever the keyboard and the terminal do: Ctrl-C with other keys in one read and in any other
-- grouping, suspension, a window that changes, a terminal that goes away.
local pty = dofile "tests/pty.lua"
local files = dofile "tests/files.lua"

local folder

setup(function() folder = files.capture "mktemp -d":gsub("\n$", "") end)
teardown(function() os.execute("rm -rf " .. folder) end)
before_each(function() os.remove(folder .. "/history") end)

--- Adds to a script that a session at its prompt answers.
local function answers(script, n)
  script[#script + 1] = {"send", ("'o' .. 'k%d'\r"):format(n)}
  script[#script + 1] = {"expect", ("ok%d\r"):format(n)}
  script[#script + 1] = {"expect", "> "}
end

--- The keys in all groupings, one after the other in one session. After each the terminal shows the texts of
-- `shown`, "> " is the last, and the session answers.
local function survives(keys, shown, environment, first)
  local script = first or {{"expect", "> "}}
  for n, pieces in ipairs(pty.groupings(keys)) do
    for _, piece in ipairs(pieces) do script[#script + 1] = {"send", piece} end
    for _, text in ipairs(shown) do script[#script + 1] = {"expect", text} end
    answers(script, n)
  end
  pty.run(folder, script, environment)
end

local CLEARED = {"^C", "> "}
local blocks = {
  ["a key"] = "a\3", ["keys before and behind it"] = "ab\3", ["the start of an escape sequence"] = "\27\3",
  ["half of an escape sequence"] = "\27[\3", ["most of an escape sequence"] = "\27[1;5\3",
  ["an escape sequence that nothing is bound to"] = "\27[99~\3", ["half of a character"] = "\xC3\3",
  ["a character"] = "\xC3\xA9\3", ["a search"] = "\18\3", ["a search for something"] = "\18a\3",
  ["a search forwards"] = "\19b\3", ["a search that waits for Enter"] = "\27pa\3", ["a quoted key"] = "\22\3\3",
  ["a prefix"] = "\24\3", ["a number"] = "\0271\3", ["a search for a character"] = "\29\3",
  ["a search for a character that is none"] = "\29\27[201\3", ["a macro"] = "\24(\3", ["Tab"] = "to\t\t\3",
  ["the question after Tab"] = "t\t\t\3", ["a block"] = "do\r\3", ["undo"] = "a\31\3", ["a whole paste"] =
  "\27[200~ab\27[201~\3",
}

describe("Ctrl-C in every grouping", function()
  for name, keys in pairs(blocks) do
    it("with " .. name, function() survives(keys, CLEARED) end)
  end

  it("in the mode of vi", function()
    files.write(folder .. "/inputrc", "set editing-mode vi\n")
    for _, keys in ipairs {"a\3", "\27\3", "\27/a\3", "\27f\3", "\27d\3", "\27[\3"} do
      survives(keys, CLEARED, "INPUTRC=" .. folder .. "/inputrc")
    end
  end)

  it("in a terminal that moves no cursor", function()
    for _, keys in ipairs {"a\3", "\27\3", "\18a\3"} do survives(keys, CLEARED, "TERM=dumb") end
  end)

  it("twice, and three times", function()
    survives("\3\3", {"^C", "^C", "> "})
    survives("a\3\3\3", {"^C", "^C", "^C", "> "})
  end)

  it("before other keys", function()
    survives("\3a\21", CLEARED)
    survives("\3\r", {"^C", "> ", "> "})
    survives("\3\27[D", CLEARED)
  end)

  it("with Enter", function()
    survives("a\3\r", {"^C", "> ", "> "})
    survives("1\r\3", {"1\r", "1\r", "> "}) -- the echo of Ctrl-C may stand before the result
  end)
end)

describe("Ctrl-C while something runs, in every grouping", function()
  local function stops(statement, keys, environment)
    local script = {{"expect", "> "}}
    for n, pieces in ipairs(pty.groupings(keys)) do
      script[#script + 1] = {"send", statement .. "\r"}
      script[#script + 1] = {"expect", "running\r"}
      for _, piece in ipairs(pieces) do script[#script + 1] = {"send", piece} end
      script[#script + 1] = {"expect", "interrupted"}
      script[#script + 1] = {"expect", "> "}
      answers(script, n)
    end
    pty.run(folder, script, environment)
  end
  it("a loop", function() stops("io.write('run', 'ning\\n') while true do end", "a\3") end)
  it("a loop, with Enter", function() stops("io.write('run', 'ning\\n') while true do end", "\r\3") end)
  it("a read", function() stops("io.write('run', 'ning\\n') io.read()", "a\3") end)
  it("output without end", function() stops("io.write('run', 'ning\\n') while true do print(1) end", "\3") end)
  it("another program", function() stops("os.execute 'echo run\\'\\'ning; exec sleep 1000'", "\3") end)
end)

describe("the end of the input", function()
  it("that is typed while something runs comes after it", function()
    pty.run(folder, {{"expect", "> "}, {"send", "io.write('run', 'ning\\n') while true do end\r"},
      {"expect", "running\r"}, {"send", "\4"}, {"send", "\3"}, {"expect", "interrupted"}, {"expect", "> "},
      {"send", "\4"}, "exit 0"})
  end)

  it("ends a read, and not the session", function()
    local script = {{"expect", "> "}, {"send", "io.write('run', 'ning\\n') return io.read()\r"},
      {"expect", "running\r"}, {"send", "\4"}, {"expect", "nil"}, {"expect", "> "}}
    answers(script, 1)
    pty.run(folder, script)
  end)

  it("as the terminal goes away, at the prompt and while something runs: the history is kept", function()
    for _, statement in ipairs {"a = 1", "io.write('run', 'ning\\n') while true do end",
      "io.write('run', 'ning\\n') os.execute 'sleep 1000'", "io.write('run', 'ning\\n') io.read()"} do
      os.remove(folder .. "/history")
      local runs = statement:find "ning"
      pty.run(folder, {{"expect", "> "}, {"send", statement .. "\r"}, {"expect", runs and "running\r" or "> "},
        "hangup", "exit -1"})
      assert.equal(statement:gsub("\\", "\\\\") .. "\n", files.read(folder .. "/history"))
    end
  end)

  it("as the terminal goes away while an editor runs: no temporary file is left", function()
    files.write(folder .. "/editor", ("#!/bin/sh\necho $1 >%s/edited\necho run''ning\nsleep 1000\n"):format(folder))
    os.execute("chmod +x " .. folder .. "/editor")
    pty.run(folder, {{"expect", "> "}, {"send", "a = 1\r"}, {"expect", "> "}, {"send", "%edit\r"},
      {"expect", "running\r"}, "hangup", "exit -1"}, ("VISUAL=%s/editor"):format(folder))
    local path = files.read(folder .. "/edited"):gsub("\n$", "")
    assert.is_nil((io.open(path)))
    assert.is_nil((io.open((path:gsub("%.lua$", "")))))
  end)

  it("by SIGTERM and SIGHUP leaves the terminal as it was", function()
    for _, signal in ipairs {1, 15} do
      local text = pty.run(folder, {{"expect", "> "}, "signal " .. signal, "exit -" .. signal})
      assert.truthy(text:find "\27%[%?2004l[^>]*$", pty.escape(text))
    end
  end)
end)

describe("Ctrl-Z", function()
  local function in_shell(script)
    files.write(folder .. "/rc", "PS1='shell''> '\n")
    table.insert(script, 1, {"expect", "shell> "})
    table.insert(script, 2, {"send", pty.hecate .. "\r"})
    table.insert(script, 3, {"expect", "(Lua"})
    table.insert(script, 4, {"expect", "> "})
    pty.run(folder, script, nil, "bash --rcfile rc -i")
  end

  it("suspends the session at its prompt; fg shows the line again", function()
    for _, pieces in ipairs(pty.groupings "ab\26") do
      local script = {}
      for _, piece in ipairs(pieces) do script[#script + 1] = {"send", piece} end
      for _, line in ipairs {{"expect", "Stopped"}, {"expect", "shell> "}, {"send", "fg\r"}, {"expect", "> ab"},
        {"send", "= 5; ab + 1\r"}, {"expect", "6\r"}, {"expect", "> "}, {"send", "\4"}, {"expect", "shell> "}} do
        script[#script + 1] = line
      end
      in_shell(script)
    end
  end)

  it("suspends what runs; fg goes on with it", function()
    in_shell {{"send", "io.write('run', 'ning\\n') while not io.open 'go' do end print('go' .. 'ne')\r"}, {"expect",
      "running\r"}, {"send", "\26"}, {"expect", "Stopped"}, {"expect", "shell> "}, {"send", "touch go; fg\r"},
      {"expect", "gone"}, {"expect", "> "}, {"send", "6*7\r"}, {"expect", "42\r"}, {"send", "\4"},
      {"expect", "shell> "}}
    os.remove(folder .. "/go")
  end)
end)

describe("a window that changes", function()
  it("while keys come shows the line and loses none", function()
    local script = {{"expect", "> "}}
    for i = 1, 20 do
      script[#script + 1] = {"send", "x" .. i % 10}
      script[#script + 1] = ("size %d %d"):format(10 + 7 * i % 90, 3 + i % 20)
    end
    script[#script + 1] = "size 80 24"
    script[#script + 1] = {"send", " = 3; x1x2x3x4x5x6x7x8x9x0x1x2x3x4x5x6x7x8x9x0 * 2\r"}
    script[#script + 1] = {"expect", "6\r"}
    pty.run(folder, script)
  end)
end)
