--- Curves, by what their pictures contain.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local screen = dofile "tests/screen.lua"
local warnings_of = screen.warnings_of
local folder, png, svg, stretches = drawing.folder, drawing.png, drawing.svg, drawing.stretches
local refusal, BLUE, ORANGE, GREEN = drawing.refusal, drawing.BLUE, drawing.ORANGE, drawing.GREEN

teardown(drawing.remove)
after_each(drawing.reset)

describe("plot", function()
  it("draws each curve in its own colour, with its name", function()
    local s = svg(function() gnuplot.plot({"one_1", {1, 2, 3}, "-"}, {"two", {3, 2, 1}, "-"}) end)
    assert.equal(2, #stretches(s, BLUE)) -- the curve, and its sample in the legend
    assert.equal(2, #stretches(s, ORANGE))
    assert.is_true(picture.says(s, "one_1"))
    assert.is_true(picture.says(s, "two"))
    assert.is_nil(s.lines[GREEN])
  end)

  it("takes every dtype, and gives the same curve", function()
    local expected
    for _, dtype in ipairs{"float64", "float32", "int64", "int32", "uint8"} do
      local s = stretches(svg(function()
        gnuplot.plot(torch.tensor({1, 2, 4, 3}, {dtype = dtype}), "-")
      end), BLUE)
      expected = expected or s
      assert.same(expected, s)
    end
    local s = svg(function() gnuplot.plot(torch.tensor({true, false, true}), "-") end)
    assert.equal(3, #stretches(s, BLUE)[1])
  end)

  it("takes what needs gradients, views, and arrays", function()
    local t = torch.rand(4, 2, {requires_grad = true})
    local a = stretches(svg(function() gnuplot.plot(t:select(2, 2) * 2, "-") end), BLUE)
    local b = stretches(svg(function() gnuplot.plot((t * 2):detach():select(2, 2):tolist(), "-") end), BLUE)
    assert.same(a, b)
    assert.is_true(t.requires_grad)
  end)

  it("leaves gaps where values are not finite", function()
    local s = svg(function()
      gnuplot.plot({1, 2, 0 / 0, 3, 4, 1 / 0, 2, 3, -1 / 0, 1, 2}, "-")
    end)
    local lengths = {}
    for i, stretch in ipairs(stretches(s, BLUE)) do lengths[i] = #stretch end
    assert.same({2, 2, 2, 2}, lengths)
  end)

  it("draws an empty frame where nothing can be drawn", function()
    for _, f in ipairs{
      function() gnuplot.plot({0 / 0, 1 / 0}) end,
      function() gnuplot.surf(torch.full({3, 3}, 0 / 0)) end,
      function() gnuplot.imagesc(torch.full({3, 3}, 0 / 0)) end,
      function() gnuplot.heatmap(torch.full({3, 3}, 1 / 0)) end,
    } do
      assert.same({}, warnings_of(function()
        assert.is_truthy(png(f).colors["#ffffff"])
      end))
    end
  end)

  it("does not round", function()
    local s = stretches(svg(function()
      gnuplot.plot(torch.tensor({1e9, 1e9 + 1, 1e9}, {dtype = "float64"}), "-")
      gnuplot.axis{1, 3, 1e9, 1e9 + 1}
    end), BLUE)[1]
    assert.is_true(s[1][2] - s[2][2] > 100) -- pixels
    assert.equal(s[1][2], s[3][2])
  end)

  it("knows Torch7's styles", function()
    local x, y = torch.arange(1, 7), torch.tensor({2, 1, 3, 2, 4, 3})
    assert.equal(6, svg(function() gnuplot.plot(x, y, "+") end).marks[BLUE])
    local both = svg(function() gnuplot.plot(x, y, "+-") end)
    assert.equal(6, both.marks[BLUE])
    assert.equal(6, #stretches(both, BLUE)[1])
    assert.is_nil(svg(function() gnuplot.plot(x, y, "-") end).marks[BLUE])
    assert.equal(6, svg(function() gnuplot.plot(x, y, "|") end).areas[BLUE])
    assert.is_true(#stretches(svg(function() gnuplot.plot(x, y, "~") end), BLUE)[1] > 50)
    assert.is_true(#stretches(svg(function() gnuplot.plot(x, y, "~ 0.1") end), BLUE)[1] > 50)
    assert.is_true(#stretches(svg(function() gnuplot.plot(torch.rand(5, 4), "v") end), BLUE) >= 5)
    assert.equal(6, svg(function() gnuplot.plot(x, y, ".") end).marks[BLUE])
  end)

  it("hands gnuplot's own words on, with all columns", function()
    local x = torch.linspace(0, 1, 5)
    local band = torch.stack({x, x, x + 1}, 2)
    local s = svg(function()
      gnuplot.plot({band, "with filledcurves lc rgb '#123456'"}, {x, x, "with lines lw 7 lc rgb '#654321'"})
    end)
    assert.equal(1, s.areas["#123456"])
    assert.equal(1, #stretches(s, "#654321"))
    assert.truthy(s.text:find('stroke%-width="7'))
    s = svg(function() gnuplot.plot(band, "using 1:3 with lines lc rgb '#123456' title 'mine'") end)
    assert.equal(2, #stretches(s, "#123456"))
    assert.is_true(picture.says(s, "mine"))
  end)

  it("takes style tables, trailing and inline", function()
    local s = svg(function()
      gnuplot.plot({"a", {1, 2, 3}, color = "#ff0000", width = 4}, {{3, 2, 1}, {label = "b", color = {0, 1, 0},
        point = "s", style = "points"}})
    end)
    assert.equal(2, #stretches(s, "#ff0000"))
    assert.truthy(s.text:find('stroke%-width="4'))
    assert.is_true(picture.says(s, "b"))
    assert.equal(4, s.marks["#00ff00"]) -- three, and the legend's
    s = svg(function() gnuplot.plot({1, 2}, {color = "red", dash = "--"}) end)
    assert.truthy(s.text:find("stroke-dasharray", 1, true))
  end)

  it("draws several columns as several curves", function()
    local x = torch.arange(1, 5)
    local s = svg(function() gnuplot.plot("y", x, torch.rand(4, 3), "-") end)
    for i, color in ipairs{BLUE, ORANGE, GREEN} do
      assert.equal(2, #stretches(s, color))
      assert.is_true(picture.says(s, "y " .. i))
    end
  end)

  it("has a second vertical axis", function()
    local s = svg(function()
      gnuplot.plot({{1, 2, 3}, "-"}, {{100, 300, 200}, "-", axis = 2})
      gnuplot.y2label("second")
    end)
    assert.is_true(picture.says(s, "second"))
    assert.is_true(picture.says(s, "300"))
    assert.is_true(picture.says(s, "3"))
  end)

  it("takes more than a million points", function()
    local n = 1200000
    local p = png(function() gnuplot.plot(torch.rand(n), ".") end)
    assert.is_true(p.colors[BLUE] > 20000)
  end)

  it("draws long lines as quickly, and as exactly", function()
    local n = 300000
    local y = torch.rand(n)
    y:narrow(1, 100001, 50000):fill_(0 / 0)
    y[{{7}}] = 5
    y[{{200000}}] = -3
    local s = svg(function() gnuplot.plot(y, "-") end)
    local list = stretches(s, BLUE)
    assert.equal(2, #list) -- the gap is there
    local top, bottom, count = math.huge, 0, 0
    for _, stretch in ipairs(list) do
      count = count + #stretch
      for _, point in ipairs(stretch) do top, bottom = math.min(top, point[2]), math.max(bottom, point[2]) end
    end
    assert.is_true(count < 40000)
    local whole = stretches(svg(function() gnuplot.plot({5, -3, 1}, "-") end), BLUE)[1]
    assert.is_true(math.abs(whole[1][2] - top) < 1 and math.abs(whole[2][2] - bottom) < 1)
  end)

  it("has every point of a long line where the axis shows a part of it", function()
    local x = torch.arange(0, 100000, {dtype = "float64"})
    local function visible(f)
      local s = svg(function() gnuplot.plot(x, torch.sin(x), "-") f() end)
      return #stretches(s, BLUE)[1]
    end
    local function few() gnuplot.axis{500, 600, -1, 1} end
    assert.is_true(math.abs(visible(few) - 101) <= 4)
    assert.is_true(math.abs(visible(function() gnuplot.axis{600, 500, -1, 1} end) - 101) <= 4)
    assert.is_true(math.abs(visible(function() gnuplot.raw("set xrange [500:600]") end) - 101) <= 4)
    -- a logarithmic axis shows the first hundred on half of its width
    local s = svg(function() gnuplot.plot(x + 1, torch.sin(x), "-") gnuplot.logscale("x") end)
    local left = 0
    for _, point in ipairs(stretches(s, BLUE)[1]) do
      if point[1] < 160 then left = left + 1 end
    end
    assert.is_true(left > 90)
  end)

  it("keeps a long line whose x goes back as it is", function()
    local t = torch.linspace(0, 6.28, 30000)
    local s = svg(function() gnuplot.plot(torch.cos(t), torch.sin(t), "-") end)
    local points = 0
    for _, stretch in ipairs(stretches(s, BLUE)) do points = points + #stretch end
    assert.is_true(points > 500)
  end)

  it("holds, on demand, what is there", function()
    local s = svg(function()
      gnuplot.plot({1, 2}, "-")
      gnuplot.hold()
      gnuplot.plot({2, 1}, "-")
    end)
    assert.is_truthy(s.lines[BLUE] and s.lines[ORANGE])
    s = svg(function()
      gnuplot.plot({1, 2}, "-")
      gnuplot.plot({2, 1}, "-")
    end)
    assert.is_nil(s.lines[ORANGE])
    gnuplot.svgfigure(folder .. "/h.svg")
    gnuplot.plot({1, 2})
    gnuplot.hold(true)
    assert.equal("gnuplot.splot: gnuplot.hold: a splot cannot be drawn over a plot",
      refusal(function() gnuplot.splot(torch.rand(3, 3)) end))
  end)
end)
