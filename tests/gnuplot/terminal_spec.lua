--- Figures in a terminal without pictures: matrices and surfaces as blocks, panels beside each other, each drawn once.
local blocks = require "gnuplot.blocks"
local cells = require "gnuplot.cells"
local relief = require "gnuplot.relief"
local terminal = require "torch.utils.terminal"
local screen = dofile "tests/screen.lua"
local sh = screen.sh
local folder = sh "mktemp -d"

teardown(function() os.execute("rm -rf " .. folder) end)

local TRUE = 1 << 24

local function plain(line) return (line:gsub("\027%[[%d;]*m", "")) end

describe("blocks", function()
  local red, blue = {255, 0, 0}, {0, 0, 255}

  it("are two pixels in a cell, in true colour or the nearest of 256", function()
    assert.same({"\027[38;2;255;0;0;48;2;0;0;255m▀▀\027[0m"}, blocks.lines({{red, red}, {blue, blue}}, 2, TRUE))
    assert.same({"\027[38;5;196;48;5;21m▀\027[0m"}, blocks.lines({{red}, {blue}}, 1, 256))
    assert.same({"\027[38;5;244;48;5;16m▀\027[0m"}, blocks.lines({{{128, 128, 128}}, {{0, 0, 0}}}, 1, 256))
  end)

  it("leave out what is not there", function()
    assert.same({"▀▄ "}, {plain(blocks.lines({{red, false, false}, {false, red, false}}, 3, TRUE)[1])})
    assert.equal("\027[0m\027[38;2;255;0;0m▀\027[0m", blocks.lines({{red}}, 1, TRUE)[1]) -- an odd number of rows
  end)

  it("are shades of characters without colours", function()
    local row = {{0, 0, 0}, {90, 90, 90}, {255, 255, 255}}
    assert.same({" ░█"}, blocks.lines({row}, 3, 0, "braille"))
    assert.same({" -@"}, blocks.lines({row}, 3, 0, "ascii"))
    assert.same({" ░█"}, blocks.lines({row}, 3, 8, "braille"))
  end)
end)

describe("a matrix", function()
  local drawn = {values = torch.arange(1, 7, {dtype = "float64"}):reshape(2, 3), palette = "gray", low = 1, high = 6}

  it("is as large as it goes, with its axes and its colours", function()
    local lines = cells.lines(drawn, {columns = 40, rows = 10, colours = TRUE, charset = "braille"})
    assert.is_true(#lines <= 10)
    assert.truthy(plain(lines[1]):find "^1 ▀▀▀▀▀▀")
    assert.truthy(plain(lines[#lines - 1]):find "^ +1 +3$")
    assert.truthy(plain(lines[#lines]):gsub("█", "#"):find "^ +1 #+ 6$")
    assert.truthy(lines[1]:find("38;2;0;0;0", 1, true)) -- the least is black
    for _, line in ipairs(lines) do assert.is_true(terminal.width(plain(line)) <= 40) end
  end)

  it("has its numbers in its cells where there is room", function()
    local table_ = setmetatable({format = "%.1f", rows = {"one", "two"}, columns = {"a", "b", "c"}}, {__index = drawn})
    local lines = cells.lines(table_, {columns = 60, rows = 10, colours = 0, charset = "braille"})
    assert.same({"one  1.0  2.0  3.0", "two  4.0  5.0  6.0", "      a    b    c"}, lines)
    assert.truthy(cells.lines(table_, {columns = 60, rows = 10, colours = 256})[1]:find("48;5;16m", 1, true))
    lines = cells.lines(table_, {columns = 14, rows = 10, colours = 0, charset = "ascii"})
    assert.is_nil(table.concat(lines):find("1.0", 1, true))
  end)

  it("may be larger than the terminal, have NaN, or be an image", function()
    local values = torch.rand(300, 400, {dtype = "float64"})
    values[{1, 1}] = 0 / 0
    local options = {columns = 60, rows = 20, colours = 256, charset = "braille"}
    local lines = cells.lines({values = values, palette = "gray", low = 0, high = 1}, options)
    assert.is_true(#lines <= 20)
    for _, line in ipairs(lines) do assert.is_true(terminal.width(plain(line)) <= 60) end
    lines = cells.lines({pixels = torch.zeros(8, 8, 3, {dtype = "uint8"})}, options)
    assert.equal(20, #lines)
    assert.equal(40, terminal.width(plain(lines[1]))) -- as wide as high
    lines = cells.lines({pixels = torch.zeros(4, 4, 1, {dtype = "uint8"})}, options)
    assert.equal(20, #lines)
  end)
end)

describe("a surface", function()
  local u = torch.linspace(-1, 1, 12, {dtype = "float64"})
  local z = torch.exp(-(u:unsqueeze(2) ^ 2 + u:unsqueeze(1) ^ 2) * 3)
  local mesh = {u:unsqueeze(2):expand(12, 12), u:unsqueeze(1):expand(12, 12), z}

  it("is seen from the side, as large as it goes", function()
    local lines = relief.lines({mesh = mesh, palette = "viridis"}, {columns = 60, rows = 20, colours = 0,
      charset = "ascii"})
    assert.equal(20, #lines)
    for _, line in ipairs(lines) do assert.is_true(#line <= 60) end
    local first, filled = nil, 0
    for i = 1, 19 do
      first = first or lines[i]:find "%S" and i
      filled = filled + select(2, lines[i]:gsub("%S", ""))
    end
    assert.is_true(first <= 2 and filled > 250, filled)
    assert.truthy(lines[20]:find "0%.95%d*$") -- the height of its top
    assert.truthy(table.concat(lines):find "@")
  end)

  it("may be flat, have holes, or be very fine", function()
    local options = {columns = 40, rows = 12, colours = TRUE, charset = "braille"}
    for _, height in ipairs{torch.zeros_like(z), z:masked_fill(z:gt(0.9), 0 / 0)} do
      assert.equal(12, #relief.lines({mesh = {mesh[1], mesh[2], height}, palette = "gray"}, options))
    end
    local fine = torch.linspace(0, 1, 500, {dtype = "float64"}):unsqueeze(2):expand(500, 500)
    assert.equal(12, #relief.lines({mesh = {fine, fine:t(), fine * fine:t()}, palette = "gray"}, options))
  end)
end)

describe("in a terminal", function()
  --- How often a pattern is in what a script shows.
  local function count(code, pattern, environment, size)
    local text = screen.of(folder, code, "END", environment, size or "100x60")
    return select(2, text:gsub(pattern, "")), text
  end

  it("panels are drawn once, beside each other, without gnuplot", function()
    local n, text = count([[
      gnuplot.setgnuplotexe "/nonexistent"
      gnuplot.suptitle "both"
      for i = 1, 2 do
        gnuplot.subplot(1, 2, i)
        gnuplot.plot({1, i, 2})
        gnuplot.title("panel " .. i)
      end]], "panel 1")
    assert.equal(1, n, text)
    assert.truthy(text:find "both" and text:find "panel 1 +panel 2", text)
  end)

  it("a figure is drawn where there are no control sequences too, without any", function()
    local n, text = count("gnuplot.plot('walk', {1, 3, 2})", "walk", "TERM=dumb")
    assert.equal(1, n, text)
    assert.truthy(text:find "└" or text:find "+%-%-", text)
    assert.is_nil(text:find "\027")
  end)

  it("a figure has what was said of it after its plot, before the next word is printed", function()
    local n, text = count([[
      gnuplot.plot({1, 2, 3})
      gnuplot.title "the title"
      gnuplot.hline(2.5, {label = "limit"})
      gnuplot.text(2, 1.2, "here")
      print "printed after"
      gnuplot.plot({3, 2, 1})
      io.write "and this\n"]], "the title", nil, "100x80")
    assert.equal(2, n, text) -- it stays the title of the second one
    assert.truthy(text:find "the title.*limit.*here.*printed after.*the title.*and this\n", text)
    assert.equal(1, select(2, text:gsub("limit", "")))
  end)

  it("the functions that write are those of the program again", function()
    local _, text = count([[
      local before, write = print, io.write
      gnuplot.plot({1, 2, 3})
      assert(print ~= before and io.write ~= write)
      print "done"
      assert(print == before and io.write == write)
      print "all is well"]], "")
    assert.truthy(text:find("all is well", 1, true), text)
  end)

  it("what waits is shown at the end, after an error and by os.exit too", function()
    for _, ending in ipairs{"", "error 'wrong'", "os.exit(0)", "gnuplot.close()", "gnuplot.plotflush()"} do
      local n, text = count("gnuplot.plot('name', {1, 2, 3}) " .. ending, "name")
      assert.is_true(n >= 1, ending .. text)
      assert.equal(1, select(2, text:gsub("── name", "")), ending .. text)
    end
  end)

  it("matrices, images and surfaces are blocks, or shades without colours", function()
    for _, code in ipairs{"gnuplot.imagesc(torch.rand(5, 5))", "gnuplot.image(torch.rand(3, 8, 8))",
      "gnuplot.surf(torch.rand(5, 5))", "gnuplot.contourf(torch.rand(5, 5))"} do
      code = "gnuplot.setgnuplotexe '/nonexistent' " .. code
      assert.is_true(count(code, "[▀▄]") > 50, code)
      assert.is_true(count(code, "[░▒▓]", "NO_COLOR=1") > 20, code)
      local n, text = count(code, "[-=+*#%%@]", "LC_ALL=C")
      assert.is_true(n > 20 and not text:find "[\128-\255]", text)
    end
    local _, text = count("gnuplot.heatmap({{1, 2}, {3, 4}}, {rows = {'p', 'q'}})", "")
    assert.truthy(text:find "p +1 +2 *\nq +3 +4", text)
  end)

  it("the session shows a figure when all of its panels are there", function()
    local script = folder .. "/input"
    local file = assert(io.open(script, "w"))
    file:write("gnuplot.subplot(1, 2, 1)\ngnuplot.plot('left', {1, 2})\nx = 1\ngnuplot.subplot(1, 2, 2)\n"
      .. "gnuplot.plot('right', {2, 1})\n")
    file:close()
    local text = screen.of(folder, ([[os.execute("%s -i <%s")]]):format(screen.hecate, script), "END", nil, "100x60")
    assert.equal(1, select(2, text:gsub("── left", "")), text)
    assert.equal(1, select(2, text:gsub("── right", "")), text)
  end)
end)
