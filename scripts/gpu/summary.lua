-- summary.lua: the end of scripts/gpu-check: one table, and all that was found as JSON.
-- usage: hecate summary.lua JSON FOLDER CODE SECONDS
local json = require "torch.json"
local target, folder, code, seconds = table.unpack(arg)

local function read(name)
  local file = io.open(folder .. "/" .. name)
  local text = file and file:read "a" or ""
  if file then file:close() end
  local ok, value = pcall(json.decode, text)
  return ok and value or nil
end

local check, bench, peer = read "check.json", read "bench.json", read "peer.json"
local names = {}
for name in pairs(bench or {}) do names[#names + 1] = name end
table.sort(names)
print(("%-36s %12s %12s %8s"):format("", "Hecate µs", "PyTorch µs", "ratio"))
local sum, count = 0.0, 0
for _, name in ipairs(names) do
  local ours, theirs = bench[name], peer and peer[name]
  print(("%-36s %12.1f %12s %8s"):format(name, ours, theirs and ("%.1f"):format(theirs) or "-",
    theirs and ("%.2f"):format(ours / theirs) or "-"))
  if theirs then sum, count = sum + math.log(ours / theirs), count + 1 end
end
local mean = count > 0 and math.exp(sum / count) or nil
if mean then print(("geometric mean of the ratios: %.2f (below 1: Hecate is faster)"):format(mean)) end
local file = assert(io.open(target, "w"))
file:write(json.encode {check = check, hecate_us = bench, pytorch_us = peer, ratio = mean, seconds = tonumber(seconds)})
file:close()
local good = check and #check.failures == 0 and bench and code == "0"
print(("gpu-check: %s; %d calls compared, %d differ; %d s; %s"):format(good and "good" or "NOT GOOD",
  check and check.calls or 0, check and #check.failures or 0, tonumber(seconds), target))
os.exit(good and 0 or 1, true)
