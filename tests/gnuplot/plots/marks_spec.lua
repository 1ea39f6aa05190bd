--- What is written and drawn over plots, legends, ranges, ticks, style sheets, colour maps, files of a size.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local folder, svg, png, stretches = drawing.folder, drawing.svg, drawing.png, drawing.stretches
local refusal, BLUE = drawing.refusal, drawing.BLUE

teardown(drawing.remove)
after_each(function()
  gnuplot.style "default"
  drawing.reset()
end)

local function says(s, ...)
  for _, word in ipairs{...} do
    if not picture.says(s, word) then return false end
  end
  return true
end

describe("marks", function()
  it("are texts, as they are or by LaTeX's words", function()
    local s = svg(function()
      gnuplot.plot({1, 2, 3}, "-")
      gnuplot.text(2, 2, "a_1 `date` {x}")
      gnuplot.text(1, 1, "\\alpha^2", {latex = true, color = "red", size = 9, rotate = 45, align = "center",
        box = true})
      gnuplot.annotate("the end", {3, 3}, {2, 2.5})
      gnuplot.title("\\sigma = x_1", {latex = true})
      gnuplot.suptitle("\\omega", {latex = true})
    end)
    assert.is_true(says(s, "a_1 `date` {x}", "α²", "the end", "σ = x₁", "ω"))
    assert.truthy(s.lines["#444444"])
  end)

  it("are lines and bands, which the axes make room for", function()
    local s = svg(function()
      gnuplot.plot({1, 2, 3}, "-")
      gnuplot.vline(10, {color = "red", label = "stop"})
      gnuplot.hline(20, {color = "#00ff00", dash = "--"})
      gnuplot.arrow(1, 1, 2, 5, {color = "#ff00ff", head = "both"})
      gnuplot.span("x", 1.5, 2, {color = "#123456"})
      gnuplot.span("y", 5, 6, {color = "#654321", alpha = 1})
    end)
    assert.is_true(says(s, "10", "20", "stop"))
    local up, across = stretches(s, "#d62728")[1], stretches(s, "#00ff00")[1]
    assert.is_true(up[1][1] == up[2][1] and up[1][2] - up[2][2] > 100)
    assert.is_true(across[1][2] == across[2][2] and across[2][1] - across[1][1] > 150)
    assert.truthy(s.lines["#ff00ff"])
    assert.equal(1, s.areas["#123456"])
    assert.equal(1, s.areas["#654321"])
  end)

  it("go with the plots, and are there before the first one", function()
    local s = svg(function()
      gnuplot.vline(2, {color = "red"})
      gnuplot.plot({1, 2, 3})
    end)
    assert.truthy(s.lines["#d62728"])
    s = svg(function()
      gnuplot.plot({1, 2, 3})
      gnuplot.vline(2, {color = "red"})
      gnuplot.plot({3, 2, 1})
    end)
    assert.is_nil(s.lines["#d62728"])
  end)

  it("say what is wrong", function()
    for message, call in pairs{
      ["gnuplot.text: 'x' (argument 1): expected a finite number, got number nan"] = function()
        gnuplot.text(0 / 0, 1, "a")
      end,
      ["gnuplot.text: 'text' (argument 3): expected a string, got number 3"] = function() gnuplot.text(1, 1, 3) end,
      ["gnuplot.text: 'align': expected one of left, center, right, got string 'rigth', did you mean 'right'?"]
        = function() gnuplot.text(1, 1, "a", {align = "rigth"}) end,
      ["gnuplot.text: 'latex' and 'markup' exclude each other"] = function()
        gnuplot.text(1, 1, "a", {latex = true, markup = true})
      end,
      ["gnuplot.annotate: 'point' (argument 2): expected {x, y}, got number 1"] = function()
        gnuplot.annotate("a", 1, 2)
      end,
      ["gnuplot.arrow: 'head': expected true, false or 'both', got string 'one'"] = function()
        gnuplot.arrow(1, 1, 2, 2, {head = "one"})
      end,
      ["gnuplot.span: 'axis' (argument 1): expected one of x, y, got string 'z'"] = function()
        gnuplot.span("z", 1, 2)
      end,
      ["gnuplot.plot: 'point' needs a style with points, such as '+' or '+-'"] = function()
        gnuplot.plot({1, 2}, "-", {point = "o"})
      end,
      ["gnuplot.fill: unknown option 'width' (known: color, alpha, label, latex, markup)"] = function()
        gnuplot.fill({1, 2}, 0, {1, 2}, {width = 2})
      end,
      ["gnuplot.boxplot: 'labels': expected 1, a label for each group, got 2"] = function()
        gnuplot.boxplot({{"a", {1, 2}}}, {labels = {"a", "b"}})
      end,
      ["gnuplot.xlim: the ends of an axis are one number, 1"] = function() gnuplot.xlim(1, 1) end,
      ["gnuplot.ylim: 'high' (argument 2): expected a number or '', got boolean true"] = function()
        gnuplot.ylim(1, true)
      end,
      ["gnuplot.legend: 'place' (argument 1): expected one of best, center, center left, center right, lower center, "
        .. "lower left, lower right, none, outside bottom, outside right, outside top, upper center, upper left, "
        .. "upper right, got string 'uper left', did you mean 'upper left'?"] = function()
        gnuplot.legend("uper left")
      end,
      ["gnuplot.style: 'name' (argument 1): expected one of dark, default, gray, grid, paper, slides, got string "
        .. "'papr', did you mean 'paper'?"] = function() gnuplot.style "papr" end,
      ["gnuplot.savefig: 'dpi': a SVG is no picture of pixels; its size says how large it is"] = function()
        gnuplot.savefig(folder .. "/a.svg", {dpi = 200})
      end,
      ["gnuplot.savefig: 'font': expected 'NAME,POINTS', a name of letters, digits and '-', got string 'a;b'"]
        = function() gnuplot.savefig(folder .. "/a.png", {font = "a;b"}) end,
    } do
      assert.equal(message, refusal(call))
    end
    local function begins(text, call) assert.equal(text, refusal(call):sub(1, #text)) end
    begins("gnuplot.plot: 'style': there is no style 'liness', did you mean 'lines'? (styles: '-' lines, '+' points",
      function() gnuplot.plot({1, 2}, "liness") end)
    begins("gnuplot.imagesc: 'palette': there is no palette 'virids', did you mean 'viridis'? (known: blues",
      function() gnuplot.imagesc(torch.rand(2, 2), "virids") end)
  end)
end)

describe("axes", function()
  --- The ends of the first curve in pixels, of a picture 300 by 200.
  local function ends(f)
    local line = stretches(svg(f), BLUE)[1]
    return line[1], line[#line]
  end

  it("have room around the data, and none below what stands on zero", function()
    local first, last = ends(function() gnuplot.plot({0, 1}, "-") end)
    local s = svg(function() gnuplot.plot({0, 1}, "-") end)
    assert.is_true(first[2] < 180 and last[2] > 10 and last[1] < 290)
    assert.is_true(says(s, "1", "2")) -- at whole numbers
    assert.is_false(says(s, "1.5"))
    s = svg(function() gnuplot.plot({3, 1, 2}, "|") end)
    assert.is_true(says(s, "0"))
    assert.is_false(says(s, "-0.2"))
  end)

  it("have the limits that are said, turned round too", function()
    local first, last = ends(function() gnuplot.plot({1, 2, 3}, "-") gnuplot.xlim(3, 1) end)
    assert.is_true(first[1] > last[1])
    local s = svg(function() gnuplot.plot({1, 2, 3}, "-") gnuplot.ylim(nil, 60) gnuplot.xlim{0, 20} end)
    assert.is_true(says(s, "60", "20"))
    local _, top = ends(function() gnuplot.plot({1, 2, 3, 100}, "-") gnuplot.xlim(1, 3) end)
    assert.is_true(top[2] < 30) -- the range is that of what is seen
  end)

  it("have logarithmic numbers in one style", function()
    local function powers(...)
      local values = {...}
      local s = svg(function() gnuplot.plot(values, "-") gnuplot.logscale() end)
      local list = {}
      for _, text in ipairs(s.texts) do
        if text:find "^10" or text:find "^0%." then list[#list + 1] = text end
      end
      return table.concat(list, " ")
    end
    assert.equal("10⁻⁶ 10⁻³ 10⁰", powers(1, 1e-2, 1e-6))
    assert.is_nil(powers(0.01, 0.1, 10):find "10[⁻⁰]")
  end)

  it("have whole numbers where only those are, and never numbers that touch", function()
    local s = svg(function() gnuplot.imagesc(torch.rand(2, 3)) end)
    assert.is_true(says(s, "1", "2", "3"))
    assert.is_false(says(s, "1.5"))
    s = svg(function() gnuplot.plot(torch.arange(0, 200), "-") end)
    local n = 0
    for _, text in ipairs(s.texts) do n = n + (text:find "^%d+$" and 1 or 0) end
    assert.is_true(n <= 14, n)
  end)

  it("have words that are turned where they have no room beside each other", function()
    local function turned(word)
      local s = svg(function() gnuplot.bar({1, 2, 3, 4}, {labels = {word, "b", "c", "d"}}) end)
      return s.text:find "rotate%(%-35" ~= nil
    end
    assert.is_false(turned "a")
    assert.is_true(turned "a long name")
    local s = svg(function()
      gnuplot.plot({1, 2, 3, 4})
      gnuplot.xticks({1, 2, 3, 4}, {"a long name", "b", "c", "d"})
    end)
    assert.is_true(says(s, "a long name") and s.text:find "rotate%(%-35" ~= nil)
  end)

  it("are left to gnuplot where the user has a command for them", function()
    local s = svg(function() gnuplot.plot({1, 2, 3}, "-") gnuplot.raw "set xtics ('here' 2)" end)
    assert.is_true(says(s, "here"))
  end)

  it("are shared by panels", function()
    local function draw(given)
      return svg(function()
        for i = 1, 4 do
          gnuplot.subplot(2, 2, i, given)
          gnuplot.plot({1, 100 * i}, "-")
        end
      end)
    end
    local function count(s, word)
      local n = 0
      for _, text in ipairs(s.texts) do n = n + (text == word and 1 or 0) end
      return n
    end
    assert.equal(4, count(draw{}, "1"))
    assert.equal(2, count(draw{sharex = true}, "1"))
    assert.same({2, 4}, {count(draw{sharey = true}, "400"), count(draw{sharey = true}, "1")})
    -- The plots of a column are of one width.
    local list = stretches(draw{}, BLUE)
    assert.equal(list[1][1][1], list[3][1][1])
  end)
end)

describe("the legend", function()
  local function at(place, given)
    local s = svg(function()
      gnuplot.plot({"name", {1, 2, 3, 4}, "-"})
      gnuplot.legend(place, given)
    end)
    local x, y = s.text:match "translate%(([%d.]+),([%d.]+)%)[^\n]*\n[^\n]*name"
    return tonumber(x), tonumber(y)
  end

  it("is where it is put, or in the emptiest corner", function()
    local left, up = at "upper left"
    local right, down = at "lower right"
    assert.is_true(left < right and up < down)
    assert.same({at "upper left"}, {at "best"}) -- the curve goes from below left to above right
    assert.is_nil(at "none")
    assert.is_nil(at(false))
    assert.truthy(at("outside right", {columns = 1, box = true}))
  end)
end)

describe("style sheets", function()
  it("shape the figures that follow", function()
    gnuplot.style "dark"
    local p = png(function() gnuplot.plot({1, 2, 3}, "-") end)
    assert.equal("#1b1d23", p.at(2, 2))
    gnuplot.style "gray"
    p = png(function() gnuplot.plot({1, 2, 3}, "-") end)
    for color in pairs(p.colors) do
      local r, g, b = color:match "#(%x%x)(%x%x)(%x%x)"
      assert.is_true(r == g and g == b, color)
    end
    gnuplot.style "paper"
    assert.truthy(svg(function() gnuplot.plot({1, 2, 3}, "-") end).text:find("serif,", 1, true)
      or svg(function() gnuplot.plot({1, 2, 3}, "-") end).text:find('font-family="serif"', 1, true))
    gnuplot.style "default"
    assert.equal("#ffffff", png(function() gnuplot.plot({1, 2, 3}, "-") end).at(2, 2))
  end)
end)

describe("files", function()
  it("have the size, the pixels an inch and the letters that are asked for", function()
    gnuplot.setterm "none"
    gnuplot.figure()
    gnuplot.plot("name", {1, 2, 3}, "-")
    local function size(given)
      gnuplot.savefig(folder .. "/a.png", given)
      local p = picture.png(folder .. "/a.png")
      return {p.width, p.height}, picture.count(p, BLUE, 60)
    end
    local plain, thin = size{size = {300, 200}}
    local fine, thick = size{size = {300, 200}, dpi = 300}
    assert.same({{300, 200}, {900, 600}}, {plain, fine})
    assert.is_true(thick > 6 * thin) -- lines are three times as long, and as thick
    gnuplot.savefig(folder .. "/a.svg", {font = "DejaVu Serif,20"})
    assert.truthy(picture.svg(folder .. "/a.svg").text:find("DejaVu Serif", 1, true))
    gnuplot.setterm(nil)
  end)
end)

describe("symbols", function()
  it("are Unicode for what LaTeX has names of", function()
    local symbols = require "gnuplot.symbols"
    for text, shown in pairs{["\\alpha x^2"] = "α x²", ["e^{-i\\pi}"] = "e^(-iπ)", ["x_{12}"] = "x₁₂",
      ["10^{-3}"] = "10⁻³", ["\\frac{a}{b}"] = "a/b", ["\\sqrt{xy}"] = "√(xy)", ["$\\mathrm{d}x$"] = "dx",
      ["100\\%"] = "100%", ["\\foo"] = "\\foo",
      ["a_"] = "a_", ["{"] = "", ["\\"] = "\\"} do
      assert.equal(shown, symbols(text))
    end
  end)
end)

describe("in a window", function()
  it("ranges are ours and ticks gnuplot's, for it is zoomed", function()
    local script = require "gnuplot.script"
    gnuplot.setterm "none"
    gnuplot.figure()
    gnuplot.plot("name", {1, 2, 3}, "-")
    gnuplot.legend "best"
    local figure = require "gnuplot.current".figure()
    local text, share <close> = script(figure, {size = {640, 480}, points = 11, free = true})
    assert.truthy(text:find("set xtics 1\n", 1, true) and text:find("set xrange [0.92:3.08]", 1, true), text)
    assert.is_nil(text:find("set xtics (", 1, true))
    assert.truthy(text:find("set key inside left top", 1, true), text)
    gnuplot.setterm(nil)
  end)
end)
