--- What a program says that is right in Lua and surely not meant: a result that is dropped, a tensor that is compared
-- with a number by ==. Lua runs it without a word, so it is told before the program runs, as a warning with its line.
-- A program of which nothing looks like it is not read any further.
local lint = {}

--- One of these is in a program of which something may be told.
local SIGNS <const> = {
  "\n%s*[%a_][%w_%[%]]*:%l[%w_]*%b()%s*%f[\n;%-]", "\n%s*torch%.%l[%w_]*%b()%s*%f[\n;%-]", "[:.]a[nl][yl]%s*%(",
  "[%w_%)%]]%s*[=~]=%s*%-?[%dtf]", "%)%s*%[%s*[12]%s*%]", "%.item%s*[^%s(%w_]", "%.item%s*\n", "%.is_available%s+%a",
  "%f[%w_][gtnFo][%w.]*%.%l[%w_]*%s*=%s*[^%s=]", "%.shape%f[^%w_%[.]", ":size%(%)", "%.train%s*=", "%.eval%s*=",
}

--- The number of the line in which the token begins.
local function line_of(scan, i)
  local _, n = scan.text:sub(1, scan.tokens[i].start):gsub("\n", "")
  return n + 1
end

--- Whether the program may say one of these things.
local function is_suspicious(text)
  text = "\n" .. text .. "\n"
  for _, sign in ipairs(SIGNS) do
    if text:find(sign) then return true end
  end
  return false
end

--- lint.warnings(text, env): what is told of a program, {{line =, text =}, …} in the order of its lines. `env`: the
-- globals of the session whose input it is, which shows what an input gives; nil: a script.
function lint.warnings(text, env)
  local list, seen = {}, {}
  if not is_suspicious(text) then return list end
  local about = {text = text, env = env, measures = env or text:find "os%.clock" or text:find "profile"}
  function about.tell(scan, chain, message)
    local line = line_of(scan, chain.start)
    if seen[line] then return end
    seen[line] = true
    list[#list + 1] = {line = line, text = message, variable = chain.variable}
  end
  require "hecate.lint.scan"(about, require "hecate.lint.rules")
  local told = {}
  for _, warning in ipairs(list) do -- a variable may turn out to hold other things as well
    if not (warning.variable and warning.variable.mixed) then told[#told + 1] = warning end
  end
  table.sort(told, function(a, b) return a.line < b.line end)
  return told
end

--- lint.tell(name, text, env): warns of what the program says; `name`: as it is called in messages. Without a text,
-- name is that of its file. HECATE_STRICT=0 in the environment turns it off.
function lint.tell(name, text, env)
  if os.getenv "HECATE_STRICT" == "0" then return end
  if not text then
    local file = io.open(name, "rb")
    text = file and file:read(1 << 20) or ""
    if file then file:close() end
  end
  local ok, list = pcall(lint.warnings, text, env)
  for _, warning in ipairs(ok and list or {}) do
    warn "@torch"
    warn(("%s:%d: %s"):format(name, warning.line, warning.text))
  end
end

return lint
