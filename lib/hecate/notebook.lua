--- The Jupyter kernel: answers the requests of a notebook with a session (hecate.session).
-- One request after the other, in the thread of Lua; only a running cell can be
-- interrupted, and what it has made stays.
local cell = require "hecate.notebook.cell"
local Channel = require "hecate.notebook.channel"
local display = require "hecate.notebook.display"
local input = require "hecate.notebook.input"
local interrupt = require "hecate.interrupt"
local json = require "torch.json"
local plots = require "hecate.notebook.plots"
local sessions = require "hecate.session"

local Kernel = {}
Kernel.__index = Kernel

local LATE = 0.02 -- seconds that requests which were sent already may be on their way
local POLL = 0.5 -- seconds that a wait lasts at most: then the interrupt is looked at

--- Loaded by the first question: a notebook that only runs does without.
local function completion() return require "hecate.notebook.completion" end

-- ---- what the protocol leaves open -------------------------------------------------------

--- null is the same as missing.
local function given(value)
  if value == json.null then return nil end
  return value
end

local function lines_of(text)
  local list = json.array{}
  for line in ((text:gsub("\n$", "")) .. "\n"):gmatch("(.-)\n") do list[#list + 1] = line end
  return list
end

--- The part of a reply that tells of an error: of the result of Session.execute.
local function failure(result)
  local message = result.error or "error"
  local name = message == "interrupted" and "Interrupted" or "Error"
  return {status = "error", ename = name, evalue = message, traceback = lines_of(result.report or message)}
end

--- Shows a failure in the cell. Frontends save the message as it is, and notebooks know no status in it.
local function publish_failure(channel, reply)
  channel:publish("error", {ename = reply.ename, evalue = reply.evalue, traceback = reply.traceback})
end

-- ---- execution ---------------------------------------------------------------------------

--- Runs the cell `code`; the result of Session.execute, also when it was interrupted on its way.
local function run(kernel, code, silent)
  local text = kernel.session.command_of(code) and code or cell.with_result(code)
  local options = {silent = silent, source = text ~= code and code or nil}
  local done, result = interrupt.call(kernel.session.execute, kernel.session, text, options)
  if not done then result = {ok = false, error = tostring(result):match("^[^\n]*"), report = tostring(result)} end
  local drawn, reason = interrupt.call(plots.show, kernel.plots)
  if not drawn then io.stderr:write(tostring(reason):match("^[^\n]*"), "\n") end
  return result
end

--- The values that a frontend wants to know after each cell: name → bundle or error.
local function expressions(kernel, wanted)
  local values = {}
  for name, code in pairs(wanted or {}) do
    local done, result = interrupt.call(kernel.session.execute, kernel.session, "=" .. tostring(code), {silent = true})
    if not done then result = {ok = false, error = tostring(result)} end
    if result.ok then
      local data, metadata = display.bundle_all(kernel.display, result.results)
      values[name] = {status = "ok", data = data, metadata = metadata}
    else
      values[name] = failure(result)
    end
  end
  return values
end

local function remember(kernel, code, outputs)
  kernel.history[#kernel.history + 1] = {kernel.session.count, code, outputs}
end

--- After an error the cells that wait already are not run.
local function abort_waiting(kernel)
  while true do
    local request = kernel.channel:receive(LATE)
    if request == nil then return end
    if request then
      request.aborted = request.type == "execute_request"
      kernel.waiting[#kernel.waiting + 1] = request
    end
  end
end

--- Runs one cell. Returns the content of the reply.
local function execute(kernel, content)
  local code, silent = content.code, content.silent == true
  local keep = not silent and given(content.store_history) ~= false
  local session = kernel.session
  local count = session.count + 1
  if not silent then kernel.channel:publish("execute_input", {code = code, execution_count = count}) end
  kernel.shown = nil
  local result = run(kernel, code, silent)
  if kernel.shown and not silent then
    kernel.channel:publish("execute_result",
      {execution_count = count, data = kernel.shown[1], metadata = kernel.shown[2]})
  end
  session.count = count
  if keep then
    remember(kernel, code, kernel.shown and kernel.shown[1]["text/plain"])
  else
    session.count = count - 1
  end
  session.inputs[count] = keep and code or nil
  local reply = {status = "ok", payload = json.array{}}
  if result.ok then
    reply.user_expressions = expressions(kernel, given(content.user_expressions))
  else
    reply = failure(result)
    if given(content.stop_on_error) ~= false then abort_waiting(kernel) end
    if not silent then publish_failure(kernel.channel, reply) end
  end
  reply.execution_count = count
  return reply
end

-- ---- requests ----------------------------------------------------------------------------

local handlers = {}

function handlers.execute_request(kernel, request)
  local content = request.content
  if request.aborted then return {status = "aborted"} end
  if type(content.code) ~= "string" then error("execute_request: there is no code", 0) end
  kernel.request = request
  local reply = execute(kernel, content)
  kernel.request = nil
  return reply
end

function handlers.kernel_info_request()
  local version = _VERSION:match("%d.*")
  return {status = "ok", protocol_version = "5.3", implementation = "hecate",
    implementation_version = torch.__version__,
    banner = ("Hecate %s: Torch, in Lua %s"):format(torch.__version__, version),
    language_info = {name = "lua", version = version, mimetype = "text/x-lua", file_extension = ".lua",
      pygments_lexer = "lua", codemirror_mode = "lua"},
    help_links = json.array{{text = "Lua 5.4 reference manual", url = "https://www.lua.org/manual/5.4/"},
      {text = "PyTorch documentation", url = "https://pytorch.org/docs/"}}}
end

function handlers.is_complete_request(kernel, request)
  local code = tostring(request.content.code)
  local state = kernel.session:is_complete(cell.with_result(code))
  return {status = state, indent = state == "incomplete" and completion().indent(code) or nil}
end

function handlers.complete_request(kernel, request)
  return completion().complete(request.content.code, given(request.content.cursor_pos), kernel.session.env)
end

function handlers.inspect_request(kernel, request)
  local content = request.content
  return completion().inspect(kernel.session, content.code, given(content.cursor_pos), content.detail_level == 1)
end

function handlers.history_request(kernel, request)
  return {status = "ok", history = require "hecate.notebook.history".select(kernel.history, request.content, given)}
end

--- There are no comms (the ground of widgets).
function handlers.comm_info_request() return {status = "ok", comms = {}} end
function handlers.comm_open(kernel, request)
  kernel.channel:publish("comm_close", {comm_id = request.content.comm_id, data = {}})
end
function handlers.comm_msg() end
function handlers.comm_close() end

--- The cell that ran was interrupted before this was read.
function handlers.interrupt_request() return {status = "ok"} end

function handlers.shutdown_request(kernel, request)
  kernel.stopped = true
  local reply = {status = "ok", restart = request.content.restart == true}
  kernel.channel:publish("shutdown_reply", reply)
  return reply
end

--- Answers one request. Between "busy" and "idle" is everything that follows from it.
function Kernel:handle(request)
  local channel, handler = self.channel, handlers[request.type]
  local outer = channel.parent
  channel:follow(request, request.type == "execute_request")
  channel:publish("status", {execution_state = "busy"})
  local ok, reply
  if handler then ok, reply = pcall(handler, self, request)
  else ok, reply = false, "unknown request " .. request.type end
  if not ok then
    reply = failure{error = tostring(reply)}
    if request.type == "execute_request" then publish_failure(channel, reply) end
  end
  if reply and request.type:find("_request$") then channel:reply(request, reply) end
  channel:publish("status", {execution_state = "idle"})
  if request.type ~= "execute_request" then channel.parent = outer end
end

-- ---- input ---------------------------------------------------------------------------------

--- The line that the person at the frontend types. A line that was begun before is the prompt: some
-- frontends ask in a place of their own.
local function ask(kernel)
  local request = kernel.request
  if request == nil or request.content.allow_stdin ~= true then
    error("io.read: this frontend does not take input", 0)
  end
  local prompt = kernel.channel.wire:prompt()
  while kernel.channel:receive_input(0) do end -- answers to questions that were interrupted
  kernel.channel:send("stdin", request.prefix, "input_request", {prompt = prompt, password = false},
    request.header_text)
  while true do
    local answer = kernel.channel:receive_input(POLL)
    if answer and answer.type == "input_reply" then return tostring(answer.content.value) end
  end
end

-- ---- the life of a kernel --------------------------------------------------------------------

local function new(channel)
  local kernel = setmetatable({channel = channel, history = {}, waiting = {}}, Kernel)
  kernel.display = display.new(channel, function(value) return kernel.session:format(value) end)
  kernel.plots = plots.install(kernel.display)
  display.install(kernel.display, _G) -- before the session, which takes what is there for its own
  plots.install_functions(kernel.plots, _G)
  local session = sessions.new{width = function() return 80 end, color = false}
  function session.write(text) io.stdout:write(text) end
  session.is_notebook = true
  local as_program = session.as_program
  function session.as_program(text) return cell.as_program(text, as_program) end
  kernel.session = session
  --- What the cell returned becomes its result, in all forms that it has. What io.write returns
  -- is none.
  function session.show(_, results)
    if results.n == 1 and (results[1] == io.stdout or results[1] == io.stderr) then return {ok = true} end
    return session:call(function() kernel.shown = {display.bundle_all(kernel.display, results)} end)
  end
  input.install(io, function() return ask(kernel) end)
  local exit = os.exit
  function os.exit(...) -- what was shown before is to arrive
    channel.wire:close()
    exit(...)
  end
  return kernel
end

local function read_connection(path)
  local file <close>, reason = io.open(path, "rb")
  if file == nil then error(reason, 0) end
  local ok, connection = pcall(json.decode, file:read "a", json.null)
  if not ok or type(connection) ~= "table" then error(("'%s' is no connection file"):format(path), 0) end
  for key, value in pairs(connection) do
    if value == json.null then connection[key] = nil end
  end
  return connection
end

local M = {}

--- Serves the connection file at `path` until a request ends the kernel.
function M.run(path)
  local channel = Channel.open(read_connection(path))
  interrupt.watch()
  channel.wire:start()
  local kernel = new(channel)
  channel:publish("status", {execution_state = "starting"})
  while not kernel.stopped do
    local request = table.remove(kernel.waiting, 1) or channel:receive(POLL)
    if request then kernel:handle(request) end
  end
  channel.wire:close()
  return 0
end

return M
