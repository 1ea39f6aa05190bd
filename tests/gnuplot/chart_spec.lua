--- Charts of characters, the files of runs, and `hecate plot`, which draws them.
local Axis = require "gnuplot.axis"
local Canvas = require "gnuplot.canvas"
local Log = require "gnuplot.log"
local chart = require "gnuplot.chart"
local graphics = require "gnuplot.graphics"
local terminal = require "torch.utils.terminal"

local screen = dofile "tests/screen.lua"
local sh = screen.sh
local folder

setup(function() folder = sh("mktemp -d") end)
teardown(function() os.execute("rm -rf " .. folder) end)

describe("axes", function()
  local function labels(lo, hi, n, log, whole)
    local list = {}
    for i, tick in ipairs(Axis.new(lo, hi, log):ticks(n, whole)) do list[i] = tick.label end
    return table.concat(list, " ")
  end

  it("have ticks at round numbers", function()
    assert.equal("0 2 4 6 8 10", labels(0, 10, 5))
    assert.equal("0.10 0.15 0.20", labels(0.08, 0.21, 4))
    assert.equal("-1.0 -0.5 0 0.5 1.0", labels(-1, 1, 4))
    assert.equal("0 50k 100k", labels(0, 120000, 3))
    assert.equal("0 10M 20M", labels(0, 2.5e7, 3))
    assert.equal("1 2 3", labels(1, 3, 8, false, true))
    assert.equal("1e-6 1.5e-6 2e-6", labels(1e-6, 2e-6, 2))
  end)

  it("have powers of ten when they are logarithmic", function()
    assert.equal("0.001 0.01 0.1 1", labels(0.001, 1, 6, true))
    assert.equal("0.1 0.2 0.5 1 2 5 10", labels(0.1, 10, 9, true))
    assert.equal("1e-17 1e0 1e17", labels(1e-25, 1e25, 3, true))
  end)

  it("have room for any range", function()
    for _, range in ipairs{{5, 5}, {0, 0}, {-1e300, 1e300}, {1e-320, 2e-320}, {1e16, 1e16 + 2},
      {-3, -3}} do
      local axis = Axis.new(range[1], range[2])
      assert.is_true(#axis:ticks(6) < 30)
      local place = axis:place(range[1])
      assert.is_true(place >= 0 and place <= 1)
    end
    assert.is_true(math.abs(Axis.new(0.1, 10, true):place(1) - 0.5) < 1e-12)
    assert.is_nil(Axis.new(0.1, 10, true):place(-1))
  end)
end)

describe("canvas", function()
  it("has eight dots a cell, or one ASCII character", function()
    local canvas = Canvas.new(3, 1)
    canvas:line(1, 1, 4, 4)
    assert.same({"⠑⢄"}, canvas:lines())
    canvas = Canvas.new(3, 2, "ascii")
    canvas:line(1, 2, 3, 1, nil, "x")
    assert.same({"  x", "xx"}, canvas:lines())
  end)

  it("draws nothing outside, and text over dots", function()
    local canvas = Canvas.new(4, 1, "ascii")
    for x = -5, 10 do canvas:dot(x, 1) end
    canvas:dot(1, 0)
    canvas:dot(1, 2)
    canvas:text(3, 1, "long")
    assert.same({"**lo"}, canvas:lines())
  end)

  it("gives wide characters two cells, and accents none", function()
    local canvas = Canvas.new(8, 1)
    canvas:text(1, 1, "a日e\u{301}b")
    assert.same({"a日e\u{301}b"}, canvas:lines())
    assert.equal(5, terminal.width("a日e\u{301}b"))
    canvas:text(7, 1, "|")
    assert.equal("a日e\u{301}b |", canvas:lines()[1])
    canvas = Canvas.new(8, 1, "ascii")
    canvas:text(1, 1, "a日\255b")
    assert.is_nil(canvas:lines()[1]:find("[\128-\255]"))
  end)

  it("names a colour only where it changes, and ends it with the line", function()
    local canvas = Canvas.new(5, 1, "ascii")
    canvas:dot(1, 1, 3)
    canvas:dot(2, 1, 3)
    canvas:dot(4, 1, 5)
    local function colour(c) return "<" .. c .. ">" end
    assert.same({"<3>** \027[0m<5>*\027[0m"}, canvas:lines(colour))
  end)
end)

describe("chart", function()
  local x, y = {}, {}
  for i = 1, 50 do x[i], y[i] = i, i * i end

  it("is as large as it is told", function()
    for _, size in ipairs{{80, 24}, {40, 10}, {20, 6}, {120, 40}} do
      for _, charset in ipairs{"braille", "ascii"} do
        local lines = chart.draw({{name = "a long name of a curve", x = x, y = y}, {y = {1}}},
          {columns = size[1], rows = size[2], charset = charset, title = "title", xlabel = "step",
            marks = {{x = 3, text = "here"}}})
        assert.equal(size[2], #lines)
        for _, line in ipairs(lines) do assert.is_true(utf8.len(line) <= size[1], line) end
      end
    end
  end)

  it("shows where the values are", function()
    assert.same({
      "  * line",
      "4+               ***",
      " |          *****   ",
      " |        **        ",
      "2+     ***          ",
      " |  ***             ",
      "0+**                ",
      " ++----------+------",
      "  0          2",
    }, (function()
      local lines = chart.draw({{name = "line", x = {0, 1, 2, 3}, y = {0, 2, 3, 4}}},
        {columns = 21, rows = 9, charset = "ascii"})
      for i = 2, 7 do lines[i] = lines[i] .. (" "):rep(20 - #lines[i]) end
      return lines
    end)())
  end)

  it("breaks where a value is none, and leaves out what a logarithm has not", function()
    local lines = chart.draw({{x = {1, 2, 3, 4, 5}, y = {1, 1, 0 / 0, 1, 1}}},
      {columns = 44, rows = 6, charset = "ascii"})
    assert.truthy(table.concat(lines, "\n"):find("%*%*%*%*%* +%*%*%*%*%*"))
    lines = chart.draw({{x = {1, 2, 3}, y = {-1, 0, 10}, style = "points"}},
      {columns = 40, rows = 8, charset = "ascii", logy = true})
    assert.equal(1, select(2, table.concat(lines):gsub("%*", "")))
  end)

  it("survives whatever is drawn", function()
    for _, values in ipairs{{}, {0 / 0}, {5}, {1e300, -1e300}, {math.huge, 1, -math.huge}, {1e-320}} do
      for _, style in ipairs{"lines", "points", "linespoints", "steps", "boxes", "impulses", "dots"} do
        for _, logy in ipairs{false, true} do
          assert.equal(10, #chart.draw({{y = values, style = style}}, {columns = 30, rows = 10, logy = logy}))
        end
      end
    end
    assert.equal(10, #chart.draw({}, {columns = 30, rows = 10}))
  end)

  it("has colours only if told, and marks the best point", function()
    local curves = {{name = "a", x = x, y = y, best = {x = 25, y = 625},
      behind = {x = x, y = y}}, {name = "b", x = x, y = x}}
    local plain = table.concat(chart.draw(curves, {columns = 60, rows = 12}))
    assert.is_nil(plain:find("\027"))
    assert.truthy(plain:find("●", 1, true))
    assert.truthy(plain:find("╌╌ b", 1, true)) -- dashed, for there is no colour
    local bright = table.concat(chart.draw(curves, {columns = 60, rows = 12, colours = 256}))
    assert.truthy(bright:find("\027[38;5;33m── \027[0ma", 1, true), bright)
    local eight = table.concat(chart.draw(curves, {columns = 60, rows = 12, colours = 8}))
    assert.truthy(eight:find("\027[34m── \027[0ma", 1, true), eight)
  end)

  it("keeps inside a range that is given", function()
    local lines = chart.draw({{x = {0, 10}, y = {-100, 100}}},
      {columns = 40, rows = 10, yrange = {-1, 1}, xrange = {4, 6}, charset = "ascii"})
    local text = table.concat(lines, "\n")
    assert.truthy(text:find("%*"))
    assert.truthy(text:find("1.0+", 1, true))
    assert.is_nil(text:find("100"))
  end)
end)

describe("base64", function()
  it("is that of everybody", function()
    for text, code in pairs{[""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foobar = "Zm9vYmFy",
      ["\0\255\254"] = "AP/+"} do
      assert.equal(code, graphics.base64(text))
    end
  end)
end)

-- ---- files of runs -----------------------------------------------------------------

local function write(name, text)
  local path = folder .. "/" .. name
  os.execute("mkdir -p " .. path:match("^(.*)/"))
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

describe("a log", function()
  --- What reading `text` gives: one line a point, and the reader.
  local function points_of(text)
    local reader = assert(Log.reader(write("log.csv", text)))
    local list = {}
    local n, reason = reader:read{
      add = function(_, name, step, value) list[#list + 1] = ("%s %g %g"):format(name, step, value) end,
      mark = function(_, step, t) list[#list + 1] = ("| %g %s"):format(step, t) end,
    }
    reader:close()
    return n and table.concat(list, "; "), reason or reader
  end

  it("is read as it was written", function()
    local path = folder .. "/written.csv"
    local log = assert(Log.open(path))
    log:add("train", 1, 0.1)
    log:add('a, "b"', 2, -math.huge)
    log:add(false, 3, 'epoch "1", begun')
    log:close()
    local file = assert(io.open(path))
    assert.equal('train 1 0.1; a, "b" 2 -inf; | 3 epoch "1", begun', (points_of(file:read("a"))))
    file:close()
  end)

  it("may be any table of numbers under names", function()
    assert.equal("loss 1 0.5; acc 1 0.2; loss 2 0.25",
      (points_of("epoch,step,loss,acc\n1,1,0.5,0.2\n1,2,0.25,\n")))
    assert.equal("loss 1 0.5; loss 2 0.25", (points_of("loss\t\n 5.0000e-01\t\n 2.5000e-01\t\n")))
    assert.equal("a 1 3; b 1 4", (points_of("a b\r\n3   4\r\n")))
    assert.equal("a 7 nan", (points_of("\239\187\191x,a\n# a comment\n\n7,nan\n")):gsub("%-nan", "nan"))
  end)

  it("is read without its damaged lines, which are named", function()
    local text, reader = points_of("step,series,value\n1,a,1\n2,a\n3,a,x\n4,\"a,4\n5,a,0x10\n6,a,6\n7,a,")
    assert.equal("a 1 1; a 6 6", text)
    assert.equal(4, reader.damaged)
    assert.equal("line 3: expected 3 fields, got 2", reader.first_damage)
    text, reader = points_of("a,b\n1,2\n1,2,3\n")
    assert.equal("a 1 1; b 1 2", text)
    assert.equal("line 3: expected 2 fields, got 3", reader.first_damage)
  end)

  it("is refused when it is none", function()
    local _, reason = points_of("1,2,3\n")
    assert.equal("line 1: expected the names of columns, such as 'step,series,value', got '1,2,3'", reason)
    _, reason = points_of("\0\1\2\n")
    assert.equal("not a text file", reason)
    assert.same({nil, "No such file or directory"}, {Log.reader(folder .. "/none.csv")})
    assert.same({nil, "is not a file"}, {Log.reader(folder)})
  end)
end)

describe("hecate plot", function()
  --- What `hecate plot WORDS` prints, both files together.
  local function plot(words, environment)
    return sh("cd %s && env -u DISPLAY -u WAYLAND_DISPLAY LC_ALL=C.UTF-8 %s %s plot %s 2>&1; echo $?",
      folder, environment or "", screen.hecate, words)
  end

  setup(function()
    local rows = {"step,series,value"}
    for i = 1, 50 do
      rows[#rows + 1] = ("%d,train,%g"):format(i, 1 / i)
      if i % 10 == 0 then rows[#rows + 1] = ("%d,test,%g"):format(i, 2 / i) end
    end
    rows[#rows + 1] = "25,,half\n"
    write("run.csv", table.concat(rows, "\n"))
    write("runs/first/loss.csv", "step,series,value\n1,train,3\n2,train,2\n")
    write("runs/second/loss.csv", "step,series,value\n1,train,4\n2,train,1\n")
  end)

  it("prints characters where there is no terminal and no display", function()
    local text = plot("run.csv")
    assert.truthy(text:find("^ +run\n"), text)
    assert.truthy(text:find("── train 0.02 (best 0.02 at 50)", 1, true), text)
    assert.truthy(text:find("╌╌ test 0.04", 1, true), text)
    assert.truthy(text:find("half┊", 1, true), text)
    assert.truthy(text:find("\n0$"), text)
    assert.is_nil(text:find("\027"))
  end)

  it("compares runs, which are named by what differs or by the user", function()
    local text = plot("'runs/*/loss.csv'")
    assert.truthy(text:find("first train 2", 1, true) and text:find("second train 1", 1, true), text)
    assert.equal(text, plot("runs"))
    text = plot("base=runs/first/loss.csv runs/second/loss.csv --title both")
    assert.truthy(text:find("^ +both\n"), text)
    assert.truthy(text:find("base train 2", 1, true), text)
  end)

  it("takes its options", function()
    local text = plot("run.csv --series test --best none --terminal ascii --logy")
    assert.truthy(text:find("* test 0.04\n", 1, true), text)
    assert.is_nil(text:find("train", 1, true))
    assert.truthy(text:find("0.1+", 1, true), text)
    text = plot("run.csv --smooth 0.9 --series train --best max")
    assert.is_nil(text:find("train 0.02 ", 1, true), text) -- the average lags behind
  end)

  it("draws into files", function()
    for _, format in ipairs{"png", "svg", "pdf"} do
      assert.equal("0", plot("run.csv --out out." .. format))
      local file = assert(io.open(folder .. "/out." .. format, "rb"))
      assert.truthy(file:read("a"):find(({png = "^\137PNG", svg = "train 0.02", pdf = "^%%PDF"})[format]))
      file:close()
    end
  end)

  it("says in one line what is wrong", function()
    write("damaged.csv", "step,series,value\n1,a,1\n2,a,oh\n3,a,2\n")
    write("empty.csv", "")
    for words, expected in pairs{
      [""] = "hecate plot: expected a file (see --help)\n1",
      ["none.csv"] = "hecate plot: none.csv: No such file or directory\n1",
      ["'none*.csv'"] = "hecate plot: none*.csv: there are no such files\n1",
      ["empty.csv"] = "hecate plot: there is nothing to draw\n1",
      ["run.csv --series x"] = "hecate plot: there is nothing to draw of these series\n1",
      ["run.csv --smoth 1"] = "hecate plot: unknown option '--smoth', did you mean '--smooth'? (see --help)\n1",
      ["run.csv --smooth 2"] = "hecate plot: option '--smooth': expected a number from 0 to less than 1, got '2'\n1",
      ["run.csv --out"] = "hecate plot: option '--out' needs a value (see --help)\n1",
      ["run.csv --out a.txt"] = "hecate plot: option '--out': expected a name that ends in one of png, svg, pdf, " ..
        "eps, got 'a.txt'\n1",
      ["run.csv --best 1"] = "hecate plot: option '--best': expected min, max or none, got '1'\n1",
      ["/bin/sh"] = "hecate plot: /bin/sh: no log but a program or a shared library\n1",
    } do
      assert.equal(expected, plot(words))
    end
    local text = plot("damaged.csv")
    assert.truthy(text:find("hecate plot: damaged.csv: line 3: expected a number, got 'oh'; left out 1 line\n", 1,
      true), text)
    assert.truthy(text:find("a 2", 1, true) and text:find("\n0$"), text)
    assert.truthy(plot("--help"):find("^usage: hecate plot"))
  end)

  it("follows files that grow, also ones that begin anew, until Ctrl-C", function()
    local socket = "plot-" .. folder:match("[^/]*$")
    local function tmux(command) return sh("tmux -L " .. socket .. " " .. command) end
    local function await(pattern)
      local text
      for _ = 1, 1200 do
        text = tmux("capture-pane -p")
        if text:find(pattern) then return text end
        sh("sleep 0.05")
      end
      error("not seen: " .. pattern .. "\n" .. text)
    end
    os.remove(folder .. "/grow.csv")
    sh("cd %s && tmux -L %s -f /dev/null new-session -d -x 80 -y 24 'env -u DISPLAY -u WAYLAND_DISPLAY "
      .. "LC_ALL=C.UTF-8 %s plot --follow grow.csv; echo END $?; exec sleep 60'", folder, socket, screen.hecate)
    local ok, err = pcall(function()
      local log = assert(Log.open(folder .. "/grow.csv"))
      log:add("train", 1, 5)
      log:add("train", 2, 4)
      log:write()
      await("── train 4 ")
      log:add("train", 3, 2)
      log:write(true)
      await("── train 2 ")
      log:close()
      log = assert(Log.open(folder .. "/grow.csv"))
      log:add("other", 1, 7)
      log:close()
      assert.is_nil(await("── other 7"):find("train", 1, true))
      tmux("send-keys C-c")
      local text = await("END")
      assert.truthy(text:find("── other 7.*\nEND 0"), text)
    end)
    tmux("kill-server")
    if not ok then error(err, 0) end
  end)
end)
