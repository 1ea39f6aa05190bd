--- Every kind of plot, by what its picture contains; wrong calls; and figures whose gnuplot or
-- whose disk fails them.
local gnuplot = require "gnuplot"
local Figure = require "gnuplot.figure"

local folder

local screen = dofile("tests/screen.lua")
local picture = dofile("tests/picture.lua")
local sh, read, warnings_of = screen.sh, screen.read, screen.warnings_of
local function fake(script) return screen.fake(folder, script) end

local BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
--- What is drawn by `f`, as a PNG (size 300 by 200) or an SVG.
local function png(f, size)
  gnuplot.pngfigure(folder .. "/p.png", {size = size or {300, 200}})
  f()
  gnuplot.close()
  return picture.png(folder .. "/p.png")
end

local function svg(f)
  gnuplot.svgfigure(folder .. "/p.svg", {size = {300, 200}})
  f()
  gnuplot.close()
  return picture.svg(folder .. "/p.svg")
end

--- The points of the curves of a colour: arrays of {x, y} in pixels, one a stretch, without
-- the sample in the legend.
local function stretches(drawing, color)
  local list = {}
  for _, d in ipairs(drawing.lines[color] or {}) do
    for command, x, y in d:gmatch("([ML])([%d.]+),([%d.]+)") do
      if command == "M" then list[#list + 1] = {} end
      table.insert(list[#list], {tonumber(x), tonumber(y)})
    end
  end
  return list
end

--- The message that `f(...)` raises, which must point at this file.
local function refusal(f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok, "nothing was raised")
  local place, message = tostring(err):match("^(.-:%d+): (.*)$")
  assert.truthy(place and place:find("plots_spec.lua", 1, true), "raised at the wrong place: " .. err)
  return message
end

setup(function() folder = sh("mktemp -d") end)

teardown(function() os.execute("rm -rf " .. folder) end)

after_each(function()
  gnuplot.setgnuplotexe(nil)
  Figure.timeout = 30
  pcall(gnuplot.closeall)
end)

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
    assert.equal("gnuplot.hold: a splot cannot be drawn over a plot",
      refusal(function() gnuplot.splot(torch.rand(3, 3)) end))
  end)
end)

describe("bars", function()
  it("stand side by side, named", function()
    local s = svg(function()
      gnuplot.bar({1, 2, 3}, torch.rand(3, 2), {labels = {"x", "y", "z"}, names = {"a", "b"}})
    end)
    assert.equal(4, s.areas[BLUE]) -- three, and the legend's
    assert.equal(4, s.areas[ORANGE])
    for _, word in ipairs{"x", "y", "z", "a", "b"} do assert.is_true(picture.says(s, word)) end
    assert.equal(5, svg(function() gnuplot.bar(torch.rand(5)) end).areas[BLUE])
  end)

  it("count values", function()
    local h = gnuplot.histc(torch.tensor({0, 0.1, 0.5, 1, 2, 0 / 0, 1 / 0}), 4, 0, 1)
    assert.same({2, 0, 1, 1}, h.raw:tolist())
    assert.equal(0.25, h.binwidth)
    assert.equal(0.125, h[1].val)
    assert.equal(2, h[1].nb)
    assert.equal(1, h.max)
    assert.equal(2, h.min)
    assert.equal(4, select(2, tostring(h):gsub("[^\n]+", "")))
    assert.equal(72, gnuplot.histc({1, 2, 3}).bins)
    assert.equal(3, gnuplot.histc(torch.full({3}, 7), 3).raw:sum():item())
  end)

  it("make a histogram", function()
    local h
    local s = svg(function() h = gnuplot.hist("values", torch.randn(1000), 10, -3, 3) end)
    assert.equal(10, #h)
    assert.is_true(s.areas[BLUE] >= 10)
    assert.is_true(picture.says(s, "values"))
  end)

  it("refuse what is no histogram", function()
    assert.equal("gnuplot.histc: there is no finite value", refusal(gnuplot.histc, {0 / 0}))
    assert.equal("gnuplot.histc: 'min' (argument 3): expected less than max, got 2 and 1",
      refusal(gnuplot.histc, {1}, 3, 2, 1))
    assert.equal("gnuplot.histc: 'bins' (argument 2): expected a positive integer, got number 0",
      refusal(gnuplot.histc, {1}, 0))
  end)

  it("have whiskers", function()
    local s = svg(function() gnuplot.boxplot{{"one", torch.randn(30)}, {"two", torch.randn(40)}} end)
    assert.is_true(picture.says(s, "one"))
    assert.is_true(picture.says(s, "two"))
    assert.is_truthy(s.lines[BLUE] and s.lines[ORANGE])
    s = svg(function() gnuplot.boxplot(torch.randn(30, 3), {labels = {"p", "q", "r"}}) end)
    assert.is_truthy(s.lines[GREEN] and picture.says(s, "r"))
  end)

  it("show errors", function()
    local s = svg(function() gnuplot.errorbars({1, 2, 3}, {1, 2, 3}, 0.5) end)
    local low = svg(function() gnuplot.errorbars({1, 2, 3}, {1, 2, 3}, {{0, 0, 0}, {1, 1, 1}}, "+") end)
    assert.is_true(#stretches(s, BLUE) > #stretches(low, BLUE) - 1)
    assert.equal("gnuplot.errorbars: 'error' (argument 3): expected 3 numbers as in y, got an array of 2",
      refusal(gnuplot.errorbars, {1, 2, 3}, {1, 2, 3}, {1, 2}))
  end)

  it("fill between curves", function()
    local p = png(function() gnuplot.fill({1, 2, 3}, {0, 0, 0}, {1, 1, 1}, {color = "#ff0000", alpha = 1}) end)
    assert.is_true(p.colors["#ff0000"] > 10000)
    p = png(function() gnuplot.fill({1, 2, 3}, 0, {1, 1, 1}, {color = "#ff0000", alpha = 0.5}) end)
    assert.is_true(picture.count(p, "#ff8080") > 10000)
    assert.equal("gnuplot.fill: x, low and high differ in length: an array of 2, an array of 2 and an array of 1",
      refusal(gnuplot.fill, {1, 2}, {1, 2}, {1}))
  end)
end)

describe("matrices", function()
  it("are images of their values, the first row uppermost", function()
    local p = png(function() gnuplot.imagesc(torch.tensor({{0, 0, 1}, {0.5, 0, 1}})) end)
    local grey, black = 0, 0 -- more of them below the middle, above it, in the left third
    for y = 1, p.height do
      for x = 1, p.width // 3 do
        local color = p.at(x, y)
        if color == "#7f7f7f" or color == "#808080" then grey = grey + (y > p.height / 2 and 1 or -1) end
        if color == "#000000" then black = black + (y < p.height / 2 and 1 or -1) end
      end
    end
    assert.is_true(grey > 1000 and black > 1000)
    assert.is_true(picture.count(png(function() gnuplot.imagesc({{1}, {2}}) end), "#000000") > 5000)
  end)

  it("have palettes", function()
    local function count(color, ...)
      local arguments = table.pack(...)
      return picture.count(png(function() gnuplot.imagesc(table.unpack(arguments)) end), color)
    end
    assert.is_true(count("#fde725", torch.tensor({{0, 1}}), "color") > 5000)
    assert.is_true(count("#ffff00", {{0, 1}}, {palette = "rgbformulae 7,5,15"}) > 5000)
    assert.is_true(count("#808080", {{0, 1}}, {min = 0, max = 2}) > 5000)
  end)

  it("show their values and names", function()
    local s = svg(function()
      gnuplot.heatmap(torch.tensor({{1, 2.25}, {0 / 0, 4}}), {rows = {"r1", "r_2"}, columns = {"c1", "c2"},
        format = "%.2f"})
    end)
    for _, word in ipairs{"r1", "r_2", "c1", "c2", "1.00", "2.25", "4.00"} do
      assert.is_true(picture.says(s, word), word)
    end
    s = svg(function() gnuplot.heatmap({{7.125}}, {values = false, format = "%.5f"}) end)
    assert.is_false(picture.says(s, "7.12500"))
    assert.equal("gnuplot.heatmap: 'rows': expected 2 names, got 1",
      refusal(gnuplot.heatmap, {{1}, {2}}, {rows = {"a"}}))
    assert.equal("gnuplot.heatmap: 'format': expected a format for one number such as '%.2f', got '%s'",
      refusal(gnuplot.heatmap, {{1}}, {format = "%s"}))
  end)

  it("count confusions", function()
    local counts
    local s = svg(function()
      counts = gnuplot.confusion({1, 1, 2, 3}, {1, 2, 2, 3}, {labels = {"cat", "dog", "bird"}})
    end)
    assert.same({{1, 1, 0}, {0, 1, 0}, {0, 0, 1}}, counts:tolist())
    for _, word in ipairs{"cat", "dog", "bird", "predicted", "true"} do
      assert.is_true(picture.says(s, word), word)
    end
    s = svg(function() gnuplot.confusion(counts, {normalize = true}) end)
    assert.is_true(picture.says(s, "0.50"))
    assert.equal("gnuplot.confusion: 'predictions' (argument 2): expected class numbers from 1 to 2, got 0",
      refusal(gnuplot.confusion, {1, 2}, {0, 2}))
    assert.equal("gnuplot.confusion: 2 targets and 1 predictions", refusal(gnuplot.confusion, {1, 2}, {1}))
  end)
end)

describe("images", function()
  local red = torch.zeros(3, 5, 6)
  red:select(1, 1):fill_(1)

  it("have their colours, whatever the order of dimensions and the dtype", function()
    for name, t in pairs{chw = red, hwc = red:permute(2, 3, 1), bytes = (red * 255):to("uint8"),
      double = red:double()} do
      local p = png(function() gnuplot.image(t) end)
      assert.is_true(picture.count(p, "#ff0000") > 20000, name)
      assert.is_nil(p.colors["#444444"], name) -- no axes
    end
  end)

  it("may be grey, boolean, transparent, out of range", function()
    assert.is_true(png(function() gnuplot.image(torch.full({5, 5}, 0.5)) end).colors["#808080"] > 5000)
    assert.is_true(png(function() gnuplot.image(torch.tensor({{true, false}})) end).colors["#000000"] > 5000)
    local clear = torch.zeros(4, 5, 5)
    assert.is_nil(png(function() gnuplot.image(clear) end).colors["#000000"])
    assert.is_true(png(function() gnuplot.image(torch.tensor({{-7, 0 / 0},
      {1e30, -1 / 0}})) end).colors["#000000"] > 5000)
    assert.is_true(png(function() gnuplot.image(torch.tensor({{10, 20}, {30, 20}}), {normalize = true}) end)
      .colors["#ffffff"] ~= nil)
    assert.equal("gnuplot.image: expected an image of (H, W), (C, H, W) or (H, W, C) with 1, 3 or 4 channels, "
      .. "got float32 (5×6×7)", refusal(gnuplot.image, torch.rand(5, 6, 7)))
  end)

  it("lie in rows", function()
    local batch = torch.zeros(6, 3, 4, 4)
    batch:select(2, 2):fill_(1)
    local p = png(function() gnuplot.images(batch, {nrow = 3, padding = 2, pad_value = 0}) end, {400, 300})
    local green, black = p.colors["#00ff00"], p.colors["#000000"]
    -- a grid of 14 by 20 pixels, 6 · 16 of them green
    assert.is_true(math.abs(green / (green + black) - 96 / 280) < 0.05)
    local s = svg(function() gnuplot.images(torch.rand(5, 8, 8), {labels = {"7", "one_1"}}) end)
    assert.is_true(picture.says(s, "7") and picture.says(s, "one_1"))
    png(function() gnuplot.images({torch.rand(8, 8), torch.rand(8, 8)}) end)
    assert.equal("gnuplot.images: expected images of one shape, image 2 is float32 (2×3×1) and the first "
      .. "float32 (2×2×1)", refusal(gnuplot.images, {torch.rand(2, 2), torch.rand(2, 3)}))
  end)
end)

describe("three dimensions", function()
  local z = torch.rand(6, 8)

  it("have wire frames, surfaces, contours, points", function()
    local s = svg(function() gnuplot.splot("mesh", z) end)
    assert.is_true(#s.lines[BLUE] > 10)
    assert.is_true(picture.says(s, "mesh"))
    s = svg(function() gnuplot.splot({z}, {z + 2}, {contour = false}) end)
    assert.is_truthy(s.lines[BLUE])
    local p = png(function()
      gnuplot.surf(torch.arange(1, 7), torch.arange(1, 9), z)
      gnuplot.zlabel("height")
    end)
    local colors = 0
    for _ in pairs(p.colors) do colors = colors + 1 end
    assert.is_true(colors > 100)
    local lines = 0
    local few = svg(function() gnuplot.contour(z, {levels = {0.5}}) end)
    for _, list in pairs(few.lines) do lines = lines + #list end
    local more = 0
    for _, list in pairs(svg(function() gnuplot.contour(z, {levels = 9}) end).lines) do more = more + #list end
    assert.is_true(more > lines)
    png(function() gnuplot.contour(z, {filled = true, palette = "magma"}) end)
    s = svg(function() gnuplot.scatter3({"p", {1, 2}, {1, 2}, {1, 2}}, {"q", {2, 1}, {1, 2}, {1, 2}}) end)
    assert.equal(3, s.marks[BLUE])
    assert.equal(3, s.marks[ORANGE])
  end)

  it("refuse shapes that do not fit", function()
    assert.equal("gnuplot.splot: expected x of 6 and y of 8 numbers or both of the shape of z, 6×8; x is an array of 2",
      refusal(gnuplot.splot, {{1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, z}))
    assert.equal("gnuplot.scatter3: x, y and z differ in length: 1, 2 and 1",
      refusal(gnuplot.scatter3, {1}, {1, 2}, {1}))
    assert.equal("gnuplot.surf: expected a tensor of 2 dimensions, got float32 (3)",
      refusal(gnuplot.surf, torch.rand(3)))
    assert.equal("gnuplot.contour: 'levels': expected a positive integer or an array of heights, got number 0",
      refusal(gnuplot.contour, z, {levels = 0}))
  end)
end)

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
        .. "size, alpha, label, axis)"] = function() gnuplot.plot({1, 2}, {colour = "red"}) end,
      ["gnuplot.plot: 'width': expected a number above 0, got number -1"] = function()
        gnuplot.plot({1, 2}, {width = -1})
      end,
      ["gnuplot.plot: 'axis': expected 1 or 2, got 3"] = function() gnuplot.plot({1, 2}, {axis = 3}) end,
      ["gnuplot.plot: a style has no ';' and no line break"] = function() gnuplot.plot({1, 2}, "lines; !ls") end,
      ["gnuplot.plot: there is nothing to plot in float32 (0)"] = function() gnuplot.plot(torch.zeros(0)) end,
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

describe("animations", function()
  --- Size and number of frames of a GIF, from its blocks.
  local function gif(path)
    local text = read(path)
    assert.equal("GIF89a", text:sub(1, 6))
    local width, height, flags = string.unpack("<I2I2B", text, 7)
    local at, frames = 14, 0
    local function skip_table(bits) if bits & 128 ~= 0 then at = at + 3 * (2 << (bits & 7)) end end
    local function skip_blocks()
      while text:byte(at) ~= 0 do at = at + 1 + text:byte(at) end
      at = at + 1
    end
    skip_table(flags)
    while text:byte(at) ~= 0x3b do
      if text:byte(at) == 0x21 then
        at = at + 2
      else
        frames = frames + 1
        local bits = text:byte(at + 9)
        at = at + 10
        skip_table(bits)
        at = at + 1
      end
      skip_blocks()
    end
    return {width, height, frames}
  end

  it("have all their frames", function()
    local path = folder .. "/a.gif"
    local before = gnuplot.figure()
    gnuplot.animate(path, 4, function(i)
      gnuplot.plot({0, i, 1})
      gnuplot.axis{1, 3, 0, 4}
    end, {delay = 0.05, size = {120, 90}})
    assert.same({120, 90, 4}, gif(path))
    assert.equal(before, gnuplot.figure(before))
  end)

  it("leave nothing behind when a frame fails", function()
    local path = folder .. "/b.gif"
    local ok, err = pcall(gnuplot.animate, path, 3, function(i)
      if i == 2 then error("frame two", 0) end
      gnuplot.plot({1, 2})
    end)
    assert.is_false(ok)
    assert.equal("frame two", err)
    assert.is_nil(read(path))
    assert.equal("gnuplot.animate: nothing was plotted", refusal(gnuplot.animate, path, 1, function() end))
    assert.equal("", sh("ls -A %s | grep b.gif", folder))
  end)
end)

describe("files", function()
  it("are replaced in one piece, through links", function()
    os.execute(("cd %s && echo old > real.svg && ln -s real.svg link.svg"):format(folder))
    gnuplot.svgfigure(folder .. "/link.svg")
    gnuplot.plot({1, 2, 3})
    assert.equal("old\n", read(folder .. "/real.svg"))
    gnuplot.close()
    picture.svg(folder .. "/real.svg")
    assert.equal("real.svg", sh("readlink %s/link.svg", folder))
    assert.equal("", sh("ls -A %s | grep '^[.]'", folder))
  end)

  it("may be pipes and devices, which stay what they are", function()
    gnuplot.figure()
    gnuplot.setterm("none")
    gnuplot.svgfigure("/dev/null")
    gnuplot.plot({1, 2, 3})
    gnuplot.close()
    assert.equal("character special file", sh("stat -c %%F /dev/null"))
    gnuplot.pngfigure("/dev/full")
    gnuplot.plot({1, 2, 3})
    assert.equal("gnuplot.plotflush: cannot write '/dev/full': No space left on device", refusal(gnuplot.plotflush))
    gnuplot.close()
    gnuplot.setterm(nil)
    local text = sh("%s -e 'gnuplot.svgfigure[[/dev/stdout]] gnuplot.plot{1,2} gnuplot.close()' | tail -c 8",
      screen.hecate)
    assert.truthy(text:find("</svg>", 1, true))
  end)

  it("that cannot be written are refused at once", function()
    assert.equal(("gnuplot.svgfigure: 'path' (argument 1): cannot write '%s': Is a directory"):format(folder),
      refusal(gnuplot.svgfigure, folder))
    assert.equal("gnuplot.animate: cannot write '/no/where.gif': No such file or directory",
      refusal(gnuplot.animate, "/no/where.gif", 1, print))
  end)

  it("are not half written on a full disk", function()
    -- The limit on the size of files, which a child inherits, stands for the disk's.
    local script = folder .. "/full.lua"
    local file = assert(io.open(script, "w"))
    file:write(("local ok, err = pcall(function()\n gnuplot.svgfigure(%q)\n gnuplot.plot(torch.rand(50), '-')\n"
      .. " gnuplot.plotflush()\nend)\nprint(ok, err)\ngnuplot.closeall()"):format(folder .. "/full.svg"))
    file:close()
    local text = sh("trap '' XFSZ; ulimit -f 16; %s %s 2>&1", screen.hecate, script)
    assert.is_nil(read(folder .. "/full.svg"))
    assert.equal("", sh("ls -A %s | grep full.svg", folder))
    assert.truthy(text:find("full.svg", 1, true), text)
  end)

  it("that come out incomplete are not kept", function()
    gnuplot.setgnuplotexe(fake([[
      while IFS= read -r line; do
        case $line in
          "set output '"*) path=${line#*\'}; path=${path%\'*}; printf '<svg' > "$path" ;;
          "print sprintf("*frame*) n=${line#*frame }; printf '\nhecate frame %s 0.1\n' "${n%% *}" ;;
        esac
      done]]))
    gnuplot.svgfigure(folder .. "/part.svg")
    gnuplot.plot({1, 2})
    assert.equal(("gnuplot.close: cannot write '%s/part.svg': the picture is not whole; is the disk full?")
      :format(folder), refusal(gnuplot.close))
    assert.is_nil(read(folder .. "/part.svg"))
  end)
end)

describe("a gnuplot that", function()
  local function fails(how, script, expected)
    it(how .. " costs one warning, and no file", function()
      Figure.timeout = 0.5
      gnuplot.setgnuplotexe(script:find("^/") and script or fake(script))
      local path = ("%s/%s.png"):format(folder, how:gsub("%W", ""))
      local lines = warnings_of(function()
        for _ = 1, 2 do
          gnuplot.pngfigure(path)
          gnuplot.plot(torch.rand(100000), "+")
          gnuplot.close()
        end
      end)
      assert.equal(1, #lines, table.concat(lines))
      assert.truthy(lines[1]:find(expected, 1, true), lines[1])
      assert.truthy(lines[1]:find(("; '%s' is not written\n"):format(path), 1, true), lines[1])
      assert.is_nil(read(path))
      assert.equal("", sh("ls -A %s | grep '^[.]'", folder))
    end)
  end
  fails("is missing", "/no/gnuplot", "cannot run '/no/gnuplot': No such file or directory")
  fails("ends at once", "exit 3", "gnuplot ")
  fails("is killed", "kill -9 $$", "gnuplot ")
  fails("closes its input", "exec <&- >&- 2>&-; sleep 60", "gnuplot closed its input")
  fails("never reads", "exec sleep 60", "has not answered for ")
  fails("reads and is silent", "exec cat >/dev/null", "has not answered for ")
  fails("is too old", [[while read -r line; do
    case $line in *"GPVAL_VERSION < 5"*) echo "version 4.6 is too old, 5 is needed"; exit 0 ;; esac
  done]], "version 4.6 is too old, 5 is needed")

  it("does not know a command is the caller's error", function()
    gnuplot.svgfigure(folder .. "/x.svg")
    gnuplot.plot({1, 2, 3})
    gnuplot.raw("set nonsense")
    assert.truthy(refusal(gnuplot.plotflush):find("gnuplot.plotflush: gnuplot: unrecognized option", 1, true))
    gnuplot.title("still here")
    gnuplot.close()
    assert.is_true(picture.says(picture.svg(folder .. "/x.svg"), "still here"))
  end)

  it("gets no bytes of data as commands", function()
    -- pixels that spell a shell command, and a palette that makes gnuplot refuse the plot
    local word = ("\n!touch %s/pwned\n"):format(folder)
    word = word .. (" "):rep(-#word % 3)
    local pixels = torch.tensor({word:byte(1, -1)}, {dtype = "uint8"}):reshape(1, #word // 3, 3)
    gnuplot.svgfigure(folder .. "/x.svg")
    gnuplot.image(pixels)
    gnuplot.raw("set xrange [1:")
    pcall(gnuplot.close)
    assert.equal("", sh("ls -A %s | grep pwned", folder))
  end)
end)

describe("a window", function()
  it("is redrawn by the same gnuplot, and closes with the figure", function()
    -- A gnuplot that has a window: it answers and keeps what it was told.
    gnuplot.setgnuplotexe(fake(([[
      while IFS= read -r line; do
        printf '%%s\n' "$line" >> %s/said
        case $line in
          "print sprintf("*frame*) n=${line#*frame }; printf '\nhecate frame %%s 0.1\n' "${n%%%% *}" ;;
        esac
      done]]):format(folder)))
    gnuplot.setterm("x11")
    gnuplot.figure()
    gnuplot.plot("curve", {1, 2, 3})
    gnuplot.title("a title")
    gnuplot.plot({3, 2, 1})
    gnuplot.close()
    gnuplot.setterm(nil)
    local said = read(folder .. "/said")
    assert.equal(1, select(2, said:gsub("set terminal x11", "")))
    assert.equal(3, select(2, said:gsub("\nplot hecate_data", "")))
    assert.equal(2, select(2, said:gsub("set title 'a title'", "")))
    assert.equal(1, select(2, said:gsub("set terminal '%.GPVAL_TERM%.' 1 nopersist", "")))
  end)

  it("that cannot be opened is a warning, and the work goes on", function()
    gnuplot.setgnuplotexe(fake([[while IFS= read -r line; do
      case $line in *"set terminal"*) echo "cannot open display" >&2; exit 1 ;; esac; done]]))
    gnuplot.setterm("x11")
    gnuplot.figure()
    local lines = warnings_of(function() gnuplot.plot({1, 2}) gnuplot.plot({1, 2}) end)
    gnuplot.close()
    gnuplot.setterm(nil)
    assert.truthy(lines[1]:find("gnuplot: no window: gnuplot: cannot open display", 1, true), lines[1])
    assert.is_true(#lines <= 2)
  end)
end)

describe("the gallery", function()
  it("draws every picture of its document", function()
    local out = folder .. "/gallery"
    os.execute("mkdir " .. out)
    assert.equal("", sh("%s scripts/docs/gallery.lua docs/guide/plots.md %s 2>&1", screen.hecate, out))
    assert.equal(sh("ls docs/guide/plots"), sh("ls %s", out))
    for name in sh("ls %s", out):gmatch("%S+") do
      if name:find("%.png$") then
        assert.is_true(picture.png(out .. "/" .. name).width >= 400, name)
      end
    end
  end)
end)
