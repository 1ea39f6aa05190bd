--- Commands for files, folders and the shell.
local system = require "hecate.session.system"
local source = require "hecate.session.source"
local terminal = require "torch.utils.terminal"
local torch = require "torch"
local M = {}

local function fail(...) error(select("#", ...) > 1 and string.format(...) or ..., 0) end

local function read(path, who)
  local file, message = io.open(path, "rb")
  local text = file and file:read "a"
  if file then file:close() end
  if not text then fail("%s: cannot read %s", who, message or path .. ": not a file") end
  return text
end

--- "~/x" as the shell has it.
local function expand(path)
  local home = os.getenv "HOME"
  return home and path:find "^~" and path:gsub("^~%f[/\0]", (home:gsub("%%", "%%%%"))) or path
end

local function quote(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

--- Words as of a shell: quotes keep spaces.
local function split(text)
  local words, at = {}, 1
  while true do
    at = text:find("%S", at)
    if not at then return words end
    local quoted, next_at = text:match("^(%b\"\")()", at)
    if not quoted then quoted, next_at = text:match("^(%b'')()", at) end
    if quoted then words[#words + 1] = quoted:sub(2, -2)
    else words[#words + 1], next_at = text:match("^(%S+)()", at) end
    at = next_at
  end
end

-- ---- the shell --------------------------------------------------------------------------------

local function tell_end(session, why, code)
  if code ~= 0 then session.write(("(%s %d)\n"):format(why == "signal" and "signal" or "exit code", code)) end
end

--- "!command", "x = !command": `target` is what stands before the "!".
function M.shell(session, target, command)
  target = target:match "^%s*(.-)%s*$"
  if target == "" and session.on_terminal then -- which the command may want for itself
    io.stdout:flush()
    return tell_end(session, select(2, os.execute(command)))
  end
  if target == "" and session.is_notebook then -- which shows what is written, lines or not
    io.stdout:flush()
    return tell_end(session, select(2, os.execute("{ " .. command .. "\n} 2>&1")))
  end
  if target == "" then
    local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1"))
    for line in pipe:lines "L" do session.write(line) end
    return tell_end(session, select(2, pipe:close()))
  end
  local pipe, lines = assert(io.popen(command)), {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  pipe:close()
  local assign, message = load((target:match "^local%s+(.*)$" or target) .. " = ...", "=input", "t", session.env)
  if not assign then fail(message) end
  assign(lines)
end

-- ---- files of Lua ------------------------------------------------------------------------------

local function run(session, words)
  local list = split(words)
  if #list == 0 then fail "%run: expected a file" end
  local path = expand(list[1])
  read(path, "%run")
  local before = session.env.arg
  session.env.arg = table.move(list, 2, #list, 1, {[0] = path})
  local result = session:run_file(path, table.unpack(list, 2))
  session.env.arg = before
  return result
end

local function load_file(session, words)
  local list = split(words)
  if #list ~= 1 then fail "%load: expected a file" end
  local text = read(expand(list[1]), "%load")
  session.write(text:gsub("\n*$", "\n"))
  session.inputs[session.count] = text
  return session:run_lua(text)
end

--- The inputs, without commands, as a text.
local function program(session, first, last)
  local parts = {}
  for i = first, last do
    local text = session.inputs[i]
    if text and not session.command_of(text) then parts[#parts + 1] = session.as_program(text) end
  end
  return table.concat(parts, "\n") .. "\n"
end

local function save(session, words)
  local list = split(words)
  if #list < 1 or #list > 2 then fail "%save: expected a file and, if not all, the numbers of inputs as in 3-7" end
  local first, last = (list[2] or ("1-%d"):format(session.count - 1)):match "^(%d+)%-?(%d*)$"
  if not first then fail("%%save: '%s' are no numbers of inputs (as in 3 or 3-7)", list[2]) end
  local path = expand(list[1])
  local text = program(session, tonumber(first), tonumber(last) or tonumber(first))
  torch._C.write_file(path, text, {}, "%save")
end

-- ---- %edit ---------------------------------------------------------------------------------------

local function editor() return os.getenv "VISUAL" or os.getenv "EDITOR" or "vi" end

local function open_editor(path, line)
  io.stdout:flush()
  local place = line and not editor():find "code" and ("+%d "):format(line) or ""
  if not os.execute(("%s %s%s"):format(editor(), place, quote(path))) then
    fail("%%edit: '%s' did not end well", editor())
  end
end

--- An input is edited in a file of its own and then run as a new input.
local function edit_text(session, text)
  local name = terminal.temporary_file()
  local path = name .. ".lua"
  terminal.temporary(path, true)
  local file = assert(io.open(path, "w"))
  file:write((text:gsub("\n*$", "\n")))
  file:close()
  local ok, message = pcall(open_editor, path)
  local edited = ok and read(path, "%edit")
  for _, temporary in ipairs {name, path} do
    os.remove(temporary)
    terminal.temporary(temporary, false)
  end
  if not ok then error(message, 0) end
  if not edited:find "%S" then return end
  session.write(edited:gsub("\n*$", "\n"))
  session.inputs[session.count] = edited
  return session:run_lua(edited)
end

--- The last input that was no command.
local function last_input(session)
  for i = session.count - 1, 1, -1 do
    local text = session.inputs[i]
    if text and not session.command_of(text) then return text end
  end
  return ""
end

local function edit(session, words)
  if session.is_notebook then fail "%edit: a notebook has no terminal for an editor; %load runs a file" end
  if words == "" then return edit_text(session, last_input(session)) end
  local f = load("return " .. words, "=name", "t", session.env)
  local ok, value = pcall(f or error)
  if ok and type(value) == "table" then value = rawget(value, "__init") or rawget(value, "forward") end
  if ok and type(value) == "function" then
    local info = debug.getinfo(value, "S")
    local number = info.source:match "^=input%[(%d+)%]$"
    if number then return edit_text(session, session.inputs[tonumber(number)] or "") end
    local path = info.source:match "^@(.*)$"
    if info.what == "C" or not path or source.is_library(info.source) then
      fail("%%edit: '%s' is not in a file of yours", words)
    end
    return open_editor(path, info.linedefined)
  end
  local path = expand(split(words)[1])
  open_editor(path)
  if path:find "%.lua$" and io.open(path) then return run(session, quote(path)) end
end

-- ---- folders, environment --------------------------------------------------------------------------

local previous

local function cd(session, words)
  local path = words == "" and (os.getenv "HOME" or "/") or expand(split(words)[1])
  if path == "-" then path = previous or fail "%cd: there is no folder before this one" end
  local here = system.getcwd()
  local ok, message = system.chdir(path)
  if not ok then fail("%%cd: %s", message) end
  previous = here
  session.write(system.getcwd() .. "\n")
end

local function pwd(session) session.write(system.getcwd() .. "\n") end

local function env(session, words)
  if words == "" then
    local list = {}
    for _, line in ipairs(system.environ()) do list[#list + 1] = line end
    table.sort(list)
    return session.write(table.concat(list, "\n") .. "\n")
  end
  local name, value = words:match "^([%w_]+)%s*=%s*(.*)$"
  if name then
    value = split(value)[1] or ""
    return system.setenv(name, value)
  end
  session.write((os.getenv(words) or "(not set)") .. "\n")
end

M[1] = {name = "run", usage = "%run file [arguments]", takes_files = true, run = run,
  doc = "runs a script; its globals and locals stay"}
M[2] = {name = "load", usage = "%load file", takes_files = true, run = load_file,
  doc = "shows a file and runs it as if it had been typed here"}
M[3] = {name = "save", usage = "%save file [from-to]", takes_files = true, run = save,
  doc = "writes the inputs as a program\n" ..
    "Commands are left out, what was shown is printed. %hist tells the numbers of inputs."}
M[4] = {name = "edit", usage = "%edit [file or function]", takes_files = true, run = edit,
  doc = "opens $VISUAL or $EDITOR\n" ..
    "Without a word on the last input, with a function where it was written. An input or a .lua\n" ..
    "file that was edited is run afterwards."}
M[5] = {name = "cd", usage = "%cd [folder]", takes_files = true, run = cd,
  doc = "changes the folder; - goes back to the one before"}
M[6] = {name = "pwd", usage = "%pwd", run = pwd, doc = "the folder"}
M[7] = {name = "env", usage = "%env [name[=value]]", run = env, doc = "shows or sets variables of the environment"}
return M
