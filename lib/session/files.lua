--- Commands for files, folders and the shell.
local M = {}

--- "!command", "x = !command": `target` is what stands before the "!".
function M.shell(session, target, command)
  target = target:match "^%s*(.-)%s*$"
  if target == "" then
    io.stdout:flush()
    local pipe = assert(io.popen(command .. " 2>&1"))
    for line in pipe:lines "L" do session.write(line) end
    pipe:close()
    return
  end
  local pipe, lines = assert(io.popen(command)), {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  pipe:close()
  session.shell_lines = lines
  local name = target:match "^local%s+(.*)$" or target
  assert(load(name .. " = ...", "=input", "t", session.env))(lines)
end

return M
