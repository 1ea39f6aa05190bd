--- Bars and histograms.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local png, svg, stretches, refusal = drawing.png, drawing.svg, drawing.stretches, drawing.refusal
local BLUE, ORANGE, GREEN = drawing.BLUE, drawing.ORANGE, drawing.GREEN

teardown(drawing.remove)
after_each(drawing.reset)

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

  it("take bins, min and max by name", function()
    local h
    svg(function() h = gnuplot.hist(torch.randn(1000), {bins = 10, min = -3, max = 3}) end)
    assert.equal(10, #h)
    assert.equal(-2.7, tonumber(("%.4f"):format(h[1].val)))
    assert.equal("gnuplot.hist: 'bins' is given twice", refusal(gnuplot.hist, {1, 2}, 3, {bins = 4}))
    assert.equal("gnuplot.hist: 'bins': expected a positive integer, got number 0",
      refusal(gnuplot.hist, {1}, {bins = 0}))
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
