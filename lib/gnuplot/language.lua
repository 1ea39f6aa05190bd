--- Strings of the program inside commands of gnuplot: as strings of its language, which nothing can leave, and as
-- words of its language, which can neither leave their command nor run a shell.
--
-- In its double quotes gnuplot runs what stands between backquotes and puts in variables behind `@`; in its single
-- quotes a quote at the beginning is a mistake to it; braces count even in a string. So every sign that means
-- something to gnuplot is written as \ooo, its number in octal.
local arguments = require "gnuplot.arguments"
local symbols = require "gnuplot.symbols"

local language = {}

local function octal(sign) return ("\\%03o"):format(sign:byte()) end

--- `path` as a string of gnuplot, byte by byte the same.
function language.quote(path)
  return '"' .. path:gsub("[^%w /.,:=+<>()|?_%-\128-\255]", octal):gsub("\\012", "\\n") .. '"'
end

--- `path` as gnuplot may open it: one that begins with "|" or "<" is a command of a shell to it, one with "~" a
-- user's folder.
function language.path(path)
  return language.quote(path:find("^/") and path or "./" .. path)
end

--- A string with a sign in the place of each byte that does not belong to UTF-8.
local function valid(words)
  local parts, from = {}, 1
  while true do
    local n, bad = utf8.len(words, from)
    if n then break end
    parts[#parts + 1] = words:sub(from, bad - 1) .. "\u{FFFD}"
    from = bad + 1
  end
  return table.concat(parts) .. words:sub(from)
end

--- `words`, which a picture is to show, as a string of gnuplot: lines stay lines, other control characters are
-- spaces.
function language.words(words)
  words = valid(words):gsub("\r\n?", "\n"):gsub("[^\n%C]", " ")
  -- gnuplot takes its measure as of markup, and has no room for what has no width.
  if words:find("^[{}@~&]+$") then words = " " .. words end
  return language.quote(words)
end

--- Each line of `text` with at most `room` letters, "…" in the place of those that have none; nil: there is room.
function language.shorten(text, room)
  if room == nil or #text <= room then return text end
  return (valid(text):gsub("[^\n]+", function(line)
    if utf8.len(line) <= room then return line end
    return line:sub(1, utf8.offset(line, math.max(1, math.tointeger(room) - 1) + 1) - 1) .. "…"
  end))
end

--- What `text` shows by the options latex and markup in `given`, and gnuplot's word for how it is to read that.
function language.shown(name, text, given)
  if given.latex and given.markup then arguments.fail("%s: 'latex' and 'markup' exclude each other", name) end
  return given.latex and symbols(text) or text, given.markup and "enhanced" or "noenhanced"
end

-- ---- words of gnuplot's own language ---------------------------------------------------------

-- What ends a command, continues it in the next line, hides the rest of it, or runs a shell.
local refused = {
  {"[\r\n;]", "has no ';' and no line break"},
  {"`", "has no backquote, which runs a shell"},
  {"%f[%w_]system%s*%(", "does not call system(), which runs a shell"},
}
local refused_outside = {
  {"\\", "has no '\\' outside of quotes"},
  {"#", "has no '#' outside of quotes"},
  {"@", "has no '@' outside of quotes"},
}

--- What stands outside of quotes, each string as one quote `"`, and an array of the strings; nil when a quote is not
-- closed.
local function outside(words)
  local rest, strings, at = {}, {}, 1
  while true do
    local from = words:find("['\"]", at)
    if from == nil then break end
    local mark, to = words:sub(from, from), from
    repeat
      to = words:find(mark == '"' and '["\\]' or "'", to + 1)
      if to == nil then return nil end
      local escape = words:sub(to, to) == "\\"
      if escape then to = to + 1 end
    until not escape
    rest[#rest + 1] = words:sub(at, from - 1) .. '"'
    strings[#strings + 1] = words:sub(from + 1, to - 1)
    at = to + 1
  end
  return table.concat(rest) .. words:sub(at), strings
end

--- Whether brackets are closed in their order.
local function is_balanced(rest)
  local open = {}
  local partner = {[")"] = "(", ["]"] = "[", ["}"] = "{"}
  for sign in rest:gmatch "[%(%)%[%]{}]" do
    if partner[sign] == nil then open[#open + 1] = sign
    elseif table.remove(open) ~= partner[sign] then return false end
  end
  return #open == 0
end

--- Raises unless `words` of gnuplot's language, of the caller's `parameter`, stay in their command. Returns what
-- stands outside of their strings, the strings, and the function that refuses the words for a reason.
local function check_words(name, parameter, words)
  local function refuse(reason) arguments.fail("%s: '%s': a %s %s", name, parameter, parameter, reason) end
  for _, rule in ipairs(refused) do
    if words:find(rule[1]) then refuse(rule[2]) end
  end
  local rest, strings = outside(words)
  if rest == nil then refuse "has an open quote" end
  for _, rule in ipairs(refused_outside) do
    if rest:find(rule[1], 1, true) then refuse(rule[2]) end
  end
  if not is_balanced(rest) then refuse "has an open or a wrong bracket" end
  return rest, strings, refuse
end

--- Raises unless `words` are the style of one curve. Behind a comma gnuplot would read another one, whose data may
-- come from a shell; but "offset 1,2" has a comma too.
function language.check_style(name, words)
  local rest, _, refuse = check_words(name, "style", words)
  rest = rest:gsub("%b()", " "):gsub("%b[]", " "):gsub("%b{}", " ")
  for at in rest:gmatch(",()") do
    local behind = rest:match("^%s*%a*%s*[-+]?%d*%.?%d+()", at)
    local after = behind and rest:sub(behind)
    if not after or not (after:find("^%s*$") or after:find("^%s*,") or after:find("^%s+%a")) then
      refuse "is that of one curve: it has a ',' only before a number"
    end
  end
end

--- Raises unless `words` are what may follow "set palette". Its data may come from a file by its plain name, not from
-- a shell or from the commands.
function language.check_palette(name, words)
  local rest, strings, refuse = check_words(name, "palette", words)
  for at, mark, behind in rest:gmatch("%f[%w_]fil%a*%s*()(.?)()") do
    local _, nth = rest:sub(1, at):gsub('"', "")
    local after = rest:sub(behind)
    if mark ~= '"' or strings[nth]:find("^[<|%s-]") or strings[nth]:find("\\", 1, true)
      or not (after:find("^%s*$") or after:find("^%s*%a")) then
      refuse "takes its file by a plain name"
    end
  end
end

return language
