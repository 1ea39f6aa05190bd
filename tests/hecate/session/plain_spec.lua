-- The session where readline cannot be opened; and that nothing but a prompt opens it.
local terminal = dofile "tests/terminal.lua"

describe("readline", function()
  it("is not there while a script runs", function()
    local maps <close> = assert(io.open "/proc/self/maps")
    assert.is_nil(maps:read "a":find("libreadline", 1, true))
  end)
end)

describe("a session without readline", function()
  local folder, session

  setup(function()
    folder = terminal.capture "mktemp -d"
    for _, version in ipairs {7, 8, 9} do -- the loader takes these files for the library, and finds them empty
      assert(io.open(("%s/libreadline.so.%d"):format(folder, version), "w")):close()
    end
    session = terminal.open(folder, {environment = "LD_LIBRARY_PATH=" .. folder})
  end)

  teardown(function()
    if session then session:close() end
    os.execute("rm -rf " .. folder)
  end)

  it("says which package is missing", function()
    assert.matches("lines are read without editing: cannot load libreadline.so.%d+ %(Debian: libreadline%d*%)",
      session:screen())
  end)

  it("reads, runs and prints", function()
    session:keys("1 + 41", "Enter")
    session:wait "\n42\n> *$"
  end)

  it("asks for the further lines of a block", function()
    session:keys("for i = 1, 2 do", "Enter")
    session:wait "\n>> *$"
    session:keys("print('n' .. i) end", "Enter")
    session:wait "\nn1\nn2\n> *$"
  end)

  it("drops a line at Ctrl-C", function()
    session:keys("1 +", "C-c")
    session:wait "%^C\n> *$"
    session:keys("2 + 3", "Enter")
    session:wait "\n5\n> *$"
  end)

  it("stops a loop at Ctrl-C", function()
    session:keys("print 'running' while true do end", "Enter")
    session:wait "\nrunning$"
    session:keys "C-c"
    session:wait "interrupted[^>]*\n> *$"
  end)

  it("ends at Ctrl-D", function()
    session:keys "C-d"
    session:wait "exit code 0"
  end)
end)
