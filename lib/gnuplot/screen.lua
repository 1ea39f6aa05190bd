--- Where pictures appear, and in which format: what the caller asked for, else
-- $HECATE_PLOT, else what is there: a window, the terminal (with pictures, or with
-- characters), or nothing but files.
local options = require "torch.utils.options"
local panel = require "torch.utils.panel"
local terminal = require "torch.utils.terminal"

local screen = {}

screen.kinds = {"window", "terminal", "kitty", "sixel", "braille", "ascii", "file", "none", "dumb",
  "qt", "wxt", "x11"}

local is_kind, is_window = {}, {window = true, qt = true, wxt = true, x11 = true}
local is_text = {braille = true, ascii = true}
local is_inside = {terminal = true, kitty = true, sixel = true, braille = true, ascii = true}
for _, kind in ipairs(screen.kinds) do is_kind[kind] = true end

--- One line on stderr; the same text only once a process.
screen.warn = options.warn

local function set(variable)
  local value = os.getenv(variable)
  return value ~= nil and value ~= "" and value or nil
end

-- ---- the terminal -------------------------------------------------------------

--- Whether pictures can be shown in the terminal: there is one, with room. `still`: pictures that stay as they are; a
-- terminal without control sequences is good enough for them.
function screen.has_terminal(still)
  if not terminal.isatty(1) then return false end
  return panel.available(10) or still and set("TERM") == "dumb"
end

--- The kind of pictures of characters.
function screen.text_kind() return panel.is_utf8() and "braille" or "ascii" end

--- How many colours characters may have: 256, 8, or 0 where $NO_COLOR is set or
-- output goes to no terminal.
function screen.colours()
  local kind = set("TERM")
  if set("NO_COLOR") or not terminal.isatty(1) or kind == nil or kind == "dumb" then return 0 end
  if kind:find("256color") or kind:find("kitty") or kind:find("direct") or set("COLORTERM") then
    return 256
  end
  return 8
end

--- The same with 2^24 for a terminal that takes any colour.
function screen.depth()
  local colours = screen.colours()
  local said = set("COLORTERM")
  local any = said == "truecolor" or said == "24bit" or (set("TERM") or ""):find("direct") ~= nil
  return colours > 0 and any and 1 << 24 or colours
end

--- The best kind of picture that the terminal can show: kitty, sixel, braille, ascii.
function screen.terminal_kind()
  return require "gnuplot.graphics".kind() or screen.text_kind()
end

-- ---- the choice ------------------------------------------------------------------

--- What is asked for: by the caller, who is told of a mistake, or by $HECATE_PLOT.
local function wish(name, asked)
  if asked ~= nil then
    if is_kind[asked] then return asked end
    if type(asked) ~= "string" then options.wrong(name, "terminal", nil, "the name of a terminal", asked) end
    options.raise(("%s: 'terminal': unknown terminal '%s'%s (known: %s)"):format(name, asked:gsub("%c", " "),
      options.suggest(asked, screen.kinds), table.concat(screen.kinds, ", ")))
  end
  local variable = set("HECATE_PLOT")
  if variable == nil or is_kind[variable] then return variable end
  screen.warn(("HECATE_PLOT: unknown terminal '%s' (known: %s)"):format(variable,
    table.concat(screen.kinds, ", ")))
end

--- The screens to try, best first: an array of kinds, "file" always the last but
-- alone for "none"; "terminal" is to be made one of kitty, sixel, braille, ascii by
-- `terminal_kind` when it is its turn. `asked` is the caller's choice or nil; `still`: see has_terminal. Raises, for
-- `name`, when that is not a kind.
function screen.choose(name, asked, still)
  local wanted = wish(name, asked)
  if wanted == "none" then return {"none"} end
  local list = {}
  if wanted and wanted ~= "file" then
    if not is_inside[wanted] or screen.has_terminal(still) then list[1] = wanted end
    if wanted == "kitty" or wanted == "sixel" then list[#list + 1] = list[1] and screen.text_kind() end
  elseif wanted == nil then
    if set("DISPLAY") or set("WAYLAND_DISPLAY") then list[1] = "window" end
    if screen.has_terminal(still) then list[#list + 1] = "terminal" end
  end
  list[#list + 1] = "file"
  return list
end

function screen.is_window(kind) return is_window[kind] == true end

--- Whether pictures of this kind are made of characters.
function screen.is_text(kind) return is_text[kind] == true end

-- ---- windows and files ---------------------------------------------------------------

--- What gnuplot prints when it knows no window terminal.
screen.no_window = "this gnuplot has no window terminal"

--- What gnuplot prints on a line when the user closes a window that was opened with `tell`.
screen.window_closed = "hecate closed"

--- gnuplot commands that open window `number`. They try the window terminals that
-- this gnuplot was built with, and leave when there are none. `tell`: see above.
function screen.window(kind, number, title, tell)
  local names = kind == "window" and {"qt", "wxt", "x11"} or {kind}
  local script = {}
  for _, name in ipairs(names) do
    script[#script + 1] = ("if (strstrt(GPVAL_TERMINALS, ' %s ') > 0) { set terminal %s %d"
      .. " title %s noraise persist } else {"):format(name, name, number, title)
  end
  script[#script + 1] = (" print '%s'; exit "):format(screen.no_window)
  script[#script + 1] = ("}"):rep(#names)
  if tell then script[#script + 1] = ("\nbind 'Close' \"print '%s'\""):format(screen.window_closed) end
  return table.concat(script) .. "\n"
end

--- gnuplot commands after which window `number` closes when gnuplot ends, after a pause of
-- `seconds`. (Its command `close` may cut the next one short: an event of the window comes between.)
function screen.close_window(number, seconds)
  return ("pause %g\neval 'set terminal '.GPVAL_TERM.' %d nopersist'\n"):format(seconds, number)
end

--- gnuplot commands for a picture of gnuplot's own characters.
function screen.dumb(columns, rows)
  return ("set terminal dumb noenhanced size %d,%d %s\nset output\n"):format(columns, rows,
    screen.colours() > 0 and "ansi256" or "mono")
end

--- The picture of characters at the end of what gnuplot printed: warnings may stand
-- before it. An array of lines.
function screen.lines(text, rows)
  local lines = {}
  text = text:gsub("\027%[[%d;]*m%s*$", "")
  for line in text:gmatch("[^\n\f]+") do lines[#lines + 1] = line end
  return table.move(lines, math.max(1, #lines - rows + 1), #lines, 1, {})
end

return screen
