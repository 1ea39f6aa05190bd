--- The session: runs inputs one after the other and shows what they return. The terminal
-- (vm/session/session.c) and the notebook both use it:
--
--     local s = require "hecate.session".new {write = function(text) io.write(text) end}
--     s:is_complete "for i = 1, 2 do"  --> "incomplete"
--     s:execute "1 + 1"                --> writes "2\n"; {ok = true, results = {2, n = 1}}
--
-- An input is an expression if it can be, else statements, of which the last may be an expression
-- behind a ";". "=" in front says that it is an expression, ";" at the end that its results are not shown. Lines that
-- begin with "%", "!"
-- or "?" are commands (commands.lua), of the shell, and for the help.
local torch = require "torch"
local values = require "hecate.session.values"
local locals = require "hecate.session.locals"
local reload = require "hecate.session.reload"
local results = require "hecate.session.results"
local tokens = require "hecate.session.tokens"
local M = {}

local Session = {}
Session.__index = Session
M.Session = Session

-- ---- what an input is -------------------------------------------------------------------

local function trim(text) return text:match "^%s*(.-)%s*$" end

--- The text up to its last ";" and the expression behind it, as in "x = 2; x"; nil where there is none.
local function split_last(text)
  local list = text:find(";", 1, true) and tokens.read(text) or {}
  for i = #list - 1, 1, -1 do
    local t = list[i]
    if t.kind == "symbol" and t.text == ";" then
      local last = text:sub(t.finish + 1)
      if not load("return " .. last) then return nil end
      return text:sub(1, t.finish), last
    end
  end
end

local function returning(text)
  local front, last = split_last(text)
  return front and front .. " return " .. last
end

local function compile(text, name, env, prefix)
  local expression = text:match "^%s*=(.*)$"
  local chunk, message = load("return " .. (expression or text), name, "t", env)
  if chunk or expression then return chunk, message, chunk ~= nil end
  prefix = prefix or ""
  local with_return = returning(text)
  chunk = with_return and load(prefix .. with_return, name, "t", env)
  if not chunk then chunk, message = load(prefix .. text, name, "t", env) end
  return chunk, message, false
end

local function is_silenced(text) return text:find ";%s*$" ~= nil end

--- The command line of an input, if it is one: "%time f()", "!ls", "?x", "x?", "x = !ls".
local function command_of(text)
  if text:find "^[%%!?]" then return text end
  if text:find "^[%w_.:%s]+=%s*!" and not text:find "\n" then return text end
  if text:find "^[%a_][%w_.:]*%?%??$" then return text end
  return nil
end

--- Whether a text is one input: "complete", "incomplete" or "invalid".
local function state_of(self, text)
  local line = trim(text)
  if command_of(line) then
    local statement = line:find "^%%" and require "hecate.session.commands".statement(line)
    return statement and state_of(self, statement) == "incomplete" and "incomplete" or "complete"
  end
  text = text .. "\n" -- a string does not go on in the next line
  local expression = text:match "^%s*=(.*)$"
  local chunk, message = load("return " .. (expression or text), "=input", "t", self.env)
  if chunk then return "complete" end
  if message:sub(-5) == "<eof>" then return "incomplete" end
  if expression then return "invalid" end
  chunk, message = load(returning(text) or text, "=input", "t", self.env)
  if chunk then return "complete" end
  return message:sub(-5) == "<eof>" and "incomplete" or "invalid"
end

local MOST = 1000 -- lines that are looked at one by one

--- The inputs that the lines of a text are one after the other, where they are not one input
-- together: what was copied from a session. Else nil.
local function several(self, text)
  local list, part, count = {}, "", 0
  if not text:find "\n" or state_of(self, text) == "complete" then return nil end
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do
    part, count = part .. (part == "" and "" or "\n") .. line, count + 1
    if count > MOST then return nil end
    local state = state_of(self, part)
    if state == "invalid" then return nil end -- more lines do not help
    if trim(part) == "" then part = ""
    elseif state == "complete" then list[#list + 1], part = part, "" end
  end
  return part == "" and #list > 1 and list or nil
end

--- s:is_complete(text): "complete", "incomplete" (more lines may make it run) or "invalid".
function Session:is_complete(text)
  local state = state_of(self, text)
  return state ~= "complete" and several(self, text) and "complete" or state
end

--- Of files.lua: whether an input is a command, and which line.
Session.command_of = function(text) return command_of(trim(text)) end

--- Of files.lua: an input as a part of a program, which prints what the session shows; nil where that is nothing.
function Session.as_program(text)
  local front, last = "", text:match "^%s*=(.*)$" or text:match "^%s*return%f[^%w_](.*)$"
  if not last and load(text) then return text end
  last = last or text
  if not load("return " .. last) then front, last = split_last(text) end
  if not front or is_silenced(last) then return nil end
  return ("%s%sprint(%s%s)"):format(front, front == "" and "" or " ", trim(last), last:find "%-%-" and "\n" or "")
end

--- s:debugger(): its words, which load when they are needed.
function Session:debugger() return require "hecate.session.debugger" end

--- s:prompt(): what stands before the first line of an input.
function Session:prompt() return self.debugging and "debug> " or "> " end

--- s:leave(): what the end of the input does: it leaves %debug (true) or the session (false).
function Session:leave() return self.debugging ~= nil and self:debugger().leave(self) end

--- Lets go of what is large in the results and in the frames of the last error.
function Session:relax(text)
  self.results:relax(text)
  for _, info in ipairs(self.failure and self.failure.frames or {}) do
    for _, v in ipairs(info.variables or {}) do v.value:relax() end
  end
end

-- ---- running ----------------------------------------------------------------------------

--- Calls f(...) with the handler that describes errors. Returns a result as of execute.
-- `owner`: the chunk whose locals become globals when it fails.
function Session:call(f, owner, ...)
  local failure
  local steps = self.stepper and self.stepper:attach()
  local packed = table.pack(xpcall(f, function(message)
    if self.stepper and message == require "hecate.session.stepper".STOP then
      failure = {message = message, report = message}
      return failure
    end
    if owner then locals.export(owner, self.env) end
    failure = require "hecate.session.fault".capture(self, message)
    return failure
  end, ...))
  if steps then self.stepper:detach() end
  if packed[1] then return {ok = true, results = table.pack(table.unpack(packed, 2, packed.n))} end
  if not failure then failure = {message = tostring(packed[2]), report = tostring(packed[2])} end
  self.failure = failure.frames and failure or self.failure
  return {ok = false, error = failure.message, report = failure.report, traceback = failure.traceback}
end

--- Runs Lua; a result as of execute. `name`: of the chunk, by default that of this input.
function Session:run_lua(text, name)
  local label = name or ("=input[%d]"):format(self.count)
  local prefix = locals.prefix(text)
  local chunk, message, is_expression = compile(text, label, self.env, prefix)
  if not chunk then return {ok = false, error = message, report = self:syntax_report(text, message)} end
  if not name then require "hecate.lint".tell(label:sub(2), text, self.env) end -- behind the "="
  if prefix ~= "" and not is_expression then locals.prepare(chunk, self.env) end
  return self:call(chunk, prefix ~= "" and not is_expression and chunk or nil)
end

--- What is told of a syntax error: the message and, in a longer input, the line.
function Session:syntax_report(text, message)
  return require "hecate.session.fault".syntax_report(self, text, message)
end

--- Shows results; one that cannot be shown is an error as any other.
function Session:show(packed)
  if packed.n == 0 then return {ok = true} end
  return self:call(function() self.write(values.format_all(packed, self:options()) .. "\n") end)
end

--- Whether an input is the word "help" alone, which the program has not made its own.
local function asks_for_help(self, line)
  local help = line == "help" and not self.debugging and rawget(self.env, "help")
  return type(help) == "function" and debug.getinfo(help, "S").source:find "^@lib/hecate/" ~= nil
end

--- s:execute(text): runs an input, or several on lines of their own, and shows the results. Returns {ok =, results =
-- table.pack(...), silent =} or {ok = false, error = message, report = all there is to tell,
-- traceback = array of its lines}. `options.silent`: nothing is shown or remembered;
-- `options.source`: the text as the user wrote it, line by line.
function Session:execute(text, options)
  local line = trim(text)
  local quiet = options and options.silent
  if self.on_terminal then torch._C.print_window(self.width()) end
  if line == "" then return {ok = true, results = {n = 0}, silent = true} end
  local parts = not self.debugging and several(self, text)
  for i = 1, parts and #parts or 0 do
    local result = self:execute(parts[i], options)
    if i == #parts or not result.ok then return result end
  end
  if not quiet then
    self.count = self.count + 1
    self.inputs[self.count] = options and options.source or text
  end
  local command = asks_for_help(self, line) and "?" or command_of(line)
  if not command and not self.debugging then self:relax(text) end
  if self.before_input then
    local ok, message = pcall(self.before_input, self) -- Ctrl-C, most likely
    if not ok then return {ok = false, error = tostring(message)} end
  end
  local result
  if self.debugging and self:debugger().obey(self, line) then result = {ok = true}
  elseif command then result = require "hecate.session.commands".run(self, command)
  else result = self:run_lua(text) end
  reload.watch()
  local pictures = torch._C.loaded["gnuplot.pending"]
  if pictures then pictures.settle_whole() end
  if not result.ok then return result end
  result.results = result.results or {n = 0}
  result.silent = quiet or is_silenced(text) or result.results.n == 0
  if result.silent then return result end
  self.results:add(result.results[1])
  local shown = self:show(result.results)
  return shown.ok and result or shown
end

--- Whether an input only leaves the session: "exit", "quit()".
local function leaves(self, text)
  local name = text:match "^%s*(%a+)%s*%(?%s*%)?%s*;?%s*$"
  return (name == "exit" or name == "quit") and not self.debugging and self.exit ~= nil
    and rawget(self.env, name) == self.exit
end

--- s:run(text): execute, and the error is written too. What the terminal calls. The result of an input that leaves
-- the session says so: {leave = true}.
function Session:run(text)
  if leaves(self, text) then return {ok = true, leave = true} end
  local result = self:execute(text)
  if not result.ok then self:tell(result) end
  return result
end

--- Writes an error; after the ^C of a terminal on a line of its own.
function Session:tell(result)
  local interrupted = result.error == "interrupted" and self.on_terminal
  self.write_error((interrupted and "\n" or "") .. (result.report or result.error) .. "\n")
end

--- Runs a file (nil: standard input) whose locals become globals, also where it stops by an
-- error. Returns a result as of execute.
function Session:run_file(name, ...)
  local file, message = io.stdin, nil
  if name then file, message = io.open(name, "rb") end
  local text = file and file:read "a"
  if name and file then file:close() end
  if not text then return {ok = false, error = "cannot open " .. (message or name)} end
  text = text:gsub("^\xEF\xBB\xBF", ""):gsub("^#[^\n]*", "")
  local prefix, source_name = locals.prefix(text), name and "@" .. name or "=stdin"
  torch._C.strict(source_name)
  local chunk, wrong = load(prefix .. text, source_name, nil, self.env)
  if not chunk then return {ok = false, error = require "hecate.syntax".explain(wrong, nil, text)} end
  require "hecate.lint".tell(source_name:sub(2), text)
  if prefix ~= "" then locals.prepare(chunk, self.env) end
  return self:call(chunk, chunk, ...)
end

--- s:script(name, ...): run_file, and the error is written: what -i does. Returns whether
-- there was none.
function Session:script(name, ...)
  local result = self:run_file(name, ...)
  reload.watch()
  if not result.ok then self:tell(result) end
  return result.ok
end

--- s.page(text): writes a text that may be longer than the window.

--- s:format(value): its text as the session shows it.
function Session:format(value) return values.format(value, self:options()) end

function Session:options() return {width = self.width() - 2, color = self.color} end

-- ---- the environment ----------------------------------------------------------------------

--- s:help(): the help, which knows the source of what the inputs define.
function Session:help()
  local help = require "hecate.help"
  setmetatable(help.chunks, {__index = function(_, chunk)
    local number = chunk:match "^=input%[(%d+)%]$"
    return number and self.inputs[tonumber(number)]
  end})
  return help
end

--- The functions of the help load when one is called.
local function install_help(session)
  for _, name in ipairs {"help", "apropos"} do
    session.env[name] = session.env[name] or function(...)
      local help = session:help()
      help.install(session.env, function(text) session.page(text .. "\n") end, function() return session:options() end)
      return session.env[name](...)
    end
  end
end

--- With `on`, reading a global that does not exist is an error (as it is at first), and one that a function creates is
-- told of. With false neither.
function Session:set_strict(on)
  local meta = getmetatable(self.env) or {}
  torch._C.strict(on)
  meta.__newindex = nil
  if not on then return end
  meta.__newindex = function(env, name, value)
    local info = debug.getinfo(2, "Sl")
    if info and info.what == "Lua" and not info.source:find "^@lib/" then
      self.write_error(("%s:%d: the global '%s' is made in a function\n"):format(info.short_src, info.currentline,
        name))
    end
    rawset(env, name, value)
  end
  setmetatable(self.env, meta)
end

--- s:set_highlight(on): whether blocks are coloured and continued from the history while they are typed.
function Session:set_highlight(on)
  require "hecate.session.paint".on = on
end

--- Whether a global of that name is one of the last results.
function Session:is_result(name) return name == "ans" or name:find "^_[1-9]$" ~= nil end

--- session.new {write =, write_error =, width =, color =, env =}: a session. write and
-- write_error (default: stdout, stderr) get text, `width` (a function, default 80) tells the
-- columns, `color` whether escape sequences for colours are wanted, `env` (default _G) holds
-- the globals.
function M.new(options)
  options = options or {}
  local session = setmetatable({
    write = options.write or function(text) io.stdout:write(text) end,
    write_error = options.write_error or function(text)
      io.stdout:flush()
      io.stderr:write(text)
    end,
    width = options.width or function() return 80 end,
    color = options.color or false, env = options.env or _G,
    count = 0, inputs = {},
  }, Session)
  session.page = session.write
  session.results = results.new(session.env)
  install_help(session)
  torch._C.note_places(true) -- errors of backward passes name lines
  session.initial = {} -- the globals that are not the user's
  for name in next, session.env do session.initial[name] = true end
  for name in next, (getmetatable(session.env) or {}).__lazy or {} do session.initial[name] = true end
  return session
end

return M
