--- Plots, and what happens to a training when gnuplot fails it.
local gnuplot = require "gnuplot"
local Series = require "gnuplot.series"
local now = require "torch.utils.terminal.c".now

local folder

local screen = dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "screen.lua")
local sh = screen.sh

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

--- Writes a program that pretends to be gnuplot.
local function fake(script)
  local path = folder .. "/fake"
  local file = assert(io.open(path, "w"))
  file:write("#!/bin/sh\n", script, "\n")
  file:close()
  os.execute("chmod +x " .. path)
  return path
end

--- What `f` writes to stderr, as lines.
local function warnings_of(f)
  local real, lines = io.stderr, {}
  io.stderr = {write = function(_, ...) lines[#lines + 1] = table.concat{...} end}
  local ok, err = pcall(f)
  io.stderr = real
  if not ok then error(err, 0) end
  return lines
end

--- The width and height in the header of a PNG that is complete.
local function png_size(path)
  local text = assert(read(path), "no file " .. path)
  assert.equal("\137PNG\r\n\26\n", text:sub(1, 8))
  assert.equal("IEND", text:sub(-8, -5))
  local width, height = string.unpack(">I4I4", text, 17)
  return {width, height}
end

local function work(seconds)
  local stop = now() + seconds
  while now() < stop do end
end

setup(function()
  folder = sh("mktemp -d")
end)

teardown(function()
  gnuplot.setgnuplotexe(nil)
  os.execute("rm -rf " .. folder)
end)

after_each(function() gnuplot.setgnuplotexe(nil) end)

describe("series of a live curve", function()
  it("keeps extremes in bounded memory", function()
    local series = Series.new("x")
    for i = 1, 100000 do series:add(i, i == 33333 and 1e6 or i == 77777 and -1e6 or 0.5) end
    local text, n = series:text()
    assert.is_true(n < 3000)
    assert.truthy(text:find("33333 1000000\n", 1, true))
    assert.truthy(text:find("77777 %-1000000\n"))
    assert.truthy(text:find("\n100000 0.5\n", 1, true))
    assert.equal(100000, series.count)
  end)

  it("makes gaps of what is not finite", function()
    local series = Series.new("x")
    for i, v in ipairs{1, 0 / 0, 2, math.huge, -math.huge, 3} do series:add(i, v) end
    assert.equal("1 1\n\n3 2\n\n\n6 3\n", (series:text()))
    assert.equal("3 2\n", (Series.new("y"):text()) .. "3 2\n")
  end)

  it("has no values for a logarithmic axis that it cannot show", function()
    local series = Series.new("x")
    for i, v in ipairs{-1, 0, 4} do series:add(i, v) end
    assert.equal("3 4\n", (series:text(0)))
  end)

  it("gives the means of neighbours", function()
    local series = Series.new("x")
    for i = 1, 1000 do series:add(i, i % 2 == 0 and 3 or 1) end
    local text, n = series:means(100, nil)
    assert.is_true(n >= 100 and n <= 110)
    for value in text:gmatch(" (%S+)\n") do assert.equal(2, tonumber(value)) end
  end)
end)

describe("live curve", function()
  local file

  before_each(function()
    file = folder .. "/loss.png"
    os.remove(file)
  end)

  --- Trains for about `seconds`; `meanwhile` is called in the middle.
  local function train(options, seconds, meanwhile)
    options.file, options.terminal = options.file or file, options.terminal or "file"
    options.interval = 0.05
    local curve = gnuplot.live(options)
    local began, step, slowest = now(), 0, 0
    while now() < began + seconds do
      step = step + 1
      local before = now()
      curve:add("train", step, 1 / step)
      slowest = math.max(slowest, now() - before)
      work(0.001)
      if meanwhile and now() > began + seconds / 2 then
        meanwhile(curve)
        meanwhile = nil
      end
    end
    local before = now()
    curve:close()
    return curve, slowest, now() - before
  end

  local function pid_of(curve) return curve.pipe.process:pid() end

  it("leaves a picture", function()
    local curve = gnuplot.live{title = "it's a `loss`_1", file = file, terminal = "file"}
    for i = 1, 300 do
      curve:add("train", i, 1 / i)
      if i % 100 == 0 then
        curve:add("test", i, 2 / i)
        curve:mark(i, "epoch " .. i // 100)
      end
    end
    assert.is_nil(read(file))
    curve:close()
    curve:close()
    assert.same({960, 540}, png_size(file))
    assert.equal("loss.png", sh("ls -A %s", folder))
  end)

  it("is redrawn while the work goes on, and the file is always whole", function()
    local curve = gnuplot.live{file = file, terminal = "file", interval = 0.05}
    local step, drawn, stop = 0, {}, now() + 20
    repeat -- until there have been three pictures
      step = step + 1
      curve:add("train", step, math.sin(step / 100))
      work(0.001)
      local picture = step % 10 == 0 and read(file)
      if picture and picture ~= drawn[#drawn] then
        png_size(file)
        drawn[#drawn + 1] = picture
      end
    until #drawn == 3 or now() > stop
    assert.equal(3, #drawn)
    curve:close()
    assert.equal("loss.png", sh("ls -A %s", folder))
  end)

  for _, format in ipairs{"svg", "pdf", "eps"} do
    it("is drawn as " .. format, function()
      local path = folder .. "/loss." .. format
      local curve = gnuplot.live{file = path, terminal = "file", logy = true}
      for i = 1, 10 do curve:add("a", i, i - 3) end
      curve:close()
      assert.truthy(read(path):find(({svg = "<svg", pdf = "^%%PDF", eps = "^%%!PS"})[format]))
      os.remove(path)
    end)
  end

  it("takes numbers and tensors of one element, and refuses anything else", function()
    local curve = gnuplot.live{terminal = "none"}
    curve:add("a", 1, 0.5)
    curve:add("a", torch.tensor(2), torch.tensor({0.25}))
    assert.equal("1 0.5\n2 0.25\n", (curve.by_name.a:text()))
    assert.has_error(function() curve:add(1, 1, 1) end,
      "curve:add: 'name' (argument 1): expected a string, got number 1")
    assert.has_error(function() curve:add("a", nil, 1) end,
      "curve:add: 'step' (argument 2): expected a number, got nothing")
    assert.has_error(function() curve:add("a", 1, "0.5") end, "curve:add: 'value' (argument 3): "
      .. "expected a number or a tensor of one element, got string '0.5'")
    curve:close()
    assert.has_error(function() curve:add("a", 1, 1) end, "curve:add: the curve is closed")
  end)

  it("refuses wrong options before the training begins", function()
    assert.has_error(function() gnuplot.live{file = folder .. "/none/loss.png"} end,
      ("gnuplot.live: 'file': cannot write '%s/none/loss.png': No such file or directory")
        :format(folder))
    assert.has_error(function() gnuplot.live{file = "loss.txt"} end, "gnuplot.live: 'file': "
      .. "expected a name that ends in one of png, svg, pdf, eps, got 'loss.txt'")
    assert.has_error(function() gnuplot.live{terminal = "windo"} end, "gnuplot.live: 'terminal': "
      .. "unknown terminal 'windo', did you mean 'window'? "
      .. "(known: window, dumb, file, none, qt, wxt, x11)")
    assert.has_error(function() gnuplot.live{logx = true} end, "gnuplot.live: unknown option "
      .. "'logx', did you mean 'logy'? (known: title, file, logy, terminal, interval, timeout)")
    assert.has_error(function() gnuplot.live(7) end,
      "gnuplot.live: 'title' (argument 1): expected a string, got number 7")
  end)

  it("survives values that cannot be drawn", function()
    local curve = gnuplot.live{file = file, terminal = "file", logy = true, timeout = 5}
    local lines = warnings_of(function()
      for i = 1, 5 do curve:add("nan", i, 0 / 0) end
      curve:add("zero", 1, 0)
      curve:close()
    end)
    assert.same({}, lines)
    assert.is_nil(read(file))
    for _, value in ipairs{1, -1, 1e299, 1e-320} do
      lines = warnings_of(function()
        local one = gnuplot.live{file = file, terminal = "file", timeout = 5}
        one:add("one", 1, value)
        one:close()
      end)
      assert.same({}, lines)
      png_size(file)
    end
  end)

  it("costs a step next to nothing", function()
    local curve = gnuplot.live{terminal = "none"}
    local before = os.clock()
    for i = 1, 20000 do curve:add("a", i, i) end
    assert.is_true((os.clock() - before) / 20000 < 1e-4) -- 2 µs as a rule
    curve:close()
  end)

  -- Faults: in each the training runs to its end at its own pace, one warning comes.

  it("goes on without gnuplot", function()
    gnuplot.setgnuplotexe("/no/gnuplot1")
    local slowest, closing
    local lines = warnings_of(function() _, slowest, closing = train({}, 0.6) end)
    assert.same({"warning: gnuplot.live: cannot run '/no/gnuplot1': No such file or directory; "
      .. "the work goes on without the plot of 'loss'\n"}, lines)
    assert.is_true(slowest < 0.3 and closing < 0.5)
  end)

  for how, script in pairs{
    ["ends at once"] = "exit 3",
    ["closes its input"] = "exec <&- >&- 2>&-; sleep 60",
    ["says what it should not"] = "echo line 1: oh dear; exec cat >/dev/null",
    ["never reads"] = "exec sleep 60",
    ["reads and says nothing"] = "exec cat >/dev/null",
    ["floods us"] = "exec yes",
  } do
    it("goes on when gnuplot " .. how, function()
      gnuplot.setgnuplotexe(fake(script))
      local slowest, closing
      local lines = warnings_of(function()
        _, slowest, closing = train({timeout = 0.3, title = how}, 0.8)
      end)
      assert.equal(1, #lines)
      assert.is_true(slowest < 0.3)
      assert.is_true(closing < 3)
      assert.is_nil(read(file))
    end)
  end

  for signal, reason in pairs{KILL = "killed by signal 9", TERM = "killed by signal 15",
    STOP = "not answered for"} do
    it("goes on after SIG" .. signal .. " and draws the last picture", function()
      local lines = warnings_of(function()
        train({timeout = 1.5, title = signal}, 2.5, function(curve)
          os.execute(("kill -%s %d"):format(signal, pid_of(curve)))
        end)
      end)
      assert.equal(1, #lines)
      assert.truthy(lines[1]:find(reason, 1, true))
      png_size(file)
      assert.equal("loss.png", sh("ls -A %s | grep -v fake", folder))
    end)
  end

  it("goes on when the folder of the file goes", function()
    local gone = folder .. "/gone"
    os.execute("mkdir " .. gone)
    local lines = warnings_of(function()
      train({file = gone .. "/loss.png", timeout = 3}, 0.8, function()
        os.execute("rm -r " .. gone)
      end)
    end)
    assert.equal(1, #lines)
    assert.truthy(lines[1]:find("warning: gnuplot.live: ", 1, true))
  end)

  it("keeps nobody waiting at the end, whatever gnuplot does", function()
    gnuplot.setgnuplotexe(fake("exec cat >/dev/null"))
    local closing
    local lines = warnings_of(function() _, _, closing = train({title = "deaf"}, 0.6) end)
    assert.equal(1, #lines)
    assert.is_true(closing < 2.5)
    assert.is_nil(read(file))
  end)

  it("draws the last picture when a script ends without close", function()
    local script, path = folder .. "/ends.lua", folder .. "/ends.svg"
    local f = assert(io.open(script, "w"))
    f:write(([[
      local now = require "torch.utils.terminal.c".now
      local curve = gnuplot.live{file = %q, terminal = "file", interval = 0.01}
      local stop = now() + 0.7
      for i = 1, math.huge do
        curve:add("train", i, i)
        if now() > stop and curve.pipe then break end
      end
      curve:mark(1, "the very last mark")]]):format(path))
    f:close()
    assert.equal("", sh("%s %s 2>&1", screen.hecate, script))
    assert.truthy(read(path):find("the very last mark", 1, true))
    os.remove(script)
    os.remove(path)
  end)

  it("leaves no child behind", function()
    local curve = train({}, 0.3)
    assert.is_nil(curve.pipe)
    gnuplot.setgnuplotexe(fake("sleep 61.5 & exec sleep 61.5"))
    curve = gnuplot.live{file = file, terminal = "file", timeout = 0.2, interval = 0}
    curve:add("a", 1, 1)
    work(0.4)
    curve:add("a", 2, 1)
    work(0.1)
    warnings_of(function() curve:close() end)
    assert.equal("", sh("pgrep -x -f 'sleep 61.5'"))
  end)
end)

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
    assert.truthy(text:find("train +", 1, true), text)
    assert.truthy(text:find("\nafter\nEND$"), text)
  end)

  it("is the bottom of the terminal while it grows, beside what is printed", function()
    local text = screen.of(folder, [[
      local now = require "torch.utils.terminal.c".now
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
end)

describe("figures", function()
  local x, y = {}, {}
  for i = 1, 50 do x[i], y[i] = i / 10, math.sin(i / 10) end

  local function draw(...)
    local path = folder .. "/figure.svg"
    local n = gnuplot.svgfigure(path)
    gnuplot.plot(...)
    assert.is_nil(read(path))
    gnuplot.plotflush()
    local text = read(path)
    gnuplot.close(n)
    os.remove(path)
    return text
  end

  it("take Torch7's forms", function()
    local t = torch.tensor(y)
    for _, arguments in ipairs{
      {y}, {x, y}, {"name", y}, {"name", x, y}, {"name", x, y, "-"}, {y, "|"}, {x, y, "+-"},
      {{x, y, "-"}}, {{"a", x, y, "-"}, {"b", x, y, "."}}, {{{"a", y}, {"b", x, y, "~"}}},
      {t}, {t, t}, {"name", torch.stack({t, t}, 2)}, {t:to("float64"), "~ 0.1"},
      {torch.arange(1, 9), torch.arange(1, 9, {dtype = "int64"}), "with lines lw 3"},
      {torch.rand(8, 4), "v"}, {t:ge(0)},
    } do
      if arguments[3] == "with lines lw 3" then arguments[3] = "lines lw 3" end
      assert.truthy(draw(table.unpack(arguments)):find("</svg>", 1, true))
    end
    assert.truthy(draw("a name", x, y):find("a name", 1, true))
  end)

  it("have titles, labels, grid, legend, axes and raw commands", function()
    local path = folder .. "/figure.svg"
    gnuplot.svgfigure(path)
    gnuplot.plot("sine", x, y, "-")
    gnuplot.title("it's a \"title\" `date`\nof two lines")
    gnuplot.xlabel("across")
    gnuplot.ylabel("along")
    gnuplot.grid(true)
    gnuplot.movelegend("left", "bottom")
    gnuplot.axis{0, 6, -2, ""}
    gnuplot.logscale("x")
    gnuplot.logscale("")
    gnuplot.raw("set label 'raw text' at 1,0")
    gnuplot.plotflush()
    local text = read(path)
    for _, word in ipairs{"it's a", "`date`", "of two lines", "across", "along", "raw text",
      "sine"} do
      assert.truthy(text:gsub("&#39;", "'"):find(word, 1, true), word)
    end
    gnuplot.raw("plot sin(x) title 'by itself'")
    gnuplot.closefigure()
    assert.truthy(read(path):find("by itself", 1, true))
  end)

  it("are numbered, and are written when they are closed", function()
    local a = gnuplot.pngfigure(folder .. "/a.png")
    gnuplot.plot(y)
    local b = gnuplot.pdffigure(folder .. "/b.pdf")
    gnuplot.plot(y)
    assert.is_true(b > a)
    assert.equal(a, gnuplot.figure(a))
    gnuplot.close(b)
    assert.truthy(read(folder .. "/b.pdf"):find("^%%PDF"))
    gnuplot.closeall()
    assert.same({800, 600}, png_size(folder .. "/a.png"))
    assert.has_error(function() gnuplot.close(a) end,
      ("gnuplot.close: 'n' (argument 1): there is no figure %d"):format(a))
  end)

  it("take many points", function()
    local n = 200000
    local big = {}
    for i = 1, n do big[i] = i % 1000 end
    gnuplot.pngfigure(folder .. "/big.png")
    gnuplot.plot(big, ".")
    gnuplot.close()
    png_size(folder .. "/big.png")
  end)

  it("refuse wrong arguments in one line", function()
    gnuplot.svgfigure(folder .. "/x.svg")
    local function refused(message, f, ...)
      local ok, err = pcall(f, ...)
      assert.is_false(ok)
      assert.equal(message, (err:gsub("^[^:]*:%d+: ", "")))
    end
    refused("gnuplot.plot: there is nothing to plot, expected [name,] x [, y] [, style]",
      gnuplot.plot)
    refused("gnuplot.plot: x and y differ in length: an array of 3 and an array of 2",
      gnuplot.plot, {1, 2, 3}, {1, 2})
    refused("gnuplot.plot: expected [name,] x [, y] [, style], where x and y are tensors or "
      .. "arrays of numbers; value 2 is boolean true", gnuplot.plot, {1, 2, 3}, true)
    refused("gnuplot.plot: expected a tensor of 1 or 2 dimensions, got float32 (2×2×2)",
      gnuplot.plot, torch.zeros(2, 2, 2))
    refused("gnuplot.title: 'text' (argument 1): expected a string, got nothing", gnuplot.title)
    refused("gnuplot.axis: 'axis' (argument 1): expected {xmin, xmax, ymin, ymax}, 'auto', "
      .. "'equal', 'image' or 'fill', got string 'wide'", gnuplot.axis, "wide")
    refused("gnuplot.pngfigure: 'path' (argument 1): cannot write '/no/where.png': "
      .. "No such file or directory", gnuplot.pngfigure, "/no/where.png")
    refused("gnuplot.figprint: 'path' (argument 1): expected a name that ends in one of png, "
      .. "svg, pdf, eps, got 'a.gif'", gnuplot.figprint, "a.gif")
    gnuplot.close()
    assert.equal("", sh("ls %s | grep new", folder))
  end)

  it("tell what gnuplot did not understand, and keep what was there", function()
    gnuplot.setterm("dumb")
    gnuplot.figure()
    local written = {}
    local real = io.stdout
    io.stdout = {write = function(_, ...) written[#written + 1] = table.concat{...} end,
      flush = function() end}
    local first = {pcall(gnuplot.plot, "sine", x, y)}
    local second = {pcall(gnuplot.plot, x, y, "nonsense")}
    local raw = {pcall(gnuplot.raw, "set nonsense")}
    local third = {pcall(gnuplot.plotflush)}
    local fourth = {pcall(gnuplot.plotflush)}
    io.stdout = real
    gnuplot.close()
    gnuplot.setterm(nil)
    assert.is_true(first[1], first[2])
    assert.truthy(second[2]:find("gnuplot.plot: gnuplot: unrecognized plot type", 1, true))
    assert.is_true(raw[1])
    assert.truthy(third[2]:find("gnuplot.plotflush: gnuplot: unrecognized option", 1, true))
    assert.is_true(fourth[1])
    assert.equal(written[1], written[2])
    assert.truthy(written[1]:find("sine", 1, true))
  end)

  it("warn once when there is no gnuplot, and the script goes on", function()
    gnuplot.setgnuplotexe("/no/gnuplot2")
    local lines = warnings_of(function()
      for _ = 1, 2 do
        gnuplot.pngfigure(folder .. "/c.png")
        gnuplot.plot(y)
        gnuplot.close()
      end
    end)
    assert.same({"warning: gnuplot.close: cannot run '/no/gnuplot2': No such file or directory; '"
      .. folder .. "/c.png' is not written\n"}, lines)
  end)
end)
