-- check.lua: compares a CUDA device with the CPU: every op, casts, draws, reductions, products, optimisers, training.
-- usage: hecate scripts/gpu/check.lua [NAME=VALUE...], from the folder of the source
--   ops=PATTERN   only the ops whose names match
--   json=FILE     what was found, for programs
--   more=no       the ops alone; more=quick: with smaller tensors
-- The last line is "N passed, N failed"; the exit code is 1 when something differs, 2 without a device.
package.path = "scripts/gpu/?.lua;scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path

local options = {ops = "", more = "yes"}
for _, word in ipairs(arg) do
  local name, value = word:match "^(%w+)=(.*)$"
  if not name then error("check.lua: expected NAME=VALUE, got " .. word, 0) end
  options[name] = value
end

if not torch.cuda.is_available() then
  local _, words = pcall(torch.cuda.current_device)
  print("no CUDA device: " .. tostring(words))
  os.exit(2)
end
print(("device: %s, sm_%d%d"):format(torch.cuda.get_device_name(), torch.cuda.get_device_capability()))

local rows = {}
for _, row in ipairs(require "rows".read()) do if row.name:find(options.ops) then rows[#rows + 1] = row end end
local start = os.clock()
local state = require "ops".check(rows, "cuda")
if options.more ~= "no" then require "more".check(state, "cuda", options.more == "quick") end
torch.cuda.synchronize()

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end
local same, absent = sorted(state.same), sorted(state.absent)
for i, words in ipairs(state.failures) do if i <= 60 then print("differs: " .. words:sub(1, 600)) end end
print(("ops that are there: %d; not there yet: %d: %s"):format(#same, #absent, table.concat(absent, " ")))
if options.json then
  local file = assert(io.open(options.json, "w"))
  file:write(require "torch.json".encode {device = torch.cuda.get_device_name(), calls = state.calls,
    failures = state.failures, there = same, absent = absent, seconds = os.clock() - start})
  file:close()
end
print(("%d passed, %d failed"):format(state.calls - #state.failures, #state.failures))
os.exit(#state.failures == 0, true)
