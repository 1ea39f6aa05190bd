--- Stops a running program: at breakpoints (%break file:line), line by line (step, next, out), where a watched value
-- changes. The prompt of the debugger then has the variables of the frame, live: a new value is the program's.
local brief = require "hecate.session.brief"
local fault = require "hecate.session.fault"
local source = require "hecate.session.source"
local M = {}
local create, wrap = coroutine.create, coroutine.wrap -- those of Lua

local Stepper = {}
Stepper.__index = Stepper

--- What the word `quit` raises in the program.
M.STOP = "stopped in the debugger"

function M.new(session)
  local self = setmetatable({session = session, breaks = {}, watches = {}}, Stepper)
  self.hook = function(_, line) self:at_line(line) end
  return self
end

-- ---- frames ------------------------------------------------------------------------------

--- The level, for the caller, of the frame that the hook interrupted in `thread`.
local function base(self, thread)
  local ours = coroutine.running() == thread and 1 or 0 -- the frame of this function
  local level = 0
  while debug.getinfo(thread, level, "f").func ~= self.hook do level = level + 1 end
  return level + 1 - ours
end

local function levels(thread)
  local n = 0
  while debug.getinfo(thread, n, "l") do n = n + 1 end
  return n
end

--- A variable of a live frame, as debugger.lua reads and sets those of an error. `offset`: the frame above the
-- interrupted one.
local function variable(self, thread, offset, name, index, f)
  local value = {}
  function value.get()
    if f then return select(2, debug.getupvalue(f, index)) end
    return select(2, debug.getlocal(thread, base(self, thread) + offset, index))
  end
  function value.relax() end
  local function set(new)
    if f then debug.setupvalue(f, index, new)
    else debug.setlocal(thread, base(self, thread) + offset, index, new) end
  end
  return {name = name, value = value, set = set, upvalue = f and index}
end

local function variables(self, thread, offset, f)
  local list, seen, first = {}, {}, base(self, thread) + offset
  local function add(name, index, upvalue_of)
    if name:find "^%(" or name:find "^__" or name == "_ENV" or seen[name] then return end
    seen[name] = true
    list[#list + 1] = variable(self, thread, offset, name, index, upvalue_of)
  end
  local count = 0
  while debug.getlocal(thread, first, count + 1) do count = count + 1 end
  for i = count, 1, -1 do add(debug.getlocal(thread, first, i), i) end
  for i = 1, 250 do
    local name = debug.getupvalue(f, i)
    if not name then break end
    add(name, i, f)
  end
  return list
end

--- The frames of the program, the newest first.
local function frames(self, thread)
  local list, first = {}, base(self, thread)
  for offset = 0, 40 do
    local info = debug.getinfo(thread, first + offset, "Slnfut")
    if not info then break end
    if fault.is_users(info) then info.variables = variables(self, thread, offset, info.func) end
    list[#list + 1] = info
  end
  return list
end

-- ---- stopping ------------------------------------------------------------------------------

--- Whether the interrupted frame is of the function that the expression is watched in, and has the variables that were
-- there then (a loop's local is gone at its end); the value and, of a tensor, the count of its changes.
local function watched(self, thread, watch)
  local f = debug.getinfo(thread, base(self, thread), "f").func
  if watch.func ~= f then return false end
  local list, gone = variables(self, thread, 0, f), false
  local env = setmetatable({}, {__index = function(_, name)
    for _, v in ipairs(list) do
      if v.name == name then return v.value.get() end
    end
    gone = gone or watch.locals[name] ~= nil
    return self.session.env[name]
  end})
  local chunk = load("return " .. watch.text, "=watch", "t", env)
  local good, value = pcall(chunk or error)
  if gone then return false end
  if not good then return true end
  return true, value, torch.typename(value) == "torch.Tensor" and value._version or nil
end

--- Notes the values of what is watched; the text for the first that is another than before, or nil.
local function changed(self, thread)
  local text
  for _, watch in ipairs(self.watches) do
    local here, value, version = watched(self, thread, watch)
    local is_new = here and watch.known and (not rawequal(value, watch.value) or version ~= watch.version)
    if here then watch.known, watch.value, watch.version = true, value, version end
    if is_new and not text then text = ("%s is now %s"):format(watch.text, brief.of(self.session, value)) end
  end
  return text
end

--- Reads and obeys until the program is to go on.
local function prompt(self, thread, why)
  local session = self.session
  local debugger = session:debugger()
  debug.sethook(thread)
  self.mode = nil
  debugger.enter(session, frames(self, thread), 1, self)
  if why ~= "" then session.write(why .. "\n") end
  debugger.where(session)
  if not session.knows_debugger then session.write "help tells the words of the debugger\n" end
  session.knows_debugger = true
  for _, watch in ipairs(self.watches) do
    local here, value = watched(self, thread, watch)
    if here then session.write(("%s = %s\n"):format(watch.text, brief.of(session, value))) end
  end
  repeat
    local text = session.read()
    if text == nil then self:go "quit" -- the end of the input
    elseif text then
      -- in a coroutine, for Ctrl-C: no hook runs in a hook
      local work = create(function() session:run(text) end)
      local good, message = coroutine.resume(work)
      if not good then session.write_error(tostring(message) .. "\n") end
    end
  until self.mode
  changed(self, thread) -- what was set at the prompt, or is watched from now on, is no change
  local word, deep = self.mode.word, levels(thread) - base(self, thread)
  self.mode.thread = thread
  self.mode.most = word == "next" and deep or word == "out" and deep - 1 or nil
  if word == "continue" or word == "quit" then self.mode = nil end
  debugger.leave(session)
  if word == "quit" then error(M.STOP, 0) end
  debug.sethook(thread, self.hook, "l")
end

--- Whether a step that began in a coroutine ends in this one: where it stood, it has not gone deeper; elsewhere, the
-- coroutine has yielded or ended.
local function is_there(self, thread)
  local mode = self.mode
  if not mode.most then return true end
  if mode.thread == thread then return levels(thread) - base(self, thread) <= mode.most end
  local status = coroutine.status(mode.thread)
  return status == "suspended" or status == "dead"
end

--- Why the program stops at this line ("": as it was asked to); nil: it does not.
local function reason(self, thread, line)
  local news = changed(self, thread)
  if news then return news end
  if self.mode and is_there(self, thread) then return "" end
  for i, stop in ipairs(self.breaks) do
    if stop.line == line then
      local place = debug.getinfo(thread, base(self, thread), "S").source
      local tail = place:sub(-#stop.file - 1)
      if place:sub(2) == stop.file or tail == "/" .. stop.file then return ("breakpoint %d"):format(i) end
    end
  end
end

--- The hook.
function Stepper:at_line(line)
  if not (self.mode or #self.watches > 0) then -- quick: most lines are of no interest
    local wanted = false
    for _, stop in ipairs(self.breaks) do wanted = wanted or stop.line == line end
    if not wanted then return end
  end
  local thread = coroutine.running()
  local info = debug.getinfo(thread, base(self, thread), "S")
  if source.is_library(info.source) or info.what == "C" or info.source == "=watch" then return end
  local why = reason(self, thread, line)
  if why then prompt(self, thread, why) end
end

-- ---- what the debugger asks for ------------------------------------------------------------

--- stepper:go(word): the program goes on: "step" to the next line, "next" to the next one of this function or of its
-- caller, "out" to the caller, "continue", "quit".
function Stepper:go(word) self.mode = {word = word} end

-- A hook belongs to a coroutine: those that the program makes get it when they are made.
local function follow(self)
  function coroutine.create(f)
    local thread = create(f)
    debug.sethook(thread, self.hook, "l")
    return thread
  end
  function coroutine.wrap(f)
    local resume = wrap(f)
    local _, thread = debug.getupvalue(resume, 2) -- vm/coroutine.c: behind the function of Lua's own
    debug.sethook(thread, self.hook, "l")
    return resume
  end
end

--- Before something that the session calls: whether it is to be followed by detach.
function Stepper:attach()
  local wanted = #self.breaks > 0 or #self.watches > 0 or self.mode
  if not wanted or self.session.debugging or debug.gethook() == self.hook then return false end
  debug.sethook(self.hook, "l")
  follow(self)
  return true
end

function Stepper:detach()
  self.mode = nil
  coroutine.create, coroutine.wrap = create, wrap
  if debug.gethook() == self.hook then debug.sethook() end
end

return M
