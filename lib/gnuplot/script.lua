--- The commands of gnuplot that draw a figure, and the data that they read.
local arguments = require "gnuplot.arguments"
local data = require "gnuplot.data"
local host = require "gnuplot.host"
local language = require "gnuplot.language"
local layout = require "gnuplot.layout"
local look = require "gnuplot.look"
local sheets = require "gnuplot.sheets"

local function title_of(layer, room)
  if layer.titled then return "" end
  if layer.title == nil or layer.title == "" then return " notitle" end
  local title = layer.mode == "enhanced" and layer.title or language.shorten(layer.title, room)
  return (" title %s %s"):format(language.words(title), layer.mode or "noenhanced")
end

--- The command of a setting. A text is shortened to the room that it has, for gnuplot would cut it off at both ends,
-- and shows no legend at all that is too wide; markup has no length that is known.
local function setting_command(setting, letters)
  local room, text = letters[setting.key], setting.value
  local before = room and ("set %s %s noenhanced"):format(setting.key, language.words(text))
  if not room or setting.command:sub(1, #before) ~= before then return setting.command end
  return ("set %s %s noenhanced"):format(setting.key, language.words(language.shorten(text, room)))
    .. setting.command:sub(#before + 1)
end

--- The horizontal range of a panel: {low, high} as far as it was said; `whole` where it may
-- be anything.
local function range_of(current)
  local range = {low = current.limits[1], high = current.limits[2]}
  if range.low and range.high and range.low > range.high then range.low, range.high = range.high, range.low end
  for _, setting in ipairs(current.settings) do
    if setting.key == nil and setting.command:find("range") then range.whole = true end
  end
  return range
end

--- The part of a plot command that draws a layer; its data goes to `store`. nil: there is no room for it.
local function draw_layer(store, layer, place, range, many, letters)
  local words = layer.words
  if type(words) == "function" then words = words(place, many, letters) end
  if words == nil then return nil end
  local using = layer.using and not words:find("%f[%a]us?i?n?g?%f[%A]")
    and " using " .. layer.using or ""
  local bytes, binary = data.drawn(layer, range.low, range.high, range.whole)
  local text = ("hecate_data binary skip=%d %s%s %s%s"):format(store.size, binary, using, words,
    title_of(layer, letters.name))
  store[#store + 1] = bytes
  store.size = store.size + #bytes
  return text
end

--- Whether several layers of bars lie over each other: then all of them are drawn half transparent.
local function is_crowded(plots)
  local n = 0
  for _, plot in ipairs(plots) do
    for _, layer in ipairs(plot.layers) do n = n + (layer.covers and 1 or 0) end
  end
  return n > 1
end

--- The plot command of all layers.
local function draw_layers(script, store, current, letters)
  local plots, range = current.plots, range_of(current)
  local parts, place, many = {}, 0, is_crowded(current.plots)
  for _, plot in ipairs(plots) do
    for _, layer in ipairs(plot.layers) do
      if not layer.same then place = place + 1 end
      if not layer.empty then parts[#parts + 1] = draw_layer(store, layer, place, range, many, letters) end
    end
  end
  if #parts == 0 then -- values that cannot be drawn leave an empty frame
    script[#script + 1] = "set xrange [0:1]\nset yrange [0:1]\nset zrange [0:1]\nset cbrange [0:1]\n"
    parts[1] = plots[1].command == "plot" and "NaN notitle" or "'+' using 1:1:(NaN) notitle"
  end
  script[#script + 1] = plots[1].command .. " " .. table.concat(parts, ", ") .. "\n"
end

local function draw_panel(script, store, current, frame)
  script[#script + 1] = "reset\n" .. look.commands() .. frame.before
  for _, plot in ipairs(current.plots) do script[#script + 1] = plot.setup end
  script[#script + 1] = frame.axes
  for _, setting in ipairs(current.settings) do
    if not (setting.key == "limits" and frame.axes ~= "") then
      script[#script + 1] = setting_command(setting, frame.letters) .. "\n"
    end
  end
  script[#script + 1] = frame.limits
  if not layout.has_names(current.plots) then script[#script + 1] = "unset key\n" end
  for _, mark in ipairs(current.marks) do script[#script + 1] = mark.command .. "\n" end
  if current.plots[1].text then
    script[#script + 1] = current.plots[1].text .. "\n"
  else
    draw_layers(script, store, current, frame.letters)
  end
end

--- The commands that draw the figure on the terminal that is set, and the data that
-- they read from the file named by the variable `hecate_data`; nil: nothing yet.
local function script_of(self, view)
  local script, store = {}, {size = 0}
  local frames = layout.of(self, view)
  if frames == nil then return nil end
  if frames.multi then
    script[1] = "set multiplot" .. (self.title and (" title %s %s font ',14' textcolor rgb '%s'"):format(
      language.words(self.title_mode == "enhanced" and self.title or language.shorten(self.title, frames.letters)),
      self.title_mode or "noenhanced", sheets.current().text) or "") .. "\n"
  end
  local background = look.background()
  for i, current in ipairs(self.panels) do
    if #current.plots > 0 then
      frames[i].before, background = background .. frames[i].before, ""
      draw_panel(script, store, current, frames[i])
    end
  end
  if frames.multi then script[#script + 1] = "unset multiplot\n" end
  return table.concat(script), store
end

--- The picture of a figure as commands, with its data in a place that lives until
-- share:close(); nil: nothing yet. `view` says what it is for: {size = in pixels, points = of the letters, free = it is
-- a window, dumb = characters of gnuplot's}.
return function(self, view)
  local script, store = script_of(self, view)
  if script == nil then return nil end
  self.bytes = store.size
  local share, reason = host.share(store)
  if share == nil then
    arguments.fail("gnuplot: no place for the data of a figure: %s", reason)
  end
  return ("hecate_data = %s\n%s"):format(language.path(share:path()), script), share
end
