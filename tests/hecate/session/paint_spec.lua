-- Colours while a block is typed, and what is offered from the history.
local paint = require "hecate.session.paint"
local files = dofile "tests/files.lua"
local terminal = dofile "tests/terminal.lua"

describe("the colours of a block", function()
  local before
  setup(function() before, paint.on = paint.on, true end)
  teardown(function() paint.on = before end)

  it("are those of its words", function()
    for text, classes in pairs {
      ["for i = 1, 2 do"] = "kkk     n  n kk", ["x = nil -- note"] = "    bbb ccccccc", ["f 'a'"] = "f sss",
      ["torch.ones(3)"] = "      ffff n ", ["x = [[open"] = "    ssssss", ["!ls for"] = "       ", [""] = "",
      ["é = 'é'"] = "     ssss", ["%time f(1)"] = "      f n ",
    } do assert.equal(classes, paint.classes(text, #text == 13 and 3 or 0), text) end
  end)

  it("mark the bracket at the cursor, or before it, and its partner", function()
    assert.equal("fm    m", paint.classes("f(a, b)", 1))
    assert.equal("fm    m", paint.classes("f(a, b)", 7))
    assert.equal("f  m m ", paint.classes("f( [ ])", 3))
    assert.equal("f      ", paint.classes("f(a, b]", 1))
    assert.equal("f sssss ", paint.classes("f('(a)')", 3))
  end)

  it("are left out where only readline knows how the text looks", function()
    for _, text in ipairs {"a\tb", "a\1", "\xff", ("x"):rep(5000)} do assert.is_nil(paint.classes(text, 0)) end
    paint.on = false
    assert.is_nil(paint.classes("x", 0))
    paint.on = true
  end)
end)

local in_terminal = needs(terminal.available, "tmux")

describe("in a terminal", function()
  local folder, session
  setup(function() folder = files.capture "mktemp -d":gsub("\n$", "") end)
  teardown(function() os.execute("rm -rf " .. folder) end)
  before_each(function() files.write(folder .. "/history", "alpha = 'one' .. 2\ndo\\n  beta()\\nend\n") end)
  after_each(function()
    if session then session:close() end
    session = nil
  end)

  --- Waits until the screen with its colours has a plain text.
  local function shows(text)
    local last = os.time() + 60
    repeat
      if session:colors():find(text, 1, true) then return end
      os.execute "sleep 0.03"
    until os.time() > last
    error(("no %q in:\n%s"):format(text, session:colors()), 2)
  end

  in_terminal("no bracket is marked in a block that was entered", function()
    session = terminal.open(folder)
    session:type "print(1)"
    shows "ESC[1;4m"
    session:type "\n"
    shows "> ESC[34mprintESC[39m(ESC[36m1ESC[39m)"
  end)

  in_terminal("a block of several lines is coloured as it is typed", function()
    session = terminal.open(folder)
    session:type "for i = 1, 2 do"
    shows "> ESC[35mforESC[39m i = ESC[36m1ESC[39m, ESC[36m2ESC[39m ESC[35mdo"
    session:keys "Enter"
    session:wait "\n>>$"
    session:type "print 'x'"
    shows ">>   ESC[34mprintESC[39m ESC[32m'x'"
    session:keys("Up", "Home", "DC")
    shows "> ESC[35morESC[39m i = ESC[36m1"
    session:keys "C-c"
    session:wait "%^C\n>$"
  end)

  in_terminal("the bracket that belongs to the one at the cursor is shown", function()
    session = terminal.open(folder)
    session:type "f(1)"
    shows "ESC[34mfESC[1;4mESC[39m(ESC[0mESC[36mESC[49m1ESC[1;4mESC[39m)"
    session:keys("Home", "C-d")
    shows "> ESC[1;4m(ESC[0mESC[36mESC[49m1ESC[1;4mESC[39m)" -- under the cursor
  end)

  in_terminal("what is offered is taken by Right, End, a word by Alt-F, and goes with any other key", function()
    session = terminal.open(folder)
    session:type "al"
    shows "> alESC[2mpha = 'one' .. 2"
    session:keys "Right"
    shows "> alpha = ESC[32m'one'ESC[39m .. ESC[36m2"
    session:keys "C-u"
    session:wait "\n>$"
    session:type "al"
    shows "> alESC[2mpha"
    session:keys "M-f"
    shows "> alphaESC[2m = 'one'"
    session:keys "End"
    shows "> alpha = ESC[32m'one'"
    session:keys "C-u"
    session:type "al"
    shows "> alESC[2mpha"
    session:keys "Left"
    session:wait "\n> al$"
    session:keys("End", "C-c")
    session:wait "\n> al%^C\n>$"
    session:type "do"
    session:wait "\n> do$" -- of the history only what is in the line
    session:keys "C-c"
    session:type "alpha"
    shows "> alphaESC[2m ="
    session:keys "Enter"
    session:wait "\n> alpha\n[^>]*>$"
  end)

  in_terminal("an offer never takes a second row", function()
    files.write(folder .. "/history", "alpha = '" .. ("x"):rep(200) .. "'\n")
    session = terminal.open(folder, {width = 40, height = 10})
    session:type "al"
    shows "> alESC[2mpha = 'x"
    local rows = select(2, session:screen():match "> al.*":gsub("\n", ""))
    assert.equal(0, rows)
    session:type "\5"
    session:wait "x'$"
  end)

  in_terminal("searches are readline's", function()
    session = terminal.open(folder)
    session:keys "C-r"
    session:type "one"
    session:wait "reverse%-i%-search%)`one': alpha = 'one' .. 2"
    session:keys "C-g"
    session:wait "\n>$"
  end)

  for name, options in pairs {
    ["NO_COLOR"] = {environment = "NO_COLOR=1"}, ["a dumb terminal"] = {environment = "TERM=dumb"},
    ["a slow line"] = {environment = "sh -c 'stty 9600; exec \"$0\" \"$@\"'"}, ["the mode of vi"] = {vi = true},
    ["the option"] = {off = true},
  } do
    in_terminal("there are no colours and no offers for " .. name, function()
      if options.vi then
        files.write(folder .. "/inputrc", "set editing-mode vi\n")
        options.environment = "INPUTRC=" .. folder .. "/inputrc"
      end
      files.write(folder .. "/init.lua", "")
      session = terminal.open(folder, options)
      if options.off then
        session:enter "%highlight off"
        session:wait "off\n>$"
      end
      session:type "alpha = 'on"
      session:wait "> alpha = 'on$"
      session:keys "BSpace"
      session:wait "> alpha = 'o$"
      assert.falsy(session:colors():match "[^\n]*$":find "ESC%[[1-9]")
    end)
  end
end)
