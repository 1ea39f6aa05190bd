--- Answers the requests of nn.lua: `row NAME WORD …` prepares a row of work.lua, `round SECONDS` runs it so long and
-- gives the processor time of one call and the most memory held since `row`. serve.py is the same in Python.
local work = dofile(arg[0]:match("^(.*)/[^/]*$") .. "/work.lua")
local run

--- Bytes of a line of /proc/self/status.
local function status(name)
  for line in io.lines("/proc/self/status") do
    local kib = line:match("^" .. name .. ":%s*(%d+)")
    if kib then return 1024 * tonumber(kib) end
  end
  return 0
end

--- The peak is counted anew from here on.
local function forget_peak()
  collectgarbage()
  local file <close> = assert(io.open("/proc/self/clear_refs", "w"))
  file:write("5")
end

local function round(seconds)
  local calls, start = 0, os.clock()
  repeat
    run()
    calls = calls + 1
  until os.clock() - start >= seconds
  return ("%.9g %.9g"):format((os.clock() - start) / calls, status("VmHWM"))
end

for line in io.lines() do
  local words = {}
  for word in line:gmatch "%S+" do words[#words + 1] = tonumber(word) or word end
  local ok, answer = pcall(function()
    if words[1] == "round" then return round(words[2]) end
    run = nil
    forget_peak()
    torch.manual_seed(1)
    run = work[words[2]](table.unpack(words, 3))
    run()
    return "0 0"
  end)
  print(ok and answer or "error " .. tostring(answer):match "[^\n]*")
  io.flush()
end
