--- %break: where a program stops for the debugger.
local source = require "hecate.session.source"
local M = {}

--- The session's stepper, made at first use. `who` needs it.
function M.stepper(session, who)
  if not session.read then error(who .. ": only a session that reads lines can stop a program", 0) end
  session.stepper = session.stepper or require "hecate.session.stepper".new(session)
  return session.stepper
end

local function list(session)
  local stepper = session.stepper
  local nothing = true
  for i, stop in ipairs(stepper and stepper.breaks or {}) do
    nothing = false
    session.write(("%d  %s:%d\n"):format(i, stop.file, stop.line))
  end
  for _, watch in ipairs(stepper and stepper.watches or {}) do
    nothing = false
    session.write(("watch %s\n"):format(watch.text))
  end
  if nothing then session.write "no breakpoints\n" end
end

--- The chunk name, as a breakpoint keeps it, and the line of "file:line" or of a function.
local function place(session, words)
  local file, line = words:match "^(.-):(%d+)$"
  if file then
    if file:find "^%d+$" then file = ("input[%s]"):format(file) end
    return file, math.tointeger(tonumber(line))
  end
  local chunk = load("return " .. words, "=break", "t", session.env)
  local good, value = pcall(chunk or error)
  if not good or type(value) ~= "function" or debug.getinfo(value, "S").what == "C" then
    error(("%%break: expected file:line or a function of Lua, got '%s'"):format(words), 0)
  end
  local info = debug.getinfo(value, "SL")
  local first = math.huge
  for active in pairs(info.activelines) do
    if active > info.linedefined or info.linedefined == info.lastlinedefined then first = math.min(first, active) end
  end
  return info.source:sub(2), first
end

--- Whether a line of Lua has nothing that is run where it stands: it is blank or a comment, ends a block or begins a
-- function.
local function is_idle(line)
  return not line:find "%S" or line:find "^%s*%-%-" or line:find "^%s*end%f[^%w_]" or line:find "^%s*else%s*$"
    or line:find "%f[%w_]function%f[^%w_].*%)%s*$"
end

--- The first line from `line` on at which something runs.
local function with_code(session, file, line)
  local lines = source.lines("@" .. file) or source.lines("=" .. file, session.inputs)
  if not lines then error(("%%break: cannot read %s"):format(file), 0) end
  local at = line
  while lines[at] and is_idle(lines[at]) do at = at + 1 end
  if not lines[at] then error(("%%break: %s has no code from line %d on"):format(file, line), 0) end
  return at
end

local function run(session, words)
  if words == "" then return list(session) end
  local stepper = M.stepper(session, "%break")
  local off = words:match "^off%s*(%d*)$"
  if off == "" then
    stepper.breaks, stepper.watches = {}, {}
    return
  end
  if off then
    local number = math.tointeger(tonumber(off))
    if not stepper.breaks[number] then error(("%%break: there is no breakpoint %s"):format(off), 0) end
    table.remove(stepper.breaks, number)
    return
  end
  local file, line = place(session, words)
  line = with_code(session, file, line)
  table.insert(stepper.breaks, {file = file, line = line})
  session.write(("%d  %s:%d\n"):format(#stepper.breaks, file, line))
end

--- Of the debugger: the program stops where the value of the expression changes in the function `f`.
function M.watch(session, text, f, locals)
  local chunk, message = load("return " .. text, "=watch", "t")
  if not chunk then return session.write(message .. "\n") end
  table.insert(M.stepper(session, "watch").watches, {text = text, func = f, locals = locals})
end

M[1] = {name = "break", usage = "%break [file:line or function]", run = run, takes_files = true,
  doc = "stops programs there, for the debugger; lists the breakpoints\n" ..
    "%break train.lua:12 before %run train.lua; %break f; %break 3:1 is line 1 of input 3.\n" ..
    "%break off removes all of them and what is watched, %break off 2 one. Programs run slower\n" ..
    "while there are any. %debug? tells what the debugger can do."}
return M
