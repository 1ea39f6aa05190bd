--- The commands of gnuplot that draw a figure, and the data that they read.
local arguments = require "gnuplot.arguments"
local data = require "gnuplot.data"
local host = require "gnuplot.host"
local look = require "gnuplot.look"
local language = require "gnuplot.language"

local HEAD = 0.07 -- of the height, for a title above all panels

local function title_of(layer)
  if layer.titled then return "" end
  if layer.title == nil or layer.title == "" then return " notitle" end
  return (" title %s noenhanced"):format(language.words(layer.title))
end

--- The horizontal range of a panel: {low, high} as far as it was said; `whole` where it may
-- be anything.
local function range_of(current)
  local range = {low = current.limits[1], high = current.limits[2]}
  for _, setting in ipairs(current.settings) do
    if setting.key == nil and setting.command:find("range") then range.whole = true end
  end
  return range
end

--- The part of a plot command that draws a layer; its data goes to `store`.
local function draw_layer(store, layer, place, range)
  local words = layer.words
  if type(words) == "function" then words = words(place) end
  local using = layer.using and not words:find("%f[%a]us?i?n?g?%f[%A]")
    and " using " .. layer.using or ""
  local bytes, binary = data.drawn(layer, range.low, range.high, range.whole)
  local text = ("hecate_data binary skip=%d %s%s %s%s"):format(store.size, binary, using, words,
    title_of(layer))
  store[#store + 1] = bytes
  store.size = store.size + #bytes
  return text
end

--- The plot command of all layers.
local function draw_layers(script, store, current)
  local plots, range = current.plots, range_of(current)
  local parts, place = {}, 0
  for _, plot in ipairs(plots) do
    for _, layer in ipairs(plot.layers) do
      if not layer.same then place = place + 1 end
      if not layer.empty then parts[#parts + 1] = draw_layer(store, layer, place, range) end
    end
  end
  if #parts == 0 then -- values that cannot be drawn leave an empty frame
    script[#script + 1] = "set xrange [0:1]\nset yrange [0:1]\nset zrange [0:1]\nset cbrange [0:1]\n"
    parts[1] = plots[1].command == "plot" and "NaN notitle" or "'+' using 1:1:(NaN) notitle"
  end
  script[#script + 1] = plots[1].command .. " " .. table.concat(parts, ", ") .. "\n"
end

--- Whether a plot has names for a legend.
local function has_names(plots)
  for _, plot in ipairs(plots) do
    if plot.text then return true end
    for _, layer in ipairs(plot.layers) do
      if layer.titled or (layer.title or "") ~= "" then return true end
    end
  end
  return false
end

local function draw_panel(script, store, current, frame)
  script[#script + 1] = "reset\n" .. look.commands .. frame
  if not has_names(current.plots) then script[#script + 1] = "unset key\n" end
  for _, plot in ipairs(current.plots) do script[#script + 1] = plot.setup end
  for _, setting in ipairs(current.settings) do script[#script + 1] = setting.command .. "\n" end
  if current.plots[1].text then
    script[#script + 1] = current.plots[1].text .. "\n"
  else
    draw_layers(script, store, current)
  end
end

--- The commands that draw the figure on the terminal that is set, and the data that
-- they read from the file named by the variable `hecate_data`; nil: nothing yet.
local function script_of(self)
  local script, any, store = {}, false, {size = 0}
  local multi = #self.panels > 1 or self.title
  local head = self.title and HEAD or 0
  if multi then
    script[1] = "set multiplot" .. (self.title and " title " .. language.words(self.title)
      .. " noenhanced font ',14'" or "") .. "\n"
  end
  for i, current in ipairs(self.panels) do
    local row, column = (i - 1) // self.columns, (i - 1) % self.columns
    local width, height = 1 / self.columns, (1 - head) / self.rows
    local frame = multi and ("set origin %.6g,%.6g\nset size %.6g,%.6g\nset tics font ',9'\n"):format(column * width,
      1 - head - (row + 1) * height, width, height) or ""
    if #current.plots > 0 then
      any = true
      draw_panel(script, store, current, frame)
    end
  end
  if not any then return nil end
  if multi then script[#script + 1] = "unset multiplot\n" end
  return table.concat(script), store
end

--- The picture of a figure as commands, with its data in a place that lives until
-- share:close(); nil: nothing yet.
return function(self)
  local script, store = script_of(self)
  if script == nil then return nil end
  self.bytes = store.size
  local share, reason = host.share(store)
  if share == nil then 
    arguments.fail("gnuplot: no place for the data of a figure: %s", reason)
  end
  return ("hecate_data = %s\n%s"):format(language.path(share:path()), script), share
end
