--- For specs: hecate in a terminal that the spec writes to byte by byte, by the program pty (pty.c).
local files = dofile "tests/files.lua"
local pty = {}

local binary = os.getenv "HECATE_BIN" or "build/hecate"
pty.hecate = binary:find "^/" and binary or files.capture "pwd":gsub("\n$", "") .. "/" .. binary
pty.program = pty.hecate:match "^(.*/)" .. "pty"

--- Bytes as a script of pty writes them.
function pty.escape(bytes)
  return (bytes:gsub("[^%w%p ]", function(c) return ("\\x%02x"):format(c:byte()) end))
end

--- Runs `command` (nil: a session without colours) in `folder` under the lines of a script; returns what it wrote.
-- A line {"send", bytes} or {"expect", bytes} may hold any bytes. `environment`: "NAME=value ...".
function pty.run(folder, script, environment, command)
  local lines = {}
  for i, line in ipairs(script) do
    lines[i] = type(line) == "table" and line[1] .. " " .. pty.escape(line[2]) or line
  end
  files.write(folder .. "/script", table.concat(lines, "\n") .. "\n")
  local run = ("cd %s; env LC_ALL=C.UTF-8 TERM=xterm-256color NO_COLOR=1 HECATE_HISTORY=%s/history " ..
    "INPUTRC=/dev/null XDG_CONFIG_HOME=%s %s %s script %s >output 2>errors"):format(folder, folder, folder,
    environment or "", pty.program, command or pty.hecate)
  local good = os.execute(run)
  local text = files.read(folder .. "/output")
  if not good then error(files.read(folder .. "/errors") .. "\n" .. pty.escape(text:sub(-1000)), 2) end
  return text
end

--- All ways to cut `bytes` into pieces; of more than `most` bytes only: whole, byte by byte, in two anywhere.
function pty.groupings(bytes, most)
  local list, n = {}, #bytes
  local function cut(mask)
    local pieces, from = {}, 1
    for i = 1, n do
      if i == n or mask(i) then
        pieces[#pieces + 1] = bytes:sub(from, i)
        from = i + 1
      end
    end
    list[#list + 1] = pieces
  end
  if n <= (most or 5) then
    for bits = 0, (1 << (n - 1)) - 1 do cut(function(i) return bits >> (i - 1) & 1 == 1 end) end
    return list
  end
  cut(function() return false end)
  cut(function() return true end)
  for at = 1, n - 1 do cut(function(i) return i == at end) end
  return list
end

return pty
