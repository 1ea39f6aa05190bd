--- Charts of characters: axes, ticks, a legend and curves on a canvas.
--
--     local chart = require "gnuplot.chart"
--     local lines = chart.draw({{name = "train", x = {1, 2, 3}, y = {3, 2, 1}}},
--       {columns = 60, rows = 15, title = "loss"})
local Axis = require "gnuplot.axis"
local Canvas = require "gnuplot.canvas"
local over = require "gnuplot.over"
local terminal = require "torch.utils.terminal"

local chart = {}

-- Colours by the number that a terminal has; "faint" ones are for what stands behind.
local palettes = {
  [256] = {33, 208, 34, 160, 98, 37, 169, 130, faint = {67, 137, 65, 131, 97, 66, 132, 94},
    grey = 244},
  [8] = {4, 3, 2, 1, 5, 6, faint = {4, 3, 2, 1, 5, 6}, grey = 7},
}
local MARKS = {"*", "+", "o", "x", "#", "@", "%", "&"} -- of curves in ASCII
local DASHES = {false, {4, 3}, {1, 2}, {8, 3}, {2, 2}, {1, 4}} -- where there are no colours
local WIDEST = 200 -- columns

--- The styles of curves.
chart.styles = {lines = true, points = true, linespoints = true, dots = true, steps = true, boxes = true,
  impulses = true}

local is_finite = function(v) return v > -math.huge and v < math.huge end

-- ---- ranges -------------------------------------------------------------------

--- The least and the greatest value of `key` in all curves, as far as it can be shown.
local function range_of(curves, key, log)
  local lo, hi = math.huge, -math.huge
  for _, curve in ipairs(curves) do
    for _, set in ipairs{curve, curve.behind} do
      local values, heights = set[key], set.y
      for i = 1, #values do
        local v, height = values[i], heights[i]
        if v - v == 0 and height - height == 0 and (not log or v > 0) then -- both finite
          if v < lo then lo = v end
          if v > hi then hi = v end
        end
      end
    end
    if key == "y" and (curve.style == "boxes" or curve.style == "impulses") and not log then
      lo, hi = math.min(lo, 0), math.max(hi, 0)
    end
  end
  return lo, hi
end

local function axis_of(curves, key, log, range)
  local lo, hi = range_of(curves, key, log)
  if range then
    lo, hi = range[1] or lo, range[2] or hi
    if lo > hi then lo, hi = hi, lo end
    if log and lo <= 0 then lo = hi > 0 and hi * 1e-6 or 1e-6 end
  elseif lo <= hi and not log and key == "y" then
    local room = (hi - lo) * 0.03 -- curves do not lie on the frame
    if lo ~= 0 then lo = lo - room end
    if hi ~= 0 then hi = hi + room end
  elseif lo < hi and not log and key == "x" then
    for _, curve in ipairs(curves) do -- the first and the last box are whole
      if curve.style == "boxes" and #curve.x > 1 then
        local half = (hi - lo) / (#curve.x - 1) / 2
        lo, hi = lo - half, hi + half
        break
      end
    end
  end
  if lo > hi then lo, hi = log and 0.1 or 0, 1 end
  return Axis.new(lo, hi, log)
end

-- ---- curves ------------------------------------------------------------------------

--- The part of a line from (x1, y1) to (x2, y2) inside [1, width] × [1, height], as
-- four whole numbers; nil when there is none (Liang and Barsky).
local function clip(x1, y1, x2, y2, width, height)
  local floor = math.floor
  if x1 >= 1 and y1 >= 1 and x2 >= 1 and y2 >= 1 and x1 <= width and x2 <= width and y1 <= height and y2 <= height then
    return floor(x1 + 0.5), floor(y1 + 0.5), floor(x2 + 0.5), floor(y2 + 0.5)
  end
  local from, to, dx, dy = 0, 1, x2 - x1, y2 - y1
  for _, edge in ipairs{{-dx, x1 - 1}, {dx, width - x1}, {-dy, y1 - 1}, {dy, height - y1}} do
    local p, q = edge[1], edge[2]
    if p == 0 then
      if q < 0 then return nil end
    elseif p < 0 then
      from = math.max(from, q / p)
    else
      to = math.min(to, q / p)
    end
  end
  if from > to then return nil end
  return floor(x1 + from * dx + 0.5), floor(y1 + from * dy + 0.5), floor(x1 + to * dx + 0.5), floor(y1 + to * dy + 0.5)
end

--- Draws one set of points on the area of `view`, which has the axes and the canvas.
local function draw_set(view, set, style, colour, mark, dash)
  local canvas, width, height = view.canvas, view.width, view.height
  local base = math.max(1, math.min(height, math.floor(height - (view.y:place(0) or 0)
    * (height - 1) + 0.5)))
  local last_x, last_y
  for i, value in ipairs(set.y) do
    local across, up = view.x:place(set.x[i]), is_finite(value) and view.y:place(value)
    local x, y
    if across and up then x, y = 1 + across * (width - 1), height - up * (height - 1) end
    if x and (style == "boxes" or style == "impulses") then
      local half = style == "boxes" and view.box / 2 or 0
      local left, top, right, bottom = clip(x - half, y, x + half, base, width, height)
      if left then canvas:fill(left, top, right, bottom, colour, mark) end
    elseif x and style ~= "points" then
      if style == "steps" and last_x then
        local a, b, c, d = clip(last_x, last_y, x, last_y, width, height)
        if a then canvas:line(a, b, c, d, colour, mark, dash) end
        last_x = x
      end
      local a, b, c, d = clip(last_x or x, last_y or y, x, y, width, height)
      if a then canvas:line(a, b, c, d, colour, mark, dash) end
    end
    if x and (style == "points" or style == "linespoints") then
      local a, b = clip(x, y, x, y, width, height)
      if a then
        canvas:dot(a, b, colour, mark)
        if style == "linespoints" and canvas.braille then
          for _, d in ipairs{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} do
            canvas:dot(math.min(math.max(a + d[1], 1), width),
              math.min(math.max(b + d[2], 1), height), colour, mark)
          end
        end
      end
    end
    last_x, last_y = x, y
  end
end

--- The width of a box: as far as the points are apart, in dots.
local function box_width(view, curves)
  local most = 1
  for _, curve in ipairs(curves) do most = math.max(most, #curve.x) end
  return math.max(0, (view.width - 1) / most - 2)
end

--- "#rrggbb" as one of the 216 colours of the cube that terminals have.
local function in_cube(colour)
  local number = 0
  for part in colour:gmatch "%x%x" do number = number * 6 + (tonumber(part, 16) * 5 + 127) // 255 end
  return 16 + number
end

local function colour_of(options, i, faint)
  local palette = palettes[options.colours]
  if palette == nil then return nil end
  local own = options.own[i]
  if own and options.colours == 256 then return in_cube(own) end
  local list = faint and palette.faint or palette
  return list[((options.places[i] or i) - 1) % #list + 1]
end

local function dash_of(options, i)
  if palettes[options.colours] or options.charset == "ascii" then return nil end
  return DASHES[(i - 1) % #DASHES + 1] or nil
end

local function mark_of(i) return MARKS[(i - 1) % #MARKS + 1] end

local function draw_curves(view, curves, options)
  view.box = box_width(view, curves)
  for i, curve in ipairs(curves) do
    if #curve.behind.y > 0 and palettes[options.colours] then
      draw_set(view, curve.behind, "points", colour_of(options, i, true), ".")
    end
  end
  for i, curve in ipairs(curves) do
    draw_set(view, curve, curve.style, colour_of(options, i), mark_of(i), dash_of(options, i))
  end
end

-- ---- what stands around them ----------------------------------------------------------

local signs = {
  braille = {"│", "─", "└", "┤", "┬", "┊", "●"},
  ascii = {"|", "-", "+", "+", "+", ":", "O"},
}

local function draw_vertical_axis(canvas, area, axis, ticks, look)
  for row = area.top, area.bottom do canvas:text(area.left - 1, row, look[1], area.grey) end
  local height = area.bottom - area.top + 1
  for _, tick in ipairs(ticks) do
    local row = area.bottom - over.cell(axis:place(tick.value), height, canvas.down)
    canvas:text(area.left - 1, row, look[4], area.grey)
    canvas:text(area.left - 1 - terminal.width(tick.label), row, tick.label)
  end
end

--- Whether all x are whole numbers, as steps are: there is nothing between them.
local function is_whole(curves)
  for _, curve in ipairs(curves) do
    for _, x in ipairs(curve.x) do
      if x ~= x // 1 then return false end
    end
  end
  return true
end

local function draw_horizontal_axis(canvas, area, axis, ticks, look)
  local row, width = area.bottom + 1, area.right - area.left + 1
  canvas:text(area.left - 1, row, look[3] .. look[2]:rep(width), area.grey)
  local free = 1 -- labels do not touch
  for _, tick in ipairs(ticks) do
    local column = area.left + over.cell(axis:place(tick.value), width, canvas.across)
    canvas:text(column, row, look[5], area.grey)
    local long = terminal.width(tick.label)
    local from = math.min(column - long // 2, canvas.columns - long + 1)
    if from >= free and from >= 1 then
      canvas:text(from, row + 1, tick.label)
      free = from + long + 1
    end
  end
end

--- The names of the curves as rows of {text, colour, sign} items, at most `rows`.
local function legend_rows(curves, options, room, rows)
  local list, row, used = {}, {}, 0
  for i, curve in ipairs(curves) do
    if curve.name ~= "" then
      local sign = options.charset == "ascii" and mark_of(i) or "──"
      if dash_of(options, i) then sign = "╌╌" end
      local long = terminal.width(sign .. curve.name) + 3
      if used + long > room and used > 0 then
        list[#list + 1], row, used = row, {}, 0
      end
      row[#row + 1] = {sign = sign, name = curve.name, colour = colour_of(options, i)}
      used = used + long
    end
  end
  if #row > 0 then list[#list + 1] = row end
  return table.move(list, 1, math.min(#list, rows), 1, {}), #list > rows
end

local function draw_legend(canvas, left, top, rows, more)
  for i, row in ipairs(rows) do
    local column = left
    for _, item in ipairs(row) do
      canvas:text(column, top + i - 1, item.sign, item.colour)
      column = column + terminal.width(item.sign) + 1
      canvas:text(column, top + i - 1, item.name)
      column = column + terminal.width(item.name) + 2
    end
    if more and i == #rows then canvas:text(math.min(column, canvas.columns - 2), top + i - 1, "...") end
  end
end

--- Puts the dots of a smaller canvas onto `canvas`.
local function paste(canvas, part, left, top)
  for row = 0, part.rows - 1 do
    for column = 0, part.columns - 1 do
      local from = row * part.columns + column
      if part.dots[from] then
        local to = (top - 1 + row) * canvas.columns + left - 1 + column
        canvas.dots[to], canvas.colours[to] = part.dots[from], part.colours[from]
      end
    end
  end
end

-- ---- the whole ------------------------------------------------------------------------

--- Curves as they are drawn: {name, x, y, style, behind, best}.
local function normal(series)
  local curves = {}
  for i, s in ipairs(series) do
    local x = s.x
    if x == nil then
      x = {}
      for j = 1, #s.y do x[j] = j end
    end
    curves[i] = {name = s.name or "", color = s.color, x = x, y = s.y, style = s.style or "lines",
      behind = s.behind or {x = {}, y = {}}, best = s.best, place = s.place}
    if curves[i].style == "dots" then curves[i].style = "points" end
  end
  return curves
end

--- The escape sequence of a colour.
local function escape(colours)
  if palettes[colours] == nil then return nil end
  return function(c)
    return colours == 256 and ("\027[38;5;%dm"):format(c) or ("\027[3%dm"):format(c)
  end
end

--- Draws curves with characters. `series` is an array of {name =, x =, y =, style =,
-- behind = {x =, y =}, best = {x =, y =}}: arrays of numbers, those that are not finite
-- make gaps; without x it is 1, 2, …. `style` is "lines" (the default), "points",
-- "linespoints", "dots", "steps", "boxes" or "impulses"; `behind` are faint dots,
-- `best` a point that is marked, `color` "#rrggbb" where there are 256. Options:
--
-- - `columns`, `rows`: the size of the picture, at least 20 by 6
-- - `charset`: "braille" (the default) or "ascii"
-- - `colours`: 256, 8 or 0 (the default: no escape sequences)
-- - `title`, `xlabel`, `ylabel`, `logx`, `logy`, `xrange`, `yrange` ({lo, hi}, either may be false)
-- - `marks`: array of {x =, text =}, vertical lines
-- - `texts`: array of {x =, y =, text =, align =}
-- - `xticks`, `yticks`: {places =, labels =}
--
-- Returns an array of `rows` strings that are at most `columns` wide.
function chart.draw(series, options)
  local columns = math.max(20, math.min(options.columns or 80, WIDEST))
  local rows = math.max(6, options.rows or 20)
  local curves = normal(series)
  local own, places = {}, {}
  for i, curve in ipairs(curves) do own[i], places[i] = curve.color, curve.place end
  options = setmetatable({own = own, places = places}, {__index = options})
  local canvas = Canvas.new(columns, rows, options.charset)
  local palette = palettes[options.colours]
  local look = signs[canvas.braille and "braille" or "ascii"]
  local area = {top = 1, bottom = rows - 2, right = columns - 1, grey = palette and palette.grey}
  if options.title and options.title ~= "" then area.top = 2 end
  if options.xlabel and options.xlabel ~= "" and rows >= 10 then area.bottom = rows - 3 end
  local ylabel = rows >= 10 and options.ylabel or ""
  if ylabel ~= "" then area.top = area.top + 1 end
  local legend, more = legend_rows(curves, options, columns - 4, rows >= 12 and 3 or 1)
  area.top = area.top + #legend

  local x = axis_of(curves, "x", options.logx, options.xrange)
  local y = axis_of(curves, "y", options.logy, options.yrange)
  local height = area.bottom - area.top + 1
  local ticks, widest = over.ticks(y, options.yticks) or y:ticks(math.max(2, height // 2)), 1
  for _, tick in ipairs(ticks) do widest = math.max(widest, terminal.width(tick.label)) end
  area.left = widest + 2

  local part = Canvas.new(area.right - area.left + 1, height, options.charset)
  local view = {canvas = part, x = x, y = y, width = part.columns * part.across,
    height = part.rows * part.down}
  draw_curves(view, curves, options)
  paste(canvas, part, area.left, area.top)
  draw_vertical_axis(canvas, area, y, ticks, look)
  draw_horizontal_axis(canvas, area, x, over.ticks(x, options.xticks) or x:ticks(math.max(2, part.columns // 10),
    is_whole(curves)), look)
  over.marks(canvas, area, x, options.marks or {}, look)
  over.best(canvas, area, view, curves, look, function(i) return colour_of(options, i) end)
  over.texts(canvas, area, view, options.texts or {})
  if ylabel ~= "" then canvas:text(1, area.top - #legend - 1, ylabel) end
  if options.title and options.title ~= "" then
    canvas:text(math.max(1, (columns - terminal.width(options.title)) // 2), 1, options.title)
  end
  draw_legend(canvas, area.left, area.top - #legend, legend, more)
  if area.bottom == rows - 3 then
    canvas:text((area.left + area.right - terminal.width(options.xlabel)) // 2, rows,
      options.xlabel)
  end
  return canvas:lines(escape(options.colours))
end

return chart
