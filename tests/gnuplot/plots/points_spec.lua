--- Scatter plots, stairs, stems, arrows, violins, bands of height: by what their pictures contain.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local svg, png, stretches, refusal = drawing.svg, drawing.png, drawing.stretches, drawing.refusal
local BLUE, GREEN = drawing.BLUE, drawing.GREEN

teardown(drawing.remove)
after_each(drawing.reset)

--- How large the points of an SVG are drawn.
local function scales(s)
  local list = {}
  for scale in s.text:gmatch "<use [^>]*transform='translate%([%d.]+,[%d.]+%) scale%(([%d.]+)%)'" do
    list[#list + 1] = tonumber(scale)
  end
  return list
end

describe("scatter", function()
  it("has room for its colour bar in a panel", function()
    for name, draw in pairs {
      scatter = function() gnuplot.scatter({1, 2, 3}, {1, 2, 3}, {color = {0, 1, 0.5}}) end,
      quiver = function() gnuplot.quiver({1, 2}, {1, 2}, {0, 1}, {1, 1}, {palette = "viridis"}) end,
    } do
      local s = svg(function()
        gnuplot.subplot(1, 2, 1)
        gnuplot.plot {1, 2}
        gnuplot.subplot(1, 2, 2)
        draw()
      end)
      local right = 0
      for x in s.text:gmatch "<g transform=\"translate%(([%d.]+),[%d.]+%)\"[^>]*text%-anchor=\"start\"" do
        right = math.max(right, tonumber(x))
      end
      assert.is_true(right > 220 and right < 285, name .. " " .. right)
    end
  end)

  it("gives each point its size and its colour", function()
    local s = svg(function()
      gnuplot.scatter({1, 2, 3}, {1, 2, 3}, {size = {1, 2, 4}, color = {"red", "green", "blue"}})
    end)
    assert.same({1, 1, 1}, {s.marks["#d62728"], s.marks[GREEN], s.marks[BLUE]})
    local sizes = scales(s)
    assert.equal(3, #sizes)
    assert.is_true(math.abs(sizes[2] / sizes[1] - 2) < 0.02 and math.abs(sizes[3] / sizes[1] - 4) < 0.02)
  end)

  it("sends numbers through a palette, with a bar beside it", function()
    local function draw(given)
      given.color = {0, 5, 10}
      return svg(function() gnuplot.scatter({1, 2, 3}, {1, 2, 3}, given) end)
    end
    local s = draw{palette = "gray"}
    assert.same({1, 1, 1}, {s.marks["#000000"], s.marks["#808080"], s.marks["#ffffff"]})
    assert.is_true(picture.says(s, "10"))
    assert.is_false(picture.says(draw{palette = "gray", colorbar = false}, "10"))
    assert.equal(2, draw{palette = "gray", max = 5}.marks["#ffffff"]) -- what is beyond the end has its colour
  end)

  it("takes one colour, one size, a mark, and NaN", function()
    local s = svg(function()
      gnuplot.scatter("cloud", {1, 2, 0 / 0, 3}, {1, 2, 3, 4}, {color = {0, 1, 0}, size = 2, point = "s"})
    end)
    assert.equal(4, s.marks["#00ff00"]) -- three, and the sample of the legend
    assert.is_true(picture.says(s, "cloud"))
  end)

  it("says what is wrong", function()
    for message, call in pairs{
      ["gnuplot.scatter: x and y differ in length: 2 and 3"] = function() gnuplot.scatter({1, 2}, {1, 2, 3}) end,
      ["gnuplot.scatter: 'size': expected one value or 2, one a point, got an array of 3"] = function()
        gnuplot.scatter({1, 2}, {1, 2}, {size = {1, 2, 3}})
      end,
      ["gnuplot.scatter: 'palette' needs a vector as 'color'"] = function()
        gnuplot.scatter({1, 2}, {1, 2}, {palette = "gray"})
      end,
      ["gnuplot.scatter: expected [name,] x, y [, options], got 1 values"] = function() gnuplot.scatter({1, 2}) end,
      ["gnuplot.step: 'where': expected one of post, pre, mid, got string 'middle'"] = function()
        gnuplot.step({1, 2}, {1, 2}, {where = "middle"})
      end,
      ["gnuplot.quiver: 'color' and 'palette' exclude each other"] = function()
        gnuplot.quiver({1}, {1}, {1}, {1}, {color = "red", palette = "gray"})
      end,
      ["gnuplot.violin: there is no finite value"] = function() gnuplot.violin(torch.full({3, 1}, 0 / 0)) end,
    } do
      assert.equal(message, refusal(call))
    end
  end)
end)

describe("stairs", function()
  local function corners(where)
    return stretches(svg(function() gnuplot.step({1, 2, 3}, {1, 3, 2}, {where = where}) end), BLUE)[1]
  end

  it("hold a value until the next, before it, or around it", function()
    local post, pre, mid = corners "post", corners "pre", corners "mid"
    assert.is_true(post[1][2] == post[2][2] and post[1][1] < post[2][1]) -- goes right first
    assert.is_true(pre[1][1] == pre[2][1] and pre[1][2] > pre[2][2]) -- goes up first
    assert.is_true(mid[2][1] > pre[1][1] and mid[2][1] < post[2][1])
  end)
end)

describe("stem", function()
  it("has a line from zero to each point", function()
    local s = svg(function() gnuplot.stem({1, -2, 3}) end)
    local list = stretches(s, BLUE)
    assert.equal(3, #list)
    for _, line in ipairs(list) do assert.equal(list[1][1][2], line[1][2]) end -- all begin at one height
    assert.is_true(list[2][2][2] > list[2][1][2] and list[3][2][2] < list[3][1][2])
    assert.equal(3, s.marks[BLUE])
  end)
end)

describe("quiver", function()
  --- Where the shaft of each arrow begins and ends.
  local function shafts(...)
    local given = table.pack(...)
    local s = svg(function()
      gnuplot.quiver(table.unpack(given))
      gnuplot.axis{0, 10, 0, 10}
    end)
    local list = {}
    for _, line in ipairs(stretches(s, BLUE)) do
      if #line == 2 then list[#list + 1] = {line[2][1] - line[1][1], line[1][2] - line[2][2]} end
    end
    return list
  end

  it("draws arrows as long as they are on the axes, or so that they have room", function()
    local one, two = table.unpack(shafts({2, 6}, {5, 5}, {1, 2}, {0, 0}, {scale = 1}))
    assert.is_true(math.abs(two[1] / one[1] - 2) < 0.2 and one[2] == 0)
    local twice = shafts({2, 6}, {5, 5}, {1, 2}, {0, 0}, {scale = 2})
    assert.is_true(math.abs(twice[1][1] / one[1] - 2) < 0.2)
    assert.same(shafts({2, 6}, {5, 5}, {1, 2}, {0, 0}), shafts({2, 6}, {5, 5}, {100, 200}, {0, 0}))
  end)

  it("takes a field over two vectors", function()
    assert.equal(6, #shafts({2, 4, 6}, {3, 5}, torch.ones(3, 2), torch.zeros(3, 2), {scale = 1}))
    local ones = torch.ones(3, 2)
    assert.truthy(refusal(gnuplot.quiver, {1, 2}, {1, 2}, ones, ones):find("expected x of 3 and y of 2"))
  end)

  it("is coloured by length", function()
    local s = svg(function() gnuplot.quiver({1, 2}, {1, 2}, {1, 2}, {0, 0}, {palette = "gray"}) end)
    assert.truthy(s.lines["#000000"] and s.lines["#ffffff"])
  end)
end)

describe("violin", function()
  it("is widest where most values are, with its median", function()
    local p = png(function() gnuplot.violin{{"a", torch.cat{torch.zeros(50), torch.linspace(-1, 1, 21)}}} end)
    local widest, at = 0, 0
    for y = 1, p.height do
      local n = 0
      for x = 1, p.width do n = n + (p.at(x, y) == "#75b2d5" and 1 or 0) end
      if n > widest then widest, at = n, y end
    end
    assert.is_true(widest > 60 and math.abs(at - p.height / 2) < 25, widest .. " " .. at)
    assert.is_true(picture.count(p, "#ffffff") > 0)
  end)

  it("names its groups", function()
    local s = svg(function() gnuplot.violin{{"one", torch.randn(20)}, {"two", {1, 1, 1}}} end)
    assert.is_true(picture.says(s, "one") and picture.says(s, "two"))
    s = svg(function() gnuplot.violin(torch.randn(20, 2), {labels = {"p", "q"}}) end)
    assert.is_true(picture.says(s, "p") and picture.says(s, "q"))
  end)
end)

describe("contourf", function()
  it("has one colour for each band, and its heights beside it", function()
    local z = torch.arange(0, 40):unsqueeze(2):expand(40, 40):to "float64"
    local p = png(function() gnuplot.contourf(z, {levels = {10, 30}, palette = "gray", lines = false}) end)
    for _, color in ipairs{"#000000", "#808080", "#ffffff"} do
      assert.is_true(picture.count(p, color, 0) > 2000, color)
    end
    local s = svg(function() gnuplot.contourf(z, {levels = {10, 30}}) end)
    assert.is_true(picture.says(s, "10") and picture.says(s, "30"))
  end)
end)

describe("contourf of few places", function()
  local x = torch.tensor({-1, 0, 1})
  local z = x:unsqueeze(2) * x:unsqueeze(1) -- a saddle: its lines are bent within the cells

  it("has lines that follow its bands", function()
    local s = svg(function() gnuplot.contourf(x, x, z, {levels = {0.5}}) end)
    local points = 0
    for _, line in ipairs(drawing.stretches(s, "#ffffff")) do points = points + #line end
    assert.is_true(points > 20, points)
  end)

  it("has smooth edges where the places are at uneven steps", function()
    local uneven = torch.tensor({0, 1, 2, 20})
    local slope = torch.tensor({0, 1, 2, 20}):unsqueeze(2) + torch.tensor({0, 10}):unsqueeze(1)
    local p = png(function()
      gnuplot.contourf(uneven, {0, 10}, slope, {levels = {15}, palette = "gray", lines = false})
    end)
    local widths, last = {}, nil -- of the black part, by rows
    for y = p.height // 4, p.height // 2 do
      local n = 0
      for at = 1, p.width do n = n + (p.at(at, y) == "#000000" and 1 or 0) end
      if last and n ~= last then widths[#widths + 1] = n end
      last = n
    end
    assert.is_true(#widths > 20, #widths)
  end)
end)

describe("a legend", function()
  it("above the plot begins within the picture", function()
    local p = png(function()
      local step = torch.arange(1, 200)
      gnuplot.plot({"loss", step, 3 / step:sqrt(), color = 1}, {"learning rate", step, step / 200, color = 2, axis = 2})
      gnuplot.ylabel("loss")
      gnuplot.y2label("learning rate")
    end, {400, 290})
    for at = 1, 20 do
      for y = 1, 30 do assert.is_true(p.at(at, y) == "#ffffff", at) end
    end
  end)
end)

describe("histograms that lie over each other", function()
  it("are seen through", function()
    local function draw(both)
      return png(function()
        gnuplot.hist({1, 1, 2, 2, 3}, 3)
        if both then
          gnuplot.hold()
          gnuplot.hist({2, 3, 3}, 3, 1, 3)
        end
      end)
    end
    assert.is_true(picture.count(draw(false), BLUE) > 1000)
    assert.is_true(picture.count(draw(true), BLUE) < 20)
  end)
end)
