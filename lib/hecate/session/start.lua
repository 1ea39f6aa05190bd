--- The session of the terminal: made once, by -i before its script runs, else when the
-- prompt is about to appear.
local M = {}

local terminal = require "torch.utils.terminal"

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

--- start.open(on_terminal, with_rc): the session.
function M.open(on_terminal, with_rc)
  if M.session then return M.session end
  M.session = require "hecate.session".new {
    width = function() return on_terminal and terminal.size() or 80 end,
    color = wants_color(on_terminal),
  }
  M.session.on_terminal = on_terminal
  require "hecate.session.block".session = M.session -- Enter knows the commands too
  if with_rc then run_rc(M.session) end
  return M.session
end

return M
