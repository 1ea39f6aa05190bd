--- Axes, labels and panels; and one clear line for each wrong call.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local folder, png, svg, stretches = drawing.folder, drawing.png, drawing.svg, drawing.stretches
local refusal, BLUE, ORANGE = drawing.refusal, drawing.BLUE, drawing.ORANGE

teardown(drawing.remove)
after_each(drawing.reset)

describe("settings", function()
  it("shape the panel", function()
    local s = svg(function()
      gnuplot.plot("n", {1, 10, 100}, "-")
      gnuplot.xlabel("across")
      gnuplot.title("top")
      gnuplot.logscale(true)
      gnuplot.xticks({1, 2, 3}, {"uno", "due_2", "tre"})
      gnuplot.grid()
      gnuplot.movelegend("left", "middle")
    end)
    for _, word in ipairs{"across", "top", "uno", "due_2", "tre"} do
      assert.is_true(picture.says(s, word), word)
    end
    assert.is_truthy(s.lines["#dddddd"])
    assert.is_nil(svg(function() gnuplot.plot({1, 2}) gnuplot.grid(true) gnuplot.grid(false) end).lines["#dddddd"])
    local points = stretches(s, BLUE)
    points = #points[1] == 3 and points[1] or points[2]
    assert.is_true(math.abs((points[1][2] - points[2][2]) - (points[2][2] - points[3][2])) < 0.1)
  end)

  it("keep the ends of axes that are not named", function()
    local function ends(f)
      local s = svg(function() gnuplot.plot({1, 2, 3}, "-") f() end)
      return picture.says(s, "-10"), picture.says(s, "40")
    end
    assert.same({true, true}, {ends(function() gnuplot.axis{-10, 40, "", ""} end)})
    assert.same({true, true}, {ends(function() gnuplot.axis{-10, "", "", ""} gnuplot.axis{"", 40, "", ""} end)})
    assert.same({false, false}, {ends(function() gnuplot.axis{-10, 40, "", ""} gnuplot.axis("auto") end)})
    for _, shape in ipairs{"equal", "image", "fill"} do ends(function() gnuplot.axis(shape) end) end
  end)

  it("belong to the panels of a figure", function()
    local s = svg(function()
      gnuplot.suptitle("all of it")
      for i = 1, 4 do
        gnuplot.subplot(2, 2, i)
        if i ~= 3 then gnuplot.plot({1, i}, "-", {color = i}) end
        gnuplot.title("panel " .. i)
      end
    end)
    for _, word in ipairs{"all of it", "panel 1", "panel 2", "panel 4"} do
      assert.is_true(picture.says(s, word), word)
    end
    assert.is_false(picture.says(s, "panel 3")) -- nothing is drawn in it
    local a, b = stretches(s, BLUE)[1][1], stretches(s, ORANGE)[1][1]
    assert.is_true(a[1] < 150 and b[1] > 150) -- left and right
    assert.equal("gnuplot.subplot: 'at' (argument 3): expected a number from 1 to 4, got number 5",
      refusal(gnuplot.subplot, 2, 2, 5))
  end)

  it("have one clear line for each wrong call", function()
    gnuplot.svgfigure(folder .. "/x.svg")
    for message, call in pairs{
      ["gnuplot.plot: unknown option 'colour', did you mean 'color'? (known: style, color, width, dash, point, "
        .. "size, alpha, label, axis, latex, markup)"] = function() gnuplot.plot({1, 2}, {colour = "red"}) end,
      ["gnuplot.plot: 'width': expected a number above 0, got number -1"] = function()
        gnuplot.plot({1, 2}, {width = -1})
      end,
      ["gnuplot.plot: 'axis': expected 1 or 2, got 3"] = function() gnuplot.plot({1, 2}, {axis = 3}) end,
      ["gnuplot.plot: 'style': a style has no ';' and no line break"] = function()
        gnuplot.plot({1, 2}, "lines; !ls")
      end,
      ["gnuplot.plot: there is nothing to plot in float32 (0)"] = function() gnuplot.plot(torch.zeros(0)) end,
      ["gnuplot.plot: expected real numbers, got complex64 (2); x:abs() and x.real are real"] = function()
        gnuplot.plot(torch.zeros(2, {dtype = "complex64"}))
      end,
      ["gnuplot.image: expected real numbers, got complex64 (2×2); x:abs() and x.real are real"] = function()
        gnuplot.image(torch.zeros(2, 2, {dtype = "complex64"}))
      end,
      ["gnuplot.grid: 'on' (argument 1): expected a boolean, got string 'yes'"] = function() gnuplot.grid("yes") end,
      ["gnuplot.axis: 'axis[2]': expected a number or '', got boolean true"] = function()
        gnuplot.axis{1, true, 2, 3}
      end,
      ["gnuplot.xticks: 1 places and 2 labels"] = function() gnuplot.xticks({1}, {"a", "b"}) end,
      ["gnuplot.figure: 'size': expected {width, height}, got number 3"] = function()
        gnuplot.figure({size = 3})
      end,
      ["gnuplot.animate: 'path' (argument 1): expected a name that ends in .gif, got 'a.png'"] = function()
        gnuplot.animate("a.png", 1, print)
      end,
      ["gnuplot.animate: 'draw' (argument 3): expected a function, got nothing"] = function()
        gnuplot.animate(folder .. "/a.gif", 1)
      end,
      ["gnuplot.imagesc: 'palette': a palette has no ';' and no line break"] = function()
        gnuplot.imagesc({{1}}, "gray; !ls")
      end,
      ["gnuplot.plotflush: 'n' (argument 1): there is no figure 99"] = function() gnuplot.plotflush(99) end,
      ["gnuplot.figprint: 'path' (argument 1): expected a name that ends in one of png, svg, pdf, eps, got 'a'"]
        = function() gnuplot.figprint("a") end,
    } do
      assert.equal(message, refusal(call))
    end
    assert.truthy(refusal(gnuplot.plot, {1, 2}, {color = "bleu"}):find("did you mean 'blue'?", 1, true))
  end)
end)
