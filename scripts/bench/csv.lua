-- csv.lua: a file of comma-separated numbers to a float32 matrix: the median of three runs.
-- usage: hecate scripts/bench/csv.lua FILE [MEGABYTES]; the file is made where there is none. csv_peer.py has
-- the numbers of pandas for the same file.
local clock = require "torch.utils.data.process".clock
local path, megabytes = arg[1], tonumber(arg[2] or 1000)

local file = io.open(path)
if file then file:close()
else
  local rows, size = {}, 0
  local x = torch.randn(1000, 20, {generator = torch.Generator():manual_seed(1)}):tolist()
  for i, row in ipairs(x) do
    for k, value in ipairs(row) do row[k] = ("%.6f"):format(value) end
    rows[i] = table.concat(row, ",")
  end
  local block = table.concat(rows, "\n") .. "\n"
  local out = assert(io.open(path, "w"))
  while size < megabytes * 1000000 do
    out:write(block)
    size = size + #block
  end
  out:close()
end

local times = {}
for i = 1, 3 do
  local start = clock()
  local m = torch.csv.read(path, {matrix = true, header = false, progress = false})
  times[i] = clock() - start
  if i == 1 then print(m.shape, m.dtype) end
end
table.sort(times)
print(("%-40s %10.3f s"):format("torch.csv.read, float32 matrix", times[2]))
