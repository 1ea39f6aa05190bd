--- The session of the terminal: made once, by -i before its script runs, else when the
-- prompt is about to appear.
local M = {}

local terminal = require "torch.utils.terminal"
local torch = require "torch"

local function wants_color(on_terminal)
  local none = os.getenv "NO_COLOR"
  return on_terminal and (none == nil or none == "") and os.getenv "TERM" ~= "dumb"
end

--- The file of the user's own settings.
function M.rc_path()
  local config, home = os.getenv "XDG_CONFIG_HOME", os.getenv "HOME"
  if config and config:find "^/" then return config .. "/hecate/init.lua" end -- relative ones are to be ignored
  return home and home .. "/.config/hecate/init.lua"
end

--- Runs it with the session as its argument; an error is told and the session starts all the same.
local function run_rc(session)
  local path = M.rc_path()
  local file = path and io.open(path, "rb")
  if not file then return end
  file:close()
  local chunk, message = loadfile(path, "t", session.env)
  local result = chunk and session:call(chunk, nil, session) or {ok = not message, error = message}
  if not result.ok then session.write_error((result.report or result.error) .. "\n") end
end

--- The models of the graphics processors that the driver knows, without opening it: that would take long.
local function graphics_processors()
  local root, models = "/proc/driver/nvidia/gpus/", {}
  for _, entry in ipairs(torch._C.folder(root) or {}) do
    local file <close> = io.open(root .. entry .. "information")
    models[#models + 1] = file and file:read "a":match "Model:%s*([^\n]*)"
  end
  return models
end

--- start.banner(title): what the terminal shows first, after the title: the devices, the threads, and where to go on.
function M.banner(title)
  local models, threads = graphics_processors(), torch.get_num_threads()
  local cuda = models[1] and (", cuda (%s%s)"):format(models[1], models[2] and " ×" .. #models or "") or ""
  local lines = {("%s, cpu%s, %d thread%s"):format(title, cuda, threads, threads == 1 and "" or "s"),
    "?name, ?torch or ?nn for help, %? for commands, exit to leave"}
  local width = terminal.size()
  if width < math.max(#lines[1], #lines[2]) then
    local wrap, out = require "hecate.help.text".wrap, {}
    for _, line in ipairs(lines) do wrap(line, width, "", out) end
    lines = out
  end
  io.write(table.concat(lines, "\n"), "\n")
end

--- `exit` and `quit` leave, as words alone and as functions.
local function install_exit(env)
  local function exit(code) os.exit(code == nil and true or code, true) end
  M.session.exit = exit
  for _, name in ipairs {"exit", "quit"} do
    if rawget(env, name) == nil then rawset(env, name, exit) end
  end
end

--- start.open(on_terminal, with_rc): the session.
function M.open(on_terminal, with_rc)
  if M.session then return M.session end
  M.session = require "hecate.session".new {
    width = function() return on_terminal and terminal.size() or 80 end,
    color = wants_color(on_terminal),
  }
  M.session.on_terminal = on_terminal
  install_exit(M.session.env)
  M.session.initial.exit, M.session.initial.quit = true, true
  if on_terminal then M.session.page = function(text) require "hecate.session.pager".show(text) end end
  require "hecate.session.block".session = M.session -- Enter knows the commands too
  require "hecate.session.paint".on = M.session.color
  if with_rc then run_rc(M.session) end
  return M.session
end

return M
