--- Outlines of distributions.
local arguments = require "gnuplot.arguments"
local bars = require "gnuplot.bars"
local data = require "gnuplot.data"
local look = require "gnuplot.look"
local torch = require "torch"

local violin = {}

local STEPS = 100 -- of an outline

--- The value below which the share `q` of the sorted values lies.
local function quantile(sorted, q)
  local at = 1 + q * (#sorted - 1)
  local i = math.floor(at)
  local low = sorted[i]:item()
  return low + (i < #sorted and (sorted[i + 1]:item() - low) * (at - i) or 0)
end

--- Silverman's width of the kernel.
local function width_of(values, sorted)
  local n = #values
  local spread = n > 1 and values:std():item() or 0
  local middle = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34
  if middle > 0 then spread = math.min(spread, middle) end
  return spread > 0 and 0.9 * spread * n ^ -0.2 or 1e-3
end

--- The density of the values at STEPS places, by Gaussian kernels.
local function density(values, low, high, width)
  local at = torch.linspace(low, high, STEPS, {dtype = "float64"})
  local sum = torch.zeros(STEPS, {dtype = "float64"})
  for from = 1, #values, 2000 do -- in parts, for the table of all pairs may be large
    local part = values:narrow(1, from, math.min(2000, #values - from + 1))
    sum = sum + torch.exp(-0.5 * ((at:unsqueeze(2) - part:unsqueeze(1)) / width) ^ 2):sum(2)
  end
  return at, sum
end

--- The layers of one group around x = place: the outline, a line over its middle half, its median.
local function layers_of(name, values, place, given)
  local sorted = values:sort()
  local width = given.bandwidth or width_of(values, sorted)
  local low, high = sorted[1]:item() - 2 * width, sorted[#sorted]:item() + 2 * width
  local at, sum = density(values, low, high, width)
  local half = sum / sum:max():item() * ((given.width or 0.8) / 2)
  local back = torch.arange(STEPS, 0, -1)
  local outline = data.rows{torch.cat{place + half, (place - half):index_select(1, back)},
    torch.cat{at, at:index_select(1, back)}}
  local color = given.color ~= nil and look.color(name, given.color)
  outline.spans = {x = {}, y = {2}}
  outline.words = function(i)
    local ink = color or look.color(name, i)
    return ("with filledcurves closed fc %s fs solid 1 border lc rgb '%s'"):format(look.rgb(ink, 0.55), ink)
  end
  local x = torch.full({2}, place, {dtype = "float64"})
  local box = data.rows{x, torch.tensor({quantile(sorted, 0.25), quantile(sorted, 0.75)}, {dtype = "float64"})}
  box.words, box.spans, box.same = "with lines lw 5 lc rgb '#333333'", false, true
  local median = data.rows{x:narrow(1, 1, 1), torch.tensor({quantile(sorted, 0.5)}, {dtype = "float64"})}
  median.words, median.spans, median.same = "with points pt 7 ps 0.6 lc rgb '#ffffff'", false, true
  return {outline, box, median}
end

--- gnuplot.violin.
function violin.violin(name, ...)
  local list, given = arguments.split(...)
  given = arguments.named(name, {{"labels", "strings"}, {"color", "any"}, {"width", "positive"},
    {"bandwidth", "positive"}}, given)
  local layers, places, labels = {}, {}, {}
  for i, group in ipairs(bars.groups(name, list, given.labels)) do
    local values = group.values:masked_select(torch.isfinite(group.values))
    if values:numel() > 0 then
      for _, layer in ipairs(layers_of(name, values, i, given)) do layers[#layers + 1] = layer end
    end
    places[i], labels[i] = i, group.name
  end
  if #layers == 0 then arguments.fail("%s: there is no finite value", name) end
  return {command = "plot", setup = ("set xrange [0.4:%g]\n"):format(#places + 0.6) .. bars.ticks("x", places, labels),
    layers = layers, ticks = {x = true}, words = {places = places, labels = labels},
    frame = {x = {0.4, #places + 0.6}}, plain = true}
end

return violin
