--- Figures in the terminal: with pixels where it has them, else with characters of our own, else with gnuplot's. What
-- is drawn waits in gnuplot.pending until the figure is whole.
local cells = require "gnuplot.cells"
local chart = require "gnuplot.chart"
local data = require "gnuplot.data"
local panel = require "torch.utils.panel"
local pending = require "gnuplot.pending"
local relief = require "gnuplot.relief"
local screen = require "gnuplot.screen"
local terminal = require "torch.utils.terminal"

local inside = {}

local LEAST = 9 -- rows of a panel

-- What the settings of a panel mean for a chart of characters; those that are not here
-- it cannot have.
local meanings = {
  title = function(options, text) options.title = text end,
  xlabel = function(options, text) options.xlabel = text end,
  ylabel = function(options, text) options.ylabel = text end,
  logscale = function(options, axes) options.logx, options.logy = axes:find "x", axes:find "y" end,
  limits = function(options, l) options.xrange, options.yrange = {l[1], l[2]}, {l[3], l[4]} end,
  key = function(options, value) options.nameless = value and value.hidden end,
  xtics = function(options, ticks) options.xticks = ticks end,
  ytics = function(options, ticks) options.yticks = ticks end,
  grid = function() end, ratio = function() end, suptitle = function() end, zlabel = function() end,
}

--- What the settings of a panel are for our charts; nil: there is one that they cannot have.
local function options_of(current)
  local options = {}
  for _, setting in ipairs(current.settings) do
    local meaning = meanings[setting.key]
    if meaning == nil then return nil end
    meaning(options, setting.value)
  end
  return options
end

--- Adds what a mark is in a chart: a line over the whole width, a vertical one, a text, an arrow.
local function add_mark(mark, options, curves, ends)
  local drawn = mark.drawn
  local function line(axis, value, text)
    if axis == "x" then options.marks[#options.marks + 1] = {x = value, text = text}
    else curves[#curves + 1] = {name = text, x = ends, y = {value, value}, style = "lines"} end
  end
  if drawn.kind == "line" then line(drawn.axis, drawn.value, drawn.text)
  elseif drawn.kind == "span" then
    line(drawn.axis, drawn.from)
    line(drawn.axis, drawn.to)
  else
    if drawn.text then options.texts[#options.texts + 1] = drawn end
    if drawn.from then
      curves[#curves + 1] = {x = {drawn.from[1], drawn.to[1]}, y = {drawn.from[2], drawn.to[2]}, style = "lines"}
    end
  end
end

--- The ends of all curves.
local function ends_of(curves)
  local low, high = math.huge, -math.huge
  for _, curve in ipairs(curves) do
    for _, x in ipairs(curve.x) do
      if x - x == 0 then low, high = math.min(low, x), math.max(high, x) end
    end
  end
  return low <= high and {low, high} or {0, 1}
end

--- What gnuplot.chart takes of a panel with plain curves; nil: it is not that simple.
local function chart_of(current)
  local options, curves, place = options_of(current), {}, 0
  if options == nil then return nil end
  for _, plot in ipairs(current.plots) do
    options.xticks = options.xticks or plot.words
    for _, layer in ipairs(plot.layers) do
      local how = layer.chart
      if how == nil then return nil end
      if not layer.same then place = place + 1 end
      local x, y = data.numbers(layer, current.limits[1], current.limits[2])
      curves[#curves + 1] = {name = not options.nameless and layer.title or nil, style = how.style, color = how.color,
        x = x, y = y, place = place}
    end
  end
  if #curves == 0 then return nil end
  options.marks, options.texts = {}, {}
  local ends = ends_of(curves)
  for _, mark in ipairs(current.marks) do add_mark(mark, options, curves, ends) end
  return curves, options
end

local function centred(text, columns) return (" "):rep((columns - terminal.width(text)) // 2) .. text end

--- The lines of a matrix, an image or a surface, with the texts around it; nil: the panel is no such thing.
local function field_of(current, how)
  local plot, options = current.plots[1], options_of(current)
  if not (plot.cells or plot.relief) or #current.plots > 1 or options == nil or #current.marks > 0 then return nil end
  local taken = (options.title and 1 or 0) + (options.xlabel and 1 or 0) + (options.ylabel and 1 or 0)
  local view = {columns = how.columns, rows = how.rows - taken, colours = screen.depth(), charset = how.charset}
  local lines = plot.cells and cells.lines(plot.cells, view) or relief.lines(plot.relief, view)
  if options.ylabel then table.insert(lines, 1, options.ylabel) end
  if options.title then table.insert(lines, 1, centred(options.title, how.columns)) end
  if options.xlabel then lines[#lines + 1] = centred(options.xlabel, how.columns) end
  return lines
end

--- One panel in gnuplot's own characters.
local function foreign(self, current, how)
  local alone = setmetatable({panels = {current}, rows = 1, columns = 1, title = false, at = 1}, {__index = self})
  local text, reason, class = alone:run({size = {how.columns * 8, how.rows * 16}, points = 9, dumb = true},
    screen.dumb(how.columns, how.rows))
  if text == nil then return nil, reason, class end
  local lines = screen.lines(text, how.rows)
  lines[#lines] = lines[#lines] .. "\027[0m"
  return lines
end

--- The lines of a panel. `how` is {columns, rows, charset}.
local function panel_lines(self, current, how)
  if how.charset then
    local lines = field_of(current, how)
    if lines then return lines end
    local curves, options = chart_of(current)
    if curves then
      options.columns, options.rows, options.charset, options.colours = how.columns, how.rows, how.charset,
        screen.colours()
      return chart.draw(curves, options)
    end
  end
  return foreign(self, current, how)
end

--- How wide a line is that has escape sequences.
local function width_of(line) return terminal.width((line:gsub("\027%[[%d;]*m", ""))) end

--- Puts panels side by side: arrays of lines, each `columns` wide.
local function beside(list, columns)
  local out, most = {}, 0
  for _, lines in ipairs(list) do most = math.max(most, #lines) end
  for i = 1, most do
    local parts = {}
    for j, lines in ipairs(list) do
      local line = lines[i] or ""
      parts[j] = j < #list and line .. (" "):rep(columns - width_of(line)) or line
    end
    out[i] = table.concat(parts)
  end
  return out
end

--- The lines of all panels of a figure.
local function figure_lines(self, charset, columns, rows)
  if #self.panels == 1 and not self.title then
    return panel_lines(self, self.panels[1], {columns = columns, rows = rows, charset = charset})
  end
  local out = self.title and {centred(self.title, columns)} or {}
  local how = {columns = columns // self.columns, rows = math.max(LEAST, rows // self.rows), charset = charset}
  for row = 1, self.rows do
    local list, any = {}, false
    for column = 1, self.columns do
      local current = self.panels[(row - 1) * self.columns + column]
      local lines, reason, class = {}, nil, nil
      if #current.plots > 0 then
        any = true
        lines, reason, class = panel_lines(self, current, {columns = how.columns - 1, rows = how.rows,
          charset = charset})
      end
      if lines == nil then return nil, reason, class end
      list[column] = lines
    end
    if any then table.move(beside(list, how.columns), 1, how.rows * 2, #out + 1, out) end
  end
  return out
end

--- Draws with characters: ours, or for what those cannot show gnuplot's.
local function show_text(self, kind, columns, rows)
  local lines, reason, class = figure_lines(self, screen.is_text(kind) and kind or nil, columns, rows)
  if lines == nil then return nil, reason, class end
  pending.put(self, table.concat(lines, "\n") .. "\n")
  return true
end

--- Shows a figure in the terminal.
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
  pending.put(self, pixels .. ("\n"):rep(kind == "kitty" and rows or 1))
  return true
end

return inside
