--- Where pictures appear, and in which format: what the caller asked for, else
-- $HECATE_PLOT, else what is there: a window, the terminal, or nothing but files.
local options = require "torch.utils.options"
local panel = require "torch.utils.panel"
local terminal = require "torch.utils.terminal.c"

local screen = {}

screen.kinds = {"window", "dumb", "file", "none", "qt", "wxt", "x11"}

local is_kind, is_window = {}, {window = true, qt = true, wxt = true, x11 = true}
for _, kind in ipairs(screen.kinds) do is_kind[kind] = true end

local warned = {}

--- One line on stderr; the same text only once a process.
function screen.warn(text)
  if warned[text] then return end
  warned[text] = true
  io.stderr:write("warning: ", text, "\n")
end

local function set(variable)
  local value = os.getenv(variable)
  return value ~= nil and value ~= ""
end

--- Whether pictures of characters can be shown: on a terminal, with room for one.
function screen.has_terminal() return terminal.isatty(1) and panel.available(10) end

--- The screens to try, best first: an array of kinds, "file" always the last but
-- alone for "none". `asked` is the caller's choice or nil. Raises, for `name`, when
-- that is not a kind.
function screen.choose(name, asked)
  if asked ~= nil and not is_kind[asked] then
    error(("%s: 'terminal': unknown terminal '%s'%s (known: %s)"):format(name,
      tostring(asked), options.suggest(tostring(asked), screen.kinds),
      table.concat(screen.kinds, ", ")), 3)
  end
  local wanted = asked
  if wanted == nil and set("HECATE_PLOT") then
    wanted = os.getenv("HECATE_PLOT")
    if not is_kind[wanted] then
      screen.warn(("HECATE_PLOT: unknown terminal '%s' (known: %s)"):format(wanted,
        table.concat(screen.kinds, ", ")))
      wanted = nil
    end
  end
  if wanted == "none" then return {"none"} end
  if wanted then return wanted == "file" and {"file"} or {wanted, "file"} end
  local found = {}
  if set("DISPLAY") or set("WAYLAND_DISPLAY") then found[1] = "window" end
  if screen.has_terminal() then found[#found + 1] = "dumb" end
  found[#found + 1] = "file"
  return found
end

function screen.is_window(kind) return is_window[kind] == true end

--- What gnuplot prints when it knows no window terminal.
screen.no_window = "this gnuplot has no window terminal"

--- gnuplot commands that open window `number`. They try the window terminals that
-- this gnuplot was built with, and leave when there are none.
function screen.window(kind, number, title)
  local names = kind == "window" and {"qt", "wxt", "x11"} or {kind}
  local script = {}
  for _, name in ipairs(names) do
    script[#script + 1] = ("if (strstrt(GPVAL_TERMINALS, ' %s ') > 0) { set terminal %s %d"
      .. " title %s noraise persist } else {"):format(name, name, number, title)
  end
  script[#script + 1] = (" print '%s'; exit "):format(screen.no_window)
  script[#script + 1] = ("}"):rep(#names)
  return table.concat(script) .. "\n"
end

--- gnuplot commands for a picture of characters.
function screen.dumb(columns, rows)
  local colour = set("NO_COLOR") and "mono" or "ansi256"
  return ("set terminal dumb noenhanced size %d,%d %s\nset output\n"):format(columns, rows,
    colour)
end

--- The picture of characters at the end of what gnuplot printed: warnings may stand
-- before it. An array of lines.
function screen.lines(text, rows)
  local lines = {}
  text = text:gsub("\027%[[%d;]*m%s*$", "")
  for line in text:gmatch("[^\n\f]+") do lines[#lines + 1] = line end
  return table.move(lines, math.max(1, #lines - rows + 1), #lines, 1, {})
end

--- Colours and line widths of all pictures.
screen.look = [[
set linetype 1 lc rgb '#1f77b4' lw 2 pt 7 ps 0.6
set linetype 2 lc rgb '#ff7f0e' lw 2 pt 7 ps 0.6
set linetype 3 lc rgb '#2ca02c' lw 2 pt 7 ps 0.6
set linetype 4 lc rgb '#d62728' lw 2 pt 7 ps 0.6
set linetype 5 lc rgb '#9467bd' lw 2 pt 7 ps 0.6
set linetype 6 lc rgb '#8c564b' lw 2 pt 7 ps 0.6
set linetype 7 lc rgb '#e377c2' lw 2 pt 7 ps 0.6
set linetype 8 lc rgb '#17becf' lw 2 pt 7 ps 0.6
set linetype cycle 8
set tics nomirror
]]

--- The colours of the line types above, mixed with white.
screen.pale = {"#c7ddec", "#ffdfc2", "#cae7ca", "#f5c9c9", "#e4d9ef", "#e2d5d2", "#f8ddf0",
  "#c5eff3"}

local formats = {
  png = "if (strstrt(GPVAL_TERMINALS, ' pngcairo ') > 0) { set terminal pngcairo size %d,%d }"
    .. " else { set terminal png size %d,%d }",
  svg = "set terminal svg size %d,%d",
  pdf = "set terminal pdfcairo size %gin,%gin",
  eps = "set terminal epscairo size %gin,%gin",
}

--- gnuplot commands for a file of `format` (png, svg, pdf, eps), and the choice of
-- formats when it is none of these. The size is in pixels, for paper 100 an inch.
function screen.file(format, width, height)
  local template = formats[format]
  if template == nil then return nil, "png, svg, pdf, eps" end
  local unit = (format == "pdf" or format == "eps") and 100 or 1
  return template:format(width / unit, height / unit, width, height)
end

return screen
