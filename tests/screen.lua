--- For specs: runs scripts with this hecate in a terminal of 80 by 24 (tmux).
local screen = {}

local function sh(command, ...)
  local pipe = io.popen(command:format(...))
  local text = pipe:read("a")
  pipe:close()
  return (text:gsub("%s+$", ""))
end
screen.sh = sh

--- The executable that runs the specs.
screen.hecate = sh("readlink /proc/$PPID/exe")

--- The content of a file; nil where there is none.
function screen.read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read("a")
end

--- Writes a program that pretends to be gnuplot.
function screen.fake(folder, script)
  local path = folder .. "/fake"
  local file = assert(io.open(path, "w"))
  file:write("#!/bin/sh\n", script, "\n")
  file:close()
  os.execute("chmod +x " .. path)
  return path
end

--- What `f` writes to stderr, as lines.
function screen.warnings_of(f)
  local real, lines = io.stderr, {}
  io.stderr = {write = function(_, ...) lines[#lines + 1] = table.concat{...} end}
  local ok, err = pcall(f)
  io.stderr = real
  if not ok then error(err, 0) end
  return lines
end

--- The width and height in the header of a PNG that is complete.
function screen.png_size(path)
  local text = assert(screen.read(path), "no file " .. path)
  assert(text:sub(1, 8) == "\137PNG\r\n\26\n" and text:sub(-8, -5) == "IEND", path .. " is no whole PNG")
  local width, height = string.unpack(">I4I4", text, 17)
  return {width, height}
end

local count = 0 -- of servers: a name that is used again may meet the one that is ending

--- Runs the Lua text `script` in `folder` until the terminal shows the pattern
-- `wait`, at most 20 seconds, and returns the screen. `environment`: "NAME=value ...",
-- `size`: "COLUMNS x ROWS". After the end of the script "END" is on the screen.
function screen.of(folder, script, wait, environment, size)
  local file = assert(io.open(folder .. "/script.lua", "w"))
  file:write(script)
  file:close()
  count = count + 1
  local socket = ("hecate-%s-%d"):format(folder:match("[^/]*$"), count)
  sh("cd %s && tmux -L %s -f /dev/null new-session -d -x %s -y %s "
    .. "'env -u DISPLAY -u WAYLAND_DISPLAY LC_ALL=C.UTF-8 %s %s script.lua; echo END; exec sleep 120'",
    folder, socket, size and size:match("^%d+") or 80, size and size:match("%d+$") or 24,
    environment or "", screen.hecate)
  local text
  for _ = 1, 1200 do
    text = sh("sleep 0.05; tmux -L %s capture-pane -p", socket)
    if text:find(wait) then break end
  end
  sh("tmux -L %s kill-server", socket)
  return text
end

--- Runs the Lua text `script` on a pseudo-terminal of 80 by 30 that answers the first
-- request for its attributes with `reply` (a format of printf), and returns all that was
-- written to it.
function screen.answering(folder, script, reply, environment)
  local file = assert(io.open(folder .. "/script.lua", "w"))
  file:write(script)
  file:close()
  file = assert(io.open(folder .. "/answer.sh", "w"))
  file:write(([[
    cd %s
    rm -f in out
    mkfifo in
    exec 3<>in
    timeout 60 script -qfec "stty cols 80 rows 30; env -u DISPLAY -u WAYLAND_DISPLAY -u TMUX \
      LC_ALL=C.UTF-8 TERM=xterm-256color %s %s script.lua" /dev/null <in >out &
    for i in $(seq 100); do
      if grep -q '\[c' out; then printf '%s' >&3; break; fi
      sleep 0.1
    done
    wait $!]]):format(folder, environment or "", screen.hecate, reply))
  file:close()
  sh("sh %s/answer.sh", folder)
  file = assert(io.open(folder .. "/out", "rb"))
  local text = file:read("a")
  file:close()
  return text
end

return screen
