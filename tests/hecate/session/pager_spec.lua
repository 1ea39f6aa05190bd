-- Long texts of the help are shown by the page, in a real terminal.
local pty = dofile "tests/pty.lua"
local files = dofile "tests/files.lua"
local terminal = dofile "tests/terminal.lua"

local folder, session

setup(function() folder = files.capture "mktemp -d":gsub("\n$", "") end)
teardown(function() os.execute("rm -rf " .. folder) end)
after_each(function()
  if session then session:close() end
  session = nil
end)

local QUESTION = "%-%- (%d+) more lines: Space, Enter or q %-%-"

local in_terminal = needs(terminal.available, "tmux")

describe("the pager", function()
  in_terminal("fills the window, goes on by pages and lines, and ends", function()
    session = terminal.open(folder, {width = 80, height = 14})
    session:enter "?nn"
    local text = session:wait(QUESTION)
    assert.equal(14, select(2, text:gsub("\n", "")) + 1, text)
    local left = tonumber(text:match(QUESTION))
    session:keys "Enter"
    text = session:wait(("%%-%%- %d more"):format(left - 1))
    assert.falsy(text:find "^nn\n")
    session:keys "Space"
    session:wait(("%%-%%- %d more"):format(left - 14))
    session:keys "q"
    session:wait "\n>$"
    session:enter "6 * 7"
    text = session:wait "\n42\n>$"
    assert.falsy(text:find "more lines", text)
  end)

  in_terminal("asks nothing where the text has room", function()
    session = terminal.open(folder, {width = 80, height = 60})
    session:enter "?optim"
    local text = session:wait "\nClasses\n.*\n>$"
    assert.falsy(text:find "more lines")
    for line in text:gmatch "[^\n]+" do assert.is_true(utf8.len(line) <= 80, line) end
  end)

  in_terminal("counts the rows that long lines take, and the window as it is", function()
    session = terminal.open(folder, {width = 40, height = 10})
    session:enter "??torch.max"
    session:wait(QUESTION)
    session:resize(60, 30)
    session:keys "Space"
    session:wait "\nStatus KERNEL%(max_dim%).*\n}\n>$"
  end)

  it("ends by a key that is typed before it asks", function()
    local input = "io.write('wor', 'king\\n') local t = os.clock() + 0.3 while os.clock() < t do end help(torch)\r"
    for _, key in ipairs {"\4", "\3", "q", "\27"} do
      pty.run(folder, {{"expect", "> "}, {"send", input}, {"expect", "working"}, {"send", key}, {"expect", "> "},
        {"send", "\21'o' .. 'k'\r"}, {"expect", "ok\r"}})
    end
  end)

  it("survives Ctrl-C in every grouping, and the end of the input", function()
    local script = {{"expect", "> "}}
    for _, keys in ipairs {"\3", " \3", "\r\3", "\27[\3", "q", "\4", "x\3"} do
      for _, pieces in ipairs(pty.groupings(keys)) do
        script[#script + 1] = {"send", "?torch\r"}
        script[#script + 1] = {"expect", "more lines"}
        for _, piece in ipairs(pieces) do script[#script + 1] = {"send", piece} end
        script[#script + 1] = {"expect", "> "}
        script[#script + 1] = {"send", "\21'o' .. 'k'\r"}
        script[#script + 1] = {"expect", "ok\r"}
      end
    end
    script[#script + 1] = {"send", "?torch\r"}
    script[#script + 1] = {"expect", "more lines"}
    script[#script + 1] = "hangup"
    script[#script + 1] = "exit -1"
    pty.run(folder, script)
  end)
end)
