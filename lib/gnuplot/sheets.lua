--- Style sheets: how figures look that are drawn from now on. `gnuplot.style(name)` chooses one.
--
-- A sheet has: colors of curves in their order, dashes in their order (numbers of gnuplot), width of lines, size of
-- points, font and points of its letters, ink of axes, text, grid (its colour where there is one by default),
-- background, box (axes on all four sides, their ticks inside).
local arguments = require "gnuplot.arguments"
local options = require "torch.utils.options"

local sheets = {}

-- The colours of Okabe and Ito, which people who confuse red and green can tell apart
-- (https://jfly.uni-koeln.de/color/), the darker ones first.
local OKABE_ITO = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f5aa8", "#555555"}

local base = {colors = OKABE_ITO, dashes = {1}, width = 2, size = 0.7, font = "sans", points = 11, ink = "#444444",
  text = "#222222", line = "#dddddd"}
base.__index = base

local known = {
  default = {},
  paper = {font = "serif", points = 10, width = 1.3, size = 0.55, ink = "#000000", text = "#000000", box = true,
    dashes = {1, 2, 4, 5}},
  slides = {points = 15, width = 3.5, size = 1.2, ink = "#333333", text = "#111111"},
  dark = {background = "#1b1d23", ink = "#9aa0aa", text = "#e4e6eb", line = "#3a3e48",
    colors = {"#5aa9e6", "#ff8c5a", "#4fd1a5", "#f0a3cf", "#f2c14e", "#9ad8f7", "#b79bea", "#b8bcc4"}},
  grid = {grid = true, ink = "#888888", line = "#e2e2e2"},
  gray = {colors = {"#000000", "#777777", "#444444", "#a0a0a0"}, dashes = {1, 2, 3, 4}, width = 1.6, ink = "#000000",
    text = "#000000"},
}
for _, sheet in pairs(known) do setmetatable(sheet, base) end

local current = known.default

--- The sheet that is in use.
function sheets.current() return current end

--- Uses the sheet `value`, for the caller `name`.
function sheets.choose(name, value)
  local names = {}
  for key in pairs(known) do names[#names + 1] = key end
  table.sort(names)
  if type(value) ~= "string" or known[value] == nil then
    arguments.fail("%s: 'name' (argument 1): expected one of %s, got %s%s", name, table.concat(names, ", "),
      options.describe(value), type(value) == "string" and options.suggest(value, names) or "")
  end
  current = known[value]
end

return sheets
