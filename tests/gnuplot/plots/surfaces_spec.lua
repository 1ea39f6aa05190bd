--- Plots of three dimensions: surfaces, contours and points.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local png, svg, refusal, BLUE, ORANGE = drawing.png, drawing.svg, drawing.refusal, drawing.BLUE, drawing.ORANGE

teardown(drawing.remove)
after_each(drawing.reset)

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
    assert.equal("gnuplot.splot: expected x of 6 and y of 8 numbers or both of the shape of z, "
      .. "6×8; x is an array of 2",
      refusal(gnuplot.splot, {{1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, z}))
    assert.equal("gnuplot.scatter3: x, y and z differ in length: 1, 2 and 1",
      refusal(gnuplot.scatter3, {1}, {1, 2}, {1}))
    assert.equal("gnuplot.surf: expected a tensor of 2 dimensions, got float32 (3)",
      refusal(gnuplot.surf, torch.rand(3)))
    assert.equal("gnuplot.contour: 'levels': expected a positive integer or an array of heights, got number 0",
      refusal(gnuplot.contour, z, {levels = 0}))
  end)
end)
