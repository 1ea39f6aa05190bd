--- Where live curves are drawn.
local drawing = dofile "tests/gnuplot/drawing.lua"
local screen = dofile "tests/screen.lua"
local sh, png_size = screen.sh, screen.png_size
local folder = drawing.folder

teardown(drawing.remove)

describe("where a live curve is drawn", function()
  local script = [[
    local curve = gnuplot.live("the loss")
    for i = 1, 100 do curve:add("train", i, 1 / i) end
    curve:close()
    print "after"]]

  local function without_terminal(environment)
    local file = assert(io.open(folder .. "/script.lua", "w"))
    file:write(script)
    file:close()
    local text = sh("cd %s && rm -f *.png && env -u DISPLAY -u WAYLAND_DISPLAY %s %s script.lua 2>&1",
      folder, environment, screen.hecate)
    return text, sh("cd %s && ls *.png 2>/dev/null", folder)
  end

  it("is a file, and that is said, without a screen", function()
    local text, files = without_terminal("A=1")
    assert.equal("warning: gnuplot.live: no display and no terminal to draw on, see "
      .. "'the_loss.png'\nafter", text)
    assert.equal("the_loss.png", files)
    png_size(folder .. "/the_loss.png")
  end)

  it("is what HECATE_PLOT says", function()
    local text, files = without_terminal("HECATE_PLOT=none")
    assert.equal("after", text)
    assert.equal("", files)
    text, files = without_terminal("HECATE_PLOT=wirdow")
    assert.truthy(text:find("warning: HECATE_PLOT: unknown terminal 'wirdow' (known: ", 1, true))
    assert.equal("the_loss.png", files)
  end)

  it("is a file when there is no display for a window", function()
    local text, files = without_terminal("HECATE_PLOT=window")
    assert.truthy(text:find("warning: gnuplot.live: no window", 1, true)
      or text:find("see 'the_loss.png'", 1, true), text)
    assert.equal("the_loss.png", files)
  end)

  it("is the terminal, where the picture stays as text", function()
    local text = screen.of(folder, script, "END")
    assert.truthy(text:find("the loss\n", 1, true), text)
    assert.truthy(text:find("── train 0.01 (best 0.01 at 100)\n", 1, true), text)
    assert.truthy(text:find("\nafter\nEND$"), text)
  end)

  it("is the bottom of the terminal while it grows, beside what is printed", function()
    local text = screen.of(folder, [[
      local now = require "torch.utils.terminal".now
      local curve <close> = gnuplot.live{title = "growing", interval = 0.1}
      for i = 1, 1e6 do
        curve:add("train", i, 1 / i)
        if i % 50 == 0 then print("line " .. i) end
        local stop = now() + 0.002
        while now() < stop do end
      end]], "line 1%d%d%d")
    assert.truthy(text:find("line 9%d+\nline 1%d+\n"), text)
    assert.truthy(text:find("line 1%d+\n%s*growing\n"), text)
  end)

  it("is drawn in ASCII where the characters are not Unicode", function()
    local text = screen.of(folder, script, "END", "LC_ALL=C")
    assert.truthy(text:find("* train 0.01 (best 0.01 at 100)\n", 1, true), text)
    assert.truthy(text:find("\n *%d%.?%d*%+%*"), text)
    assert.is_nil(text:find("[\128-\255]"))
  end)

  for kind, expected in pairs{ascii = "%* train", braille = "── train", terminal = "── train",
    dumb = "── train"} do
    it("is " .. kind .. " when HECATE_PLOT says so", function()
      os.remove(folder .. "/the_loss.png")
      local text = screen.of(folder, script, "END", "HECATE_PLOT=" .. kind)
      assert.truthy(text:find(expected), text)
      assert.truthy(text:find("\nafter\nEND$"), text)
      assert.equal("", sh("ls %s/*.png 2>/dev/null", folder))
    end)
  end

  it("is what the script says rather than HECATE_PLOT", function()
    local text = screen.of(folder, script:gsub("%(\"the loss\"%)", "{terminal = 'ascii'}"), "END",
      "HECATE_PLOT=none")
    assert.truthy(text:find("* train 0.01", 1, true), text)
  end)

  it("has no escape sequences but where a terminal is", function()
    for _, kind in ipairs{"kitty", "sixel", "braille", "ascii", "terminal"} do
      local text, files = without_terminal("HECATE_PLOT=" .. kind)
      assert.equal("warning: gnuplot.live: no display and no terminal to draw on, see "
        .. "'the_loss.png'\nafter", text)
      assert.equal("the_loss.png", files)
    end
  end)

  -- A terminal that answers the question what it can do.
  local KITTY, SIXEL = [[\033_Gi=31;OK\033\\]], [[\033[6;20;10t\033[?62;4;22c]]

  it("is a picture where the terminal knows kitty's protocol", function()
    local out = screen.answering(folder, script, KITTY .. [[\033[?62;22c]])
    local head, code = out:match("\027_G(a=T[^;]*);([^\027]*)\027\\")
    assert.truthy(head, out:sub(1, 500))
    assert.truthy(head:find("f=100", 1, true) and head:find("c=79,r=15", 1, true), head)
    assert.equal("iVBORw0KGgo", code:sub(1, 11)) -- a PNG in base64
    assert.truthy(out:find("after", 1, true))
    assert.is_nil(out:find("62;22c", 1, true)) -- the answer is not echoed
  end)

  it("is a picture where the terminal shows sixels, as large as its cells say", function()
    local out = screen.answering(folder, script, SIXEL)
    assert.truthy(out:find('\027Pq"1;1;790;300', 1, true), out:sub(1, 300))
    assert.truthy(out:find("\027\\\r?\n.-after"))
  end)

  it("is characters until the end where sixels do not stand still, as in xterm", function()
    local out = screen.answering(folder, (script:gsub("curve:close", [[
      while curve.lines == nil do curve:add("train", 101, 0) end
      curve:close]])), [[\033[6;20;10t\033P>|XTerm(379)\033\\\033[?64;4c]])
    local first, pictures = out:find("\027Pq", 1, true), select(2, out:gsub("\027Pq", ""))
    assert.equal(1, pictures)
    assert.truthy(out:sub(1, first):find("── ", 1, true))
  end)

  it("is text where the terminal can do neither, or gnuplot is missing", function()
    local out = screen.answering(folder, script, [[\033[?62;22c]])
    assert.truthy(out:find("train", 1, true) and out:find("⠤", 1, true))
    assert.is_nil(out:find("\027Pq", 1, true))
    out = screen.answering(folder, script, SIXEL, "HECATE_GNUPLOT=/no/gnuplot")
    assert.truthy(out:find("warning: gnuplot.live: no pictures: cannot run '/no/gnuplot': "
      .. "No such file or directory", 1, true), out)
    assert.truthy(out:find("⠤", 1, true))
    assert.truthy(out:find("after", 1, true))
  end)

  it("leaves the prompt of the session and what is typed intact, and follows the size", function()
    local socket = ("live-%s"):format(folder:match("[^/]*$"))
    local function tmux(command, ...) return sh("tmux -L " .. socket .. " " .. command, ...) end
    local function await(pattern, rows)
      local text
      for _ = 1, 1200 do
        text = tmux("capture-pane -p")
        local is_tall = rows == nil or select(2, text:gsub("\n", "")) == rows - 1
        if text:find(pattern) and is_tall then return text end
        sh("sleep 0.05")
      end
      error("not seen: " .. pattern .. "\n" .. text)
    end
    local function type_line(line) tmux("send-keys -l '%s'", line) tmux("send-keys Enter") end
    sh("cd %s && tmux -L %s -f /dev/null new-session -d -x 80 -y 24 'env -u DISPLAY -u WAYLAND_DISPLAY "
      .. "HOME=%s LC_ALL=C.UTF-8 %s'", folder, socket, folder, screen.hecate)
    local ok, err = pcall(function()
      await("\n> *$")
      type_line([[curve = gnuplot.live{title = "kept", interval = 0}]])
      type_line([[t = require "torch.utils.terminal"]])
      type_line([[function run(n) for i = 1, n do curve:add("a", i, 1 / i) t.sleep(0.02) end end]])
      type_line("run(50)")
      local text = await("kept.*── a")
      type_line("1 + 41")
      text = await("> 1 %+ 41\n42\n>")
      -- The picture has the rows below the prompt, and what is printed does not reach it.
      assert.truthy(text:find("> 1 %+ 41\n42\n> *\n[%s]*kept *\n"), text)
      -- In a window of another size it is at the bottom again, before anything is added.
      tmux("resize-window -x 60 -y 30")
      text = await("42\n> *\n[%s]*kept *\n", 30)
      type_line("run(100)")
      await("run%(100%)\n> *\n")
      tmux("send-keys -l 'x = 5'")
      text = await("\n> x = 5 *\n[%s]*kept")
      for line in (text .. "\n"):gmatch("([^\n]*)\n") do assert.is_true(utf8.len(line) <= 60) end
      tmux("send-keys Enter")
      type_line("curve:close() print(x)")
      text = await("\n5\n> *$")
      assert.truthy(text:find("kept *\n.*── a.*\n5\n> *$"), text)
    end)
    tmux("kill-server")
    if not ok then error(err, 0) end
  end)
end)
