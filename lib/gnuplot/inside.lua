--- Figures in the terminal: with pixels where it has them, else with characters of our own, else with gnuplot's.
local data = require "gnuplot.data"
local panel = require "torch.utils.panel"
local screen = require "gnuplot.screen"

local inside = {}

-- What the settings of a panel mean for a chart of characters; those that are not here
-- it cannot have.
local meanings = {
  title = function(options, text) options.title = text end,
  xlabel = function(options, text) options.xlabel = text end,
  ylabel = function(options, text) options.ylabel = text end,
  logscale = function(options, axes) options.logx, options.logy = axes:find "x", axes:find "y" end,
  limits = function(options, l) options.xrange, options.yrange = {l[1], l[2]}, {l[3], l[4]} end,
  grid = function() end, key = function() end,
}

--- What gnuplot.chart takes of a figure of one panel with plain curves; nil: it is not that simple.
local function chart_of(self)
  local current, options, curves = self.panels[1], {}, {}
  if #self.panels > 1 or self.title then return nil end
  for _, setting in ipairs(current.settings) do
    local meaning = meanings[setting.key]
    if meaning == nil then return nil end
    meaning(options, setting.value)
  end
  for _, plot in ipairs(current.plots) do
    for _, layer in ipairs(plot.layers) do
      local how = layer.chart
      if how == nil then return nil end
      local x, y = data.numbers(layer, current.limits[1], current.limits[2])
      curves[#curves + 1] = {name = layer.title, style = how.style, color = how.color, x = x, y = y}
    end
  end
  return #curves > 0 and curves or nil, options
end

--- Draws with characters, `columns` by `rows`: ours, or for what those cannot show gnuplot's.
local function show_text(self, kind, columns, rows)
  local curves, options
  if screen.is_text(kind) then curves, options = chart_of(self) end
  if curves then
    options.columns, options.rows, options.charset, options.colours = columns, rows, kind, screen.colours()
    io.stdout:write(table.concat(require "gnuplot.chart".draw(curves, options), "\n"), "\n")
    return true
  end
  local text, reason, class = self:run({size = {columns * 8, rows * 16}, points = 9, dumb = true},
    screen.dumb(columns, rows))
  if text == nil then return nil, reason, class end
  io.stdout:write(table.concat(screen.lines(text, rows), "\n"), "\027[0m\n")
  return true
end

--- Draws in the terminal, with pixels where it has them.
function inside.show(self)
  local columns, rows = panel.size()
  columns, rows = math.min(columns, 100), math.max(12, math.min(30, rows - 4))
  local kind = self.screens[1]
  if kind == "terminal" then kind = screen.terminal_kind() end
  if kind ~= "kitty" and kind ~= "sixel" then return show_text(self, kind, columns, rows) end
  local graphics = require "gnuplot.graphics"
  local text, reason, class = self:run(graphics.view(columns, rows), graphics.commands(kind, columns, rows))
  if text == nil then return nil, reason, class end
  local pixels = graphics.wrap(kind, text, columns, rows)
  if pixels == nil then return show_text(self, screen.text_kind(), columns, rows) end
  io.stdout:write(pixels, ("\n"):rep(kind == "kitty" and rows or 1))
  io.stdout:flush()
  return true
end

return inside
