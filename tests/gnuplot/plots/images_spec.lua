--- Matrices and images.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local png, svg, refusal = drawing.png, drawing.svg, drawing.refusal

teardown(drawing.remove)
after_each(drawing.reset)

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
    -- Numbers are as small as their cells, and not there where they could not be read.
    local function size_of(n, given)
      local text = svg(function() gnuplot.heatmap(torch.full({n, n}, 0.125), given or {}) end).text
      return tonumber(text:match 'font%-size="([%d.]+)" *text%-anchor="middle">%s*<text><tspan[^>]*>0.125')
    end
    assert.is_true(size_of(2) > size_of(8))
    assert.is_nil(size_of(18))
    assert.is_true(size_of(18, {values = true}) < size_of(8))
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
