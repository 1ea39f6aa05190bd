--- Pictures of pixels inside the terminal: what it can show, and how a picture of
-- gnuplot's reaches it. Kitty's protocol takes a PNG in base64; sixel terminals take what
-- gnuplot prints.
local output = require "gnuplot.output"
local terminal = require "torch.utils.terminal"

local graphics = {}

-- ---- what the terminal can do ---------------------------------------------------

local PATIENCE = 1 -- seconds for the answer of a far terminal; nearly all answer at once

--- Does the terminal know kitty's graphics? How big is a cell? What is its name? What can
-- it do?
local QUERY = "\027_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\027\\\027[16t\027[>0q\027[c"

--- Whether a request may be sent: tmux and screen swallow pictures, and some terminals
-- print what they do not know.
local function may_ask()
  local kind = os.getenv("TERM") or ""
  if os.getenv("TMUX") or os.getenv("STY") then return false end
  for _, name in ipairs{"^screen", "^tmux", "^linux", "^dumb", "^vt1", "^emacs", "^cygwin"} do
    if kind:find(name) then return false end
  end
  return kind ~= "" and terminal.isatty(0)
end

local found -- what the terminal said: {kitty =, sixel =, drifts =, width =, height =}

--- What the terminal can do, as it says itself. It is asked once.
local function capabilities()
  if found then return found end
  local reply = may_ask() and terminal.ask(QUERY, PATIENCE) or ""
  found = {kitty = reply:find("\027_Gi=31;OK", 1, true) ~= nil}
  local attributes = reply:match("\027%[%?([%d;]+)c")
  found.sixel = attributes ~= nil and (";" .. attributes .. ";"):find(";4;", 1, true) ~= nil
  found.drifts = reply:find("\027P>|XTerm", 1, true) ~= nil
  local height, width = reply:match("\027%[6;(%d+);(%d+)t")
  found.width, found.height = tonumber(width), tonumber(height)
  return found
end

--- "kitty", "sixel" or nil: the terminal shows no pictures.
function graphics.kind()
  local can = capabilities()
  return can.kitty and "kitty" or can.sixel and "sixel" or nil
end

--- Whether pictures move with what scrolls elsewhere on the screen, as xterm's do: they
-- cannot stand still below text then.
function graphics.drift() return capabilities().drifts end

--- Width and height of a cell in pixels.
local function cell()
  local columns, rows, across, down = terminal.size()
  if across > 0 and down > 0 then return across // columns, down // rows end
  local can = capabilities()
  return can.width or 8, can.height or 16
end

-- ---- how a picture gets there -------------------------------------------------------

--- Points of the letters in a picture `height` pixels high: small ones leave gnuplot
-- room for its ticks.
local function font_size(height) return math.max(7, math.min(12, height // 32)) end

--- What gnuplot.script is told of a picture on `columns` by `rows` cells.
function graphics.view(columns, rows)
  local width, height = cell()
  return {size = {columns * width, rows * height}, points = font_size(rows * height)}
end

--- gnuplot commands for a picture of `kind` on `columns` by `rows` cells.
function graphics.commands(kind, columns, rows)
  local width, height = cell()
  width, height = columns * width, rows * height
  if kind == "kitty" then
    return output.terminal("png", {size = {width, height}}) .. ("set termoption font ',%d'\nset output\n"):format(
      font_size(height))
  end
  height = math.max(6, height // 6 * 6) -- a sixel is six pixels high
  return ("if (strstrt(GPVAL_TERMINALS, ' sixelgd ') > 0) { set terminal sixelgd truecolor size"
    .. " %d,%d font ',%d' } else { print '%s'; exit }\nset output\n"):format(width, height,
      font_size(height), graphics.no_sixel)
end

--- What gnuplot prints when it cannot make sixels.
graphics.no_sixel = "this gnuplot has no sixel terminal"

local PAIRS = {} -- twelve bits as two letters of base64
local LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
for i = 0, 4095 do
  local a, b = (i >> 6) + 1, (i & 63) + 1
  PAIRS[i] = LETTERS:sub(a, a) .. LETTERS:sub(b, b)
end

--- The bytes of `text` as base64.
function graphics.base64(text)
  local list, missing = {}, -#text % 3
  text = text .. ("\0"):rep(missing)
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    list[#list + 1] = PAIRS[a << 4 | b >> 4]
    list[#list + 1] = PAIRS[(b & 15) << 8 | c]
  end
  local code = table.concat(list)
  return code:sub(1, #code - missing) .. ("="):rep(missing)
end

local CHUNK = 4096   -- bytes of base64 in one of kitty's commands
local PICTURE = 7301 -- kitty's number of a picture that is shown again and again

--- Kitty's commands for a PNG that covers `columns` by `rows` cells from the cursor on.
-- With `number` it takes the place of the last one of that number.
local function kitty(png, columns, rows, number)
  local code, list = graphics.base64(png), {}
  local head = ("a=T,f=100,q=2,C=1,c=%d,r=%d%s,"):format(columns, rows,
    number and (",i=%d,p=1"):format(number) or "")
  for from = 1, #code, CHUNK do
    list[#list + 1] = ("\027_G%sm=%d;%s\027\\"):format(from == 1 and head or "",
      from + CHUNK <= #code and 1 or 0, code:sub(from, from + CHUNK - 1))
  end
  return table.concat(list)
end

--- What draws a picture at the cursor, from what gnuplot printed for `commands`; nil
-- when that is no picture. `number`: of a picture that replaces its predecessor, or nil.
function graphics.wrap(kind, text, columns, rows, number)
  if kind == "kitty" then
    local from = text:find("\137PNG\r\n\26\n", 1, true)
    local stop = from and select(2, text:find("IEND....", from))
    return stop and kitty(text:sub(from, stop), columns, rows, number and PICTURE + number)
  end
  return text:match("\027P[%d;]*q.-\027\\")
end

--- What removes the picture `number` of kitty; sixels go when text is written over them.
function graphics.remove(kind, number)
  return kind == "kitty" and ("\027_Ga=d,d=I,i=%d,q=2\027\\"):format(PICTURE + number) or ""
end

return graphics
