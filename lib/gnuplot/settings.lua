--- The settings of panels: titles, labels, axes, ticks, legend, style sheets. gnuplot.lua makes them its own.
local Figure = require "gnuplot.figure"
local arguments = require "gnuplot.arguments"
local current = require "gnuplot.current"
local language = require "gnuplot.language"
local sheets = require "gnuplot.sheets"

local settings = {}

-- ---- texts -------------------------------------------------------------------------------

--- What a text shows, as it is or by its options in Unicode for LaTeX's words or as gnuplot's markup, and gnuplot's
--- word for that.
local function shown_text(name, text, given)
  arguments.string(name, "text", 1, text)
  return language.shown(name, text, arguments.named(name, {{"latex", "boolean"}, {"markup", "boolean"}}, given or {}))
end

--- Sets a text of the current panel.
local function set_text(key, where, text, given)
  local name = "gnuplot." .. key
  local shown, mode = shown_text(name, text, given)
  current.set(name, key, ("set %s %s %s%s"):format(key, language.words(shown), mode, where or ""), shown)
end

--- The title of the current panel. It shows as it is; with the option latex = true "x^2" is "x²", "\\alpha" is "α";
--- with markup = true gnuplot's markup (x^2, a_i) works in it.
function settings.title(text, given) set_text("title", nil, text, given) end

--- The text beside the horizontal axis; the options as of `title`, as for all axes.
function settings.xlabel(text, given) set_text("xlabel", nil, text, given) end

--- The text beside the vertical axis.
function settings.ylabel(text, given) set_text("ylabel", nil, text, given) end

--- The text beside the axis that goes up in three dimensions.
function settings.zlabel(text, given) set_text("zlabel", " rotate by 90 offset 1,0", text, given) end

--- The text beside the second vertical axis.
function settings.y2label(text, given) set_text("y2label", nil, text, given) end

--- A title above all panels of the figure; the options as of `title`.
function settings.suptitle(text, given)
  local name = "gnuplot.suptitle"
  local shown, mode = shown_text(name, text, given)
  local figure = current.figure()
  figure.title, figure.title_mode = shown, mode
  current.set(name, "suptitle", nil)
end

-- ---- axes --------------------------------------------------------------------------------

local function set_ticks(axis, places, labels)
  local name = ("gnuplot.%sticks"):format(axis)
  arguments.check(name, "labels", 2, "strings", labels)
  local x = require "gnuplot.data".vector(name, places):tolist()
  if #x ~= #labels then
    arguments.fail("%s: %d places and %d labels", name, #x, #labels)
  end
  local command = require "gnuplot.bars".ticks(axis, x, labels):gsub("\n$", "")
  current.set(name, axis .. "tics", command, {places = x, labels = labels})
end

--- Words at places of the horizontal axis: xticks({1, 2}, {"cat", "dog"}).
function settings.xticks(places, labels) set_ticks("x", places, labels) end

--- Words at places of the vertical axis.
function settings.yticks(places, labels) set_ticks("y", places, labels) end

--- Shows the grid, or hides it with false.
function settings.grid(on)
  arguments.switch("gnuplot.grid", on)
  current.set("gnuplot.grid", "grid", on == false and "unset grid" or "set grid xtics ytics ls 100")
end

--- Logarithmic axes: letters of "xyz", "y" by default (true), "" (false) for linear ones.
function settings.logscale(axes)
  if axes == nil or axes == true then axes = "y" elseif axes == false then axes = "" end
  if type(axes) ~= "string" or axes:find("[^xyz]") then
    arguments.wrong("gnuplot.logscale", "axes", 1, "'x', 'y', 'xy', … or ''", axes)
  end
  current.set("gnuplot.logscale", "logscale", axes ~= "" and "set logscale " .. axes or nil, axes)
end

local ratios = {image = "set size ratio -1", equal = "set size ratio -1", fill = false}

local function check_limit(name, parameter, position, limit)
  local finite = type(limit) == "number" and limit - limit == 0
  if not finite and limit ~= "" then
    arguments.wrong(name, parameter, position, "a number or ''", limit)
  end
end

local function limit(name, axis)
  for i = 1, #axis, 2 do
    if axis[i] == axis[i + 1] and axis[i] ~= "" then
      arguments.fail("%s: the ends of an axis are one number, %g", name, axis[i])
    end
  end
  current.report(name, nil, current.figure():try(Figure.limit, axis))
end

--- The ranges {xmin, xmax, ymin, ymax [, zmin, zmax]} (an "" keeps that end), or "auto", or the
-- shape: "equal" (also "image": circles are round), "fill" (the whole canvas).
function settings.axis(axis)
  local name = "gnuplot.axis"
  if type(axis) == "table" and (#axis == 4 or #axis == 6) then
    for i, value in ipairs(axis) do check_limit(name, ("axis[%d]"):format(i), nil, value) end
    limit(name, axis)
  elseif axis == "auto" then
    current.figure():panel().limits = {}
    current.figure():set("ratio", nil)
    current.set(name, "limits", nil)
  elseif type(axis) == "string" and ratios[axis] ~= nil then
    current.set(name, "ratio", ratios[axis] or "set size noratio", axis)
  else
    arguments.wrong(name, "axis", 1, "{xmin, xmax, ymin, ymax}, 'auto', 'equal', 'image' or 'fill'", axis)
  end
end

--- Sets the ends of the axis whose first limit is the `at`-th.
local function set_limits(name, at, low, high)
  if type(low) == "table" and high == nil then low, high = low[1], low[2] end
  if low == nil then low = "" end
  if high == nil then high = "" end
  check_limit(name, "low", 1, low)
  check_limit(name, "high", 2, high)
  local axis = {"", "", "", "", "", ""}
  axis[at], axis[at + 1] = low, high
  limit(name, axis)
end

--- The ends of the horizontal axis: xlim(low, high); nil keeps an end, and one that is greater than `high` turns the
-- axis round.
function settings.xlim(low, high) set_limits("gnuplot.xlim", 1, low, high) end

--- The ends of the vertical axis, as xlim.
function settings.ylim(low, high) set_limits("gnuplot.ylim", 3, low, high) end

--- The ends of the axis that goes up, as xlim.
function settings.zlim(low, high) set_limits("gnuplot.zlim", 5, low, high) end

-- ---- legend, look --------------------------------------------------------------------------

local places = {
  ["upper right"] = "inside right top", ["upper left"] = "inside left top", ["lower left"] = "inside left bottom",
  ["lower right"] = "inside right bottom", ["upper center"] = "inside center top",
  ["lower center"] = "inside center bottom", ["center left"] = "inside left center",
  ["center right"] = "inside right center", center = "inside center center",
  ["outside top"] = "outside above right horizontal", ["outside right"] = "outside right top vertical",
  ["outside bottom"] = "outside below center horizontal", best = "best", none = "none",
}
local place_names = {}
for place in pairs(places) do place_names[#place_names + 1] = place end
table.sort(place_names)

--- Where the legend is: legend("upper left"), "best" (the emptiest corner), "outside right", "none", … Options:
-- columns, box (a frame, true inside).
function settings.legend(place, given)
  local name = "gnuplot.legend"
  if place == false then place = "none" end
  if type(place) == "table" then
    arguments.fail("%s: 'place' (argument 1): expected a place such as \"upper left\"; the names of curves stand with "
      .. "them: gnuplot.plot(\"name\", x, y)", name)
  end
  arguments.one_of(name, "place", 1, place_names, place)
  given = arguments.named(name, {{"columns", "count"}, {"box", "boolean"}}, given or {})
  local words, rest = places[place], ""
  if words == "none" then return current.set(name, "key", "unset key", {hidden = true}) end
  if words == "best" or words:find "^inside" then
    rest = " vertical opaque"
      .. (given.box == false and " nobox" or " box lw 0.5 lc rgb '#bbbbbb' width 0.5 height 0.5")
  elseif given.box then
    rest = " box lw 0.5 lc rgb '#bbbbbb'"
  end
  if given.columns then rest = rest .. (" maxcols %d maxrows 0"):format(given.columns) end
  if words == "best" then words = "inside right top" end
  current.set(name, "key", ("set key %s%s"):format(words, rest), {best = place == "best", rest = rest})
end

--- Puts the legend "left", "right" or "center" and "bottom", "top" or "middle".
function settings.movelegend(across, along)
  local name = "gnuplot.movelegend"
  arguments.one_of(name, "across", 1, {"left", "right", "center"}, across)
  arguments.one_of(name, "along", 2, {"bottom", "top", "middle"}, along)
  along = along == "middle" and "center" or along
  current.set(name, "key", ("set key inside vertical %s %s opaque"):format(across, along))
end

--- How figures look that are drawn from now on: "default", "paper" (serif, thin lines, a frame), "slides" (large),
-- "dark", "grid", "gray" (for printing without colours).
function settings.style(name) sheets.choose("gnuplot.style", name) end

--- The names of the colour maps that `palette` takes.
function settings.palettes() return require "gnuplot.palettes".names() end

--- Sends a command of gnuplot to the current figure, as it is.
function settings.raw(command)
  arguments.string("gnuplot.raw", "command", 1, command)
  current.report("gnuplot.raw", nil, current.figure():try(Figure.raw, command))
end

return settings
