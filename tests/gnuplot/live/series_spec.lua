--- The values of a live curve: what of them is kept, and their moving average.
local Series = require "gnuplot.series"

describe("series of a live curve", function()
  it("keeps extremes in bounded memory", function()
    local series = Series.new("x")
    for i = 1, 100000 do series:add(i, i == 33333 and 1e6 or i == 77777 and -1e6 or 0.5) end
    local x, y = series:points()
    local at = {}
    for i, step in ipairs(x) do at[step] = y[i] end
    assert.is_true(#x < 3000)
    assert.equal(1e6, at[33333])
    assert.equal(-1e6, at[77777])
    assert.equal(0.5, at[100000])
    assert.equal(100000, series.count)
  end)

  it("keeps the extremes of every stretch, in order, whatever comes", function()
    math.randomseed(7)
    for trial = 1, 30 do
      local n = math.random(1, 20000)
      local series, values = Series.new("x"), {}
      for i = 1, n do
        values[i] = math.random() < 0.01 and 0 / 0 or math.random() * 10 ^ math.random(-3, 3)
        series:add(i, values[i])
      end
      local x, y = series:points()
      assert.is_true(#x <= 3 * 1024 + 1)
      local kept = {}
      for i, step in ipairs(x) do
        if y[i] == y[i] then
          assert.equal(values[step], y[i]) -- a point that was added, none made up
          kept[step] = true
        end
        assert.is_true(i == 1 or step >= x[i - 1])
      end
      -- The least and the greatest of any run of three buckets are among them.
      local width = series.width
      for from = 1, n - 3 * width, 3 * width do
        local low, high = math.huge, -math.huge
        for i = from, from + 3 * width - 1 do
          if values[i] < low then low = values[i] end
          if values[i] > high then high = values[i] end
        end
        local found_low, found_high = low == math.huge, high == -math.huge
        for i = from, from + 3 * width - 1 do
          if kept[i] then
            found_low = found_low or values[i] == low
            found_high = found_high or values[i] == high
          end
        end
        assert.is_true(found_low and found_high, ("trial %d, from %d"):format(trial, from))
      end
    end
  end)

  --- Points as text, "step value"; "-" is a gap.
  local function text(x, y)
    local list = {}
    for i, value in ipairs(y) do
      list[i] = value == value and ("%g %g"):format(x[i], value) or "-"
    end
    return table.concat(list, "; ")
  end

  it("makes gaps of what is not finite", function()
    local series = Series.new("x")
    for i, v in ipairs{1, 0 / 0, 2, math.huge, -math.huge, 3} do series:add(i, v) end
    assert.equal("1 1; -; 3 2; -; -; 6 3", text(series:points()))
    assert.equal("", text(Series.new("y"):points()))
  end)

  it("has no values for a logarithmic axis that it cannot show", function()
    local series = Series.new("x")
    for i, v in ipairs{-1, 0, 4} do series:add(i, v) end
    assert.equal("3 4", text(series:points(0)))
    assert.equal("3 4", text(series:averages(0)))
  end)

  it("has the moving average of a given weight, the first values counting fully", function()
    local series = Series.new("x", 0.5)
    for i, v in ipairs{4, 0, 0 / 0, 8} do series:add(i, v) end
    -- (0.5·4) / 0.5; (0.25·4 + 0.5·0) / 0.75; (0.125·4 + 0.25·0 + 0.5·8) / 0.875
    assert.equal("1 4; 2 1.33333; -; 4 5.14286", text(series:averages()))
  end)

  it("has an average as smooth as the course is long", function()
    local series = Series.new("x")
    for i = 1, 20000 do series:add(i, i % 2 == 0 and 3 or 1) end
    local x, y = series:averages()
    for i, value in ipairs(y) do
      if x[i] > 2000 then assert.is_true(math.abs(value - 2) < 0.02) end
    end
  end)
end)
