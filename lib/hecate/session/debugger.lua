--- %debug: looks into the frames of the last error. While it lasts, inputs are run with the
-- variables of the current frame; `up`, `down`, `where`, `locals` and `quit` move about.
-- The frames are those the error left behind: a new value of a local is seen here, one of an
-- upvalue by the program too.
local fault = require "hecate.session.fault"
local source = require "hecate.session.source"
local M = {}

local function frame_of(session) return session.debugging.frames[session.debugging.at] end

local function where(session)
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

--- The environment of inputs: variables of the frame, then the globals.
local function environment(session)
  return setmetatable({}, {
    __index = function(_, name)
      local v = find(frame_of(session), name)
      if v then return v.value:get() end
      return session.globals[name]
    end,
    __newindex = function(_, name, value)
      local info = frame_of(session)
      local v = find(info, name)
      if not v then
        session.globals[name] = value
        return
      end
      v.value = require "hecate.session.hold".new(value)
      if v.upvalue then debug.setupvalue(info.func, v.upvalue, value) end
    end,
  })
end

local function locals(session)
  local info = frame_of(session)
  if not info.variables or #info.variables == 0 then return session.write "no variables\n" end
  for _, v in ipairs(info.variables) do
    local text = session:format(v.value:get()):gsub("\n", "\n" .. (" "):rep(#v.name + 3))
    session.write(("%s = %s%s\n"):format(v.name, text, v.upvalue and "  (upvalue)" or ""))
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
  where(session)
end

--- Ends it; whether it was on.
function M.leave(session)
  if not session.debugging then return false end
  session.env, session.debugging, session.globals = session.globals, nil, nil
  return true
end

local words = {
  up = function(session, n) move(session, 1, n) end,
  down = function(session, n) move(session, -1, n) end,
  where = function(session)
    for i, info in ipairs(session.debugging.frames) do
      if fault.is_users(info) or session.full_traceback then
        session.write(("%s %s\n"):format(i == session.debugging.at and "→" or " ", fault.describe_frame(info)))
      end
    end
    where(session)
  end,
  locals = locals,
  quit = M.leave,
}
for short, long in pairs {u = "up", d = "down", w = "where", q = "quit", bt = "where", exit = "quit"} do
  words[short] = words[long]
end

--- Whether the input is a word of the debugger, which is then obeyed. A variable of one
-- letter comes before a word of one letter.
function M.obey(session, text)
  local word, number = text:match "^(%a+)%s*(%d*)$"
  local f = word and words[word]
  if not f or #word == 1 and session.env[word] ~= nil then return false end
  f(session, number)
  return true
end

local function start(session, argument)
  if argument ~= "" then error(("%%debug: expected nothing, got '%s'"):format(argument), 0) end
  local failure = session.failure
  if not failure or not failure.at then error("%debug: there was no error to look into", 0) end
  M.leave(session)
  session.debugging = {frames = failure.frames, at = failure.at}
  session.globals = session.env
  session.env = environment(session)
  session.write(failure.message .. "\n")
  where(session)
  session.write "up, down, where, locals, quit; anything else is run with the variables of the frame\n"
end

M[1] = {name = "debug", usage = "%debug", run = start,
  doc = "looks into the frames of the last error\n" ..
    "up, down, where and locals show them, quit (or Ctrl-D) ends it. Anything else is run as\n" ..
    "usual, with the variables of the frame, which can be read and set. Large values are there\n" ..
    "until the next input that is no command."}
return M
