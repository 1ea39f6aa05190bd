--- Where the panels of a figure lie, with the commands for their axes.
local legend = require "gnuplot.legend"
local range = require "gnuplot.range"
local ticks = require "gnuplot.ticks"
local terminal = require "torch.utils.terminal"

local layout = {}

local HEAD = 0.07 -- of the height, for a title above all panels
local MARGINS = "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset bmargin at screen %.5f\n"
  .. "set tmargin at screen %.5f\n"
local SMALL = 9 -- points of the numbers of panels
local SUPTITLE = 14 -- points of the title above all panels

--- Whether a plot has names for a legend.
function layout.has_names(plots)
  for _, plot in ipairs(plots) do
    if plot.text then return true end
    for _, layer in ipairs(plot.layers) do
      if layer.titled or (layer.title or "") ~= "" then return true end
    end
  end
  return false
end

local function has(current, key)
  for _, setting in ipairs(current.settings) do
    if setting.key == key then return setting end
  end
end

--- How large text is, in pixels, of so many points.
local function text_of(points) return {letter = points * 0.82, height = points * 1.7} end

--- Whether the legend lies above the plot.
local function has_legend_above(current)
  local key = has(current, "key")
  return layout.has_names(current.plots) and (key == nil or key.command:find "above" ~= nil)
end

--- Whether the names of a legend above the plot, which ends where the plot does, would begin left of a plot that is so
-- wide: then it stands in the middle, over the numbers at both sides.
local function is_wide_legend(current, large, width)
  local longest, n = 0, 0
  for _, plot in ipairs(current.plots) do
    for _, layer in ipairs(plot.layers) do
      if (layer.title or "") ~= "" then longest, n = math.max(longest, terminal.width(layer.title)), n + 1 end
    end
  end
  return has(current, "key") == nil and n * (longest + 5) * large.letter > width
end

--- The size of the panels of a figure in pixels.
local function panel_size(self, view, head)
  return view.size[1] / self.columns, view.size[2] * (1 - head) / self.rows
end

--- Whether a colour bar stands beside the plot.
local function has_bar(current)
  for _, plot in ipairs(current.plots) do
    if plot.flat or plot.bar then return true end
  end
  return false
end

--- The room around the plot of a panel in pixels: left, right, bottom, top. `text` is that of numbers, `large` of
-- titles and labels.
local function margins(current, text, large, letters)
  local left = (letters.y + 2.6) * text.letter + (has(current, "ylabel") and large.height * 1.2 or 0)
  local right = letters.y2 and (letters.y2 + 2) * text.letter + (has(current, "y2label") and large.height * 1.2 or 0)
    or text.letter * 2
  if has_bar(current) then right = text.letter * 11 end
  local bottom = text.height * (letters.hidden and 0.7 or 2.1)
  bottom = bottom + (has(current, "xlabel") and large.height * 1.35 or 0)
  local top = text.height * 0.5 + (has(current, "title") and large.height * 1.5 or 0)
    + (has_legend_above(current) and large.height * 1.1 or 0)
  return {left = left, right = right, bottom = bottom, top = top}
end

local own_ticks = {x = "xtics", y = "ytics"}

--- What the ticks of an axis are: "bare" where words stand there, "hidden" without numbers, or nil.
local function style_of(current, key, hide)
  local words = current.plots[1].ticks
  if words and words[key] or own_ticks[key] and has(current, own_ticks[key]) then return "bare" end
  return hide[key] and "hidden" or nil
end

--- The commands for the axes of one panel, and how many letters their numbers have.
local function axes_commands(current, axes, view, hide)
  local out, letters = {}, {y = 5, hidden = hide.x}
  local three = current.plots[1].command == "splot" and not current.plots[1].flat
  for _, key in ipairs(three and {"x", "y", "z"} or {"x", "y", "y2"}) do
    local axis = axes[key]
    local command, longest = ticks.commands(key, axis, view, style_of(current, key, hide))
    out[#out + 1] = command
    if axis.low then letters[key] = longest end
  end
  if style_of(current, "y", {}) then letters.y = 10 end
  return table.concat(out), letters
end

--- What is left of the user's limits where the axes have been set: the ends that nothing else knows.
local function limit_commands(axes)
  local out = {}
  for _, key in ipairs{"x", "y", "z"} do
    local axis = axes[key]
    if axis.limited and axis.low and axis.high then
      out[#out + 1] = ("set %srange [%.10g:%.10g]\n"):format(key, axis.low, axis.high)
    elseif axis.limited then
      out[#out + 1] = ("set %srange [%s:%s]\n"):format(key, axis.low and ("%.10g"):format(axis.low) or "",
        axis.high and ("%.10g"):format(axis.high) or "")
    end
  end
  return table.concat(out)
end

--- Room around curves whose ranges gnuplot finds itself.
local function offsets(axes)
  if axes.x.unknown and not axes.y.unknown then return "" end
  if axes.y.unknown and not axes.y.limited and not axes.y.log then
    return "set autoscale yfix\nset offsets 0,0,graph 0.05,graph 0.05\n"
  end
  return ""
end

--- Whether the plots of all panels can have margins of their grid: plain curves.
local function is_plain(self, all)
  for i, current in ipairs(self.panels) do
    if #current.plots > 0 then
      local first = current.plots[1]
      if not all[i] or has(current, "ratio") or not (first.command == "plot" or first.flat) then return false end
      for _, plot in ipairs(current.plots) do
        if plot.frame and not plot.plain then return false end
      end
    end
  end
  return true
end

--- The frame of a panel of a figure that has several.
local function place(self, i, head)
  local row, column = (i - 1) // self.columns, (i - 1) % self.columns
  local width, height = 1 / self.columns, (1 - head) / self.rows
  return {row = row, column = column, left = column * width, bottom = 1 - head - (row + 1) * height, width = width,
    height = height}
end

--- Gives the plots of each column and each row of panels the same margins.
local function align(self, view, frames)
  local rooms = {}
  local function most(key, name, value)
    rooms[key] = rooms[key] or {}
    rooms[key][name] = math.max(rooms[key][name] or 0, value)
  end
  for i, frame in pairs(frames) do
    if type(i) == "number" and frame.room then
      most("c" .. frame.at.column, "left", frame.room.left)
      most("c" .. frame.at.column, "right", frame.room.right)
      most("r" .. frame.at.row, "bottom", frame.room.bottom)
      most("r" .. frame.at.row, "top", frame.room.top)
    end
  end
  for i, frame in pairs(frames) do
    if type(i) == "number" and frame.room then
      local across, along, at = rooms["c" .. frame.at.column], rooms["r" .. frame.at.row], frame.at
      frame.before = frame.before .. MARGINS:format(
        at.left + across.left / view.size[1], at.left + at.width - across.right / view.size[1],
        at.bottom + along.bottom / view.size[2], at.bottom + at.height - along.top / view.size[2])
    end
  end
end

--- Which axes of panel `i` have no numbers, for another panel has them.
local function hidden(self, i)
  local row, column = (i - 1) // self.columns, (i - 1) % self.columns
  local below = self.panels[i + self.columns]
  return {x = self.sharex and row < self.rows - 1 and below ~= nil and #below.plots > 0, y = self.sharey and column > 0}
end

--- The ranges of all panels: array of axes, false where they are gnuplot's.
local function ranges(self, view)
  local all, list = {}, {}
  for i, current in ipairs(self.panels) do
    all[i] = #current.plots > 0 and not view.dumb and range.of(current) or false
    list[#list + 1] = all[i] or nil
  end
  if self.sharex then range.share(list, "x") end
  if self.sharey then range.share(list, "y") end
  return all
end

--- What turns words below the horizontal axis that have no room beside each other on so many pixels, and how many
-- pixels more they are high then.
local function turn_words(current, width, text)
  local setting = has(current, "xtics")
  local words = setting and setting.value or current.plots[1].words
  local longest = 0
  for _, label in ipairs(words and words.labels or {}) do longest = math.max(longest, terminal.width(label)) end
  if words == nil or (longest + 1) * text.letter * #words.labels <= width then return "", 0 end
  return "set xtics rotate by 35 right\n", longest * text.letter * math.sin(math.rad(35))
end

--- How many letters of texts have room in a panel: titles, labels, names in the legend, and `plot` in the plot itself,
-- where they have so many `points`.
local function rooms(current, view, width, height)
  local points = view.large or view.points
  local letter = 0.9 * text_of(points).letter
  local key = has(current, "key")
  local beside = key and key.command:find "outside right"
  local across, up = width // letter, 0.85 * height // letter
  local numbers = (has_bar(current) and 17 or 8) * text_of(view.points).letter -- beside the plot
  return {title = across, xlabel = across, ylabel = up, y2label = up, name = across * (beside and 0.35 or 0.6) // 1,
    plot = (width - numbers) / letter, points = points}
end

--- The frame of the panel i: {before = commands, axes = commands, room = around its plot, letters = of its texts}.
local function frame_of(self, i, axes, view, width, height)
  local frame = {before = "", axes = "", limits = "", letters = {}}
  if not view.dumb and #self.panels[i].plots > 0 then frame.letters = rooms(self.panels[i], view, width, height) end
  if not axes then return frame end
  local text = text_of(view.points)
  local letters
  local inner = {free = view.free, text = text, width = width - 9 * text.letter, height = height - 4 * text.height}
  local first = self.panels[i].plots[1]
  if first.setup:find "set palette" then inner.width = inner.width - 9 * text.letter end -- of the colour bar
  if first.command == "splot" and not first.flat then -- seen from the side axes are shorter
    inner.width, inner.height = width * 0.45, height * 0.6
  end
  frame.axes, letters = axes_commands(self.panels[i], axes, inner, hidden(self, i))
  frame.axes = frame.axes .. offsets(axes)
  local turn, high = turn_words(self.panels[i], inner.width, text)
  frame.limits = limit_commands(axes) .. turn
  local key = has(self.panels[i], "key")
  if key and key.value and key.value.best then
    frame.limits = frame.limits .. ("set key inside %s%s\n"):format(legend.corner(self.panels[i], axes), key.value.rest)
  end
  frame.room = margins(self.panels[i], text, text_of(view.large or view.points), letters)
  frame.room.bottom = frame.room.bottom + high
  local large = text_of(view.large or view.points)
  if is_wide_legend(self.panels[i], large, width - frame.room.left - frame.room.right) then
    frame.limits = frame.limits .. "set key center\n"
  end
  return frame
end

--- The same view with smaller numbers.
local function small(view)
  return setmetatable({points = math.min(SMALL, view.points), large = view.points}, {__index = view})
end

--- The frames of the panels of a figure, nil when nothing is drawn in it; `multi`: there are several.
function layout.of(self, view)
  local any = false
  for _, current in ipairs(self.panels) do any = any or #current.plots > 0 end
  if not any then return nil end
  local multi = #self.panels > 1 or self.title ~= nil
  local head = self.title and HEAD or 0
  local inner = multi and small(view) or view
  local width, height = panel_size(self, view, head)
  local all, frames = ranges(self, view), {multi = multi}
  if not view.dumb then frames.letters = view.size[1] // (0.9 * text_of(SUPTITLE).letter) end
  for i = 1, #self.panels do
    local frame = frame_of(self, i, all[i], inner, width, height)
    frames[i], frame.at = frame, place(self, i, head)
    if multi then
      frame.before = ("set origin %.6g,%.6g\nset size %.6g,%.6g\nset tics font ',%g'\n"):format(frame.at.left,
        frame.at.bottom, frame.at.width, frame.at.height, inner.points)
    end
  end
  if (multi or self.panels[1].plots[1].flat) and is_plain(self, all) then align(self, view, frames) end
  return frames
end

return layout
