--- Plots.
local gnuplot = require "gnuplot"

local folder

local screen = dofile "tests/screen.lua"
local sh, read, warnings_of, png_size = screen.sh, screen.read, screen.warnings_of, screen.png_size
local function fake(script) return screen.fake(folder, script) end

setup(function()
  folder = sh("mktemp -d")
end)

teardown(function()
  gnuplot.setgnuplotexe(nil)
  os.execute("rm -rf " .. folder)
end)

after_each(function() gnuplot.setgnuplotexe(nil) end)

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
    local second = {pcall(gnuplot.plot, x, y, "lines nonsense")}
    local raw = {pcall(gnuplot.raw, "set nonsense")}
    local third = {pcall(gnuplot.plotflush)}
    local fourth = {pcall(gnuplot.plotflush)}
    io.stdout = real
    gnuplot.close()
    gnuplot.setterm(nil)
    assert.is_true(first[1], first[2])
    assert.truthy(second[2]:find("gnuplot.plot: gnuplot: ", 1, true), second[2])
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

describe("in a terminal that shows no pictures", function()
  it("plain curves are drawn with characters, without gnuplot", function()
    local text = screen.of(folder, [[
      gnuplot.setgnuplotexe "/nonexistent"
      local x = torch.linspace(0, 4, 50)
      gnuplot.ylabel "the volts"
      gnuplot.axis {"", 10, "", ""}
      gnuplot.plot({"root", x, x:sqrt()}, {"line", x, x, {color = "red"}})]], "END", nil, "80x30")
    assert.truthy(text:find("\n%s*── root  ── line\n"), text)
    assert.truthy(text:find("the volts\n", 1, true) and text:find("[\u{2801}-\u{28ff}]"), text)
    assert.truthy(text:find("┬.*\n *0 .* 10\n"), text)
    text = screen.of(folder, [[
      gnuplot.logscale "y"
      gnuplot.plot(torch.arange(1, 20001):double():square())]], "END", "LC_ALL=C", "80x30")
    assert.truthy(text:find("\n *1e%+?0?8[+|]") or text:find("\n *1e8[+|]"), text)
    text = screen.of(folder, "gnuplot.hist(torch.tensor({1, 1, 1, 2}), 2)", "END", nil, "80x30")
    assert.truthy(text:find("⣿⣿⣿⣿"), text)
  end)

  it("all else is drawn with gnuplot's", function()
    local text = screen.of(folder, "gnuplot.scatter3(torch.rand(5), torch.rand(5), torch.rand(5))", "END", nil, "80x30")
    assert.truthy(text:find("%+%-%-") and not text:find("⠤", 1, true), text)
    text = screen.of(folder, "gnuplot.raw 'set xzeroaxis' gnuplot.plot(torch.ones(3))", "END", nil, "80x30")
    assert.truthy(text:find("+-----", 1, true), text)
  end)

  it("a plot returns nothing that a session would show", function()
    local text = screen.of(folder, "print(select('#', gnuplot.plot(torch.ones(3))), type(gnuplot.hist(torch.ones(3))))",
      "END", nil, "80x60")
    assert.matches("\n0%s+table\n", text)
  end)
end)
