--- %debug: looks into the frames of the last error, or of a program that stepper.lua has stopped. While it lasts,
-- inputs are run with the variables of the current frame; `up`, `down`, `where`, `locals` and `quit` move about. The
-- frames of an error are left behind: a new value of a local is seen here, one of an upvalue by the program too.
local brief = require "hecate.session.brief"
local fault = require "hecate.session.fault"
local source = require "hecate.session.source"
local M = {}

local function frame_of(session) return session.debugging.frames[session.debugging.at] end

--- Shows the current frame with its lines.
function M.where(session)
  local info = frame_of(session)
  session.write(fault.describe_frame(info) .. "\n")
  local lines = source.lines(info.source, session.inputs)
  if lines and lines[info.currentline] then session.write(source.around(lines, info.currentline, 4) .. "\n") end
end

local function find(info, name)
  for _, v in ipairs(info.variables or {}) do
    if v.name == name then return v end
  end
end

--- The environment of inputs: variables of the frame, then the globals. What was made in it and runs later has the
-- globals alone.
local function environment(session)
  local state, globals = session.debugging, session.globals
  local function variable(name) return session.debugging == state and find(frame_of(session), name) end
  return setmetatable({}, {
    __index = function(_, name)
      local v = variable(name)
      if v then return v.value:get() end
      return globals[name]
    end,
    __newindex = function(_, name, value)
      local v = variable(name)
      if not v then
        globals[name] = value
        return
      end
      if v.set then return v.set(value) end
      v.value = require "hecate.session.hold".new(value)
      if v.upvalue then debug.setupvalue(frame_of(session).func, v.upvalue, value) end
    end,
  })
end

local function locals(session)
  local info = frame_of(session)
  if not info.variables or #info.variables == 0 then return session.write "no variables\n" end
  for _, v in ipairs(info.variables) do
    session.write(("%s = %s%s\n"):format(v.name, brief.of(session, v.value:get()), v.upvalue and "  (upvalue)" or ""))
  end
end

--- To the next frame of the user's program, in the direction of `step`.
local function move(session, step, times)
  local d = session.debugging
  for _ = 1, tonumber(times) or 1 do
    local at = d.at + step
    while d.frames[at] and not (fault.is_users(d.frames[at]) or session.full_traceback) do at = at + step end
    if not d.frames[at] then
      session.write(step > 0 and "this is the outermost frame\n" or "this is the innermost frame\n")
      break
    end
    d.at = at
  end
  M.where(session)
end

--- Begins with a frame. `stepper`: that has stopped the program; nil after an error.
function M.enter(session, frames, at, stepper)
  M.leave(session)
  session.debugging = {frames = frames, at = at, stepper = stepper}
  session.globals = session.env
  session.env = environment(session)
end

--- Ends it; whether it was on.
function M.leave(session)
  if not session.debugging then return false end
  session.env, session.debugging, session.globals = session.globals, nil, nil
  return true
end

--- A word that lets a stopped program go on.
local function go(word)
  return function(session)
    local stepper = session.debugging.stepper
    if not stepper then return session.write(word .. ": the program has ended by the error\n") end
    stepper:go(word)
  end
end

local GOING <const> = [[
step [s], next [n], out     to the next line; of this function; to the caller
continue [c]                to the next breakpoint (%break file:line makes one)
watch expression            stops where its value changes
]]
local LOOKING <const> = [[
where [w], up [u], down [d] the frames; to the caller of this one and back
locals                      the variables of the frame; name = value sets one
quit [q], Ctrl-D            ends it; all else is run with the variables of the frame
]]

--- The words and what they do.
local function tell_words(session) session.write((session.debugging.stepper and GOING or "") .. LOOKING) end

local words = {
  help = tell_words, step = go "step", next = go "next", out = go "out", continue = go "continue",
  up = function(session, n) move(session, 1, n) end,
  down = function(session, n) move(session, -1, n) end,
  where = function(session)
    for i, info in ipairs(session.debugging.frames) do
      if fault.is_users(info) or session.full_traceback then
        session.write(("%s %s\n"):format(i == session.debugging.at and "→" or " ", fault.describe_frame(info)))
      end
    end
    M.where(session)
  end,
  locals = locals,
  quit = function(session)
    if session.debugging.stepper then session.debugging.stepper:go "quit" else M.leave(session) end
  end,
}
for short, long in pairs {h = "help", u = "up", d = "down", w = "where", q = "quit", bt = "where", exit = "quit",
  s = "step", n = "next", c = "continue", cont = "continue", finish = "out"} do
  words[short] = words[long]
end

--- Whether the input is a word of the debugger, which is then obeyed. A variable of one
-- letter comes before a word of one letter.
function M.obey(session, text)
  local word, number = (text == "?" and "help" or text):match "^(%a+)%s*(%d*)$"
  local watch = text:match "^watch%s+(.+)$"
  if watch then
    local info, locals_of = frame_of(session), {}
    for _, v in ipairs(info.variables or {}) do locals_of[v.name] = true end
    require "hecate.session.breaks".watch(session, watch, info.func, locals_of)
    return true
  end
  local f = word and words[word]
  local is_variable = word and #word == 1
    and (find(frame_of(session), word) or rawget(session.env, word) ~= nil or rawget(session.globals, word) ~= nil)
  if not f or is_variable then return false end
  f(session, number)
  return true
end

--- With a statement: runs it, and stops at its first line.
local function start(session, statement)
  if statement ~= "" then
    local stepper = require "hecate.session.breaks".stepper(session, "%debug")
    stepper:go "step"
    return session:run_lua(statement)
  end
  local failure = session.failure
  if not failure or not failure.at then error("%debug: there was no error to look into", 0) end
  M.enter(session, failure.frames, failure.at)
  session.write(failure.message .. "\n")
  M.where(session)
  session.write "up, down, where, locals, quit, help; anything else is run with the variables of the frame\n"
end

M[1] = {name = "debug", usage = "%debug [statement]", run = start, statement = true,
  doc = "looks into the frames of the last error, or runs a statement line by line\n" ..
    "up, down, where and locals show the frames, quit (or Ctrl-D) ends it. Anything else is run as\n" ..
    "usual, with the variables of the frame, which can be read and set. After an error large values\n" ..
    "are there until the next input that is no command. In a program that goes on: step to the next\n" ..
    "line, next to the next one of this function, out to the caller, continue to the next breakpoint\n" ..
    "(%break?), watch expression to stop where its value changes; quit ends the program."}
return M
