--- For specs: hecate's session in a real terminal (tmux, each on a socket of its own: a server
-- that ends must not take the next one with it). Screens are polled with a deadline.
local terminal = {}
terminal.__index = terminal

local deadline = tonumber(os.getenv "HECATE_TEST_DEADLINE") or 60 -- seconds

local function quote(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

local function capture(command, ...)
  local pipe <close> = assert(io.popen(command:format(...)))
  return (pipe:read "a":gsub("%s+$", ""))
end

terminal.quote, terminal.capture = quote, capture
terminal.available = os.execute "command -v tmux >/dev/null"

local binary = os.getenv "HECATE_BIN" or "build/hecate"
terminal.hecate = binary:find "^/" and binary or capture "pwd" .. "/" .. binary

local count = 0

--- Opens a session in `folder`. options: width, height, environment ("NAME=value ..."), arguments.
function terminal.open(folder, options)
  options = options or {}
  count = count + 1
  local self = setmetatable({folder = folder, socket = ("%s/socket%d"):format(folder, count)}, terminal)
  local command = ("cd %s; env LC_ALL=C.UTF-8 HECATE_HISTORY=%s/history INPUTRC=/dev/null XDG_CONFIG_HOME=%s %s %s %s; "
    .. "echo exit code $?; exec sleep 1000"):format(folder, folder, folder, options.environment or "", terminal.hecate,
    options.arguments or "")
  self:tmux("new-session -d -x %d -y %d %s", options.width or 100, options.height or 40, quote(command))
  self:wait "\n> *$"
  return self
end

function terminal:tmux(command, ...)
  return capture("tmux -S %s -f /dev/null %s 2>&1", quote(self.socket), command:format(...))
end

function terminal:close() self:tmux "kill-server" end

--- What is on the screen, without the blank lines at its end.
function terminal:screen() return self:tmux "capture-pane -p" end

--- The screen with its colours, as escape sequences in which "ESC" stands for the escape character.
function terminal:colors() return (self:tmux "capture-pane -p -e":gsub("\27", "ESC")) end

--- Waits until the screen satisfies a Lua pattern; returns the screen and the seconds it took.
function terminal:wait(pattern)
  local last, text = os.time() + deadline
  repeat
    text = self:screen()
    if text:find(pattern) then return text end
    os.execute "sleep 0.03"
  until os.time() > last
  error(("the screen does not show %q:\n%s"):format(pattern, text), 2)
end

--- Presses keys by their tmux names.
function terminal:keys(...)
  for _, key in ipairs {...} do self:tmux("send-keys -- %s", quote(key)) end
end

--- Types without a key binding in between; tmux takes a last ';' for its own.
function terminal:type(text) self:tmux("send-keys -l -- %s", quote((text:gsub(";$", "\\;")))) end

function terminal:enter(text)
  self:type(text)
  self:keys "Enter"
end

--- Pastes as a terminal does that marks what is pasted.
function terminal:paste(text)
  local path = self.folder .. "/paste"
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  self:tmux("load-buffer %s", quote(path))
  self:tmux "paste-buffer -p -r"
end

function terminal:resize(width, height) self:tmux("resize-window -x %d -y %d", width, height) end

--- The place of the cursor: column and row from 0.
function terminal:cursor()
  local x, y = self:tmux("display-message -p '#{cursor_x} #{cursor_y}'"):match "(%d+) (%d+)"
  return tonumber(x), tonumber(y)
end

return terminal
