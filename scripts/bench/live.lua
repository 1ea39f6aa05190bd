--- What a live curve costs a training step: a loop whose steps work for one millisecond,
-- without a curve and with one for each kind of picture.
--
--     hecate scripts/bench/live.lua [seconds]
--
-- Prints the share of a step that the curve takes: all the processor time spent in `add`,
-- frames included (it is what the curve costs also where other programs run), less what
-- measuring costs, and the longest single one by the clock. Run it in a terminal for the kinds
-- that draw there (HECATE_PLOT=kitty or sixel adds that one).
local terminal = require "torch.utils.terminal"
local now = terminal.now

local STEP = 1e-3 -- seconds of work
local SECONDS = tonumber(arg and arg[1]) or 5

local function work()
  local stop = now() + STEP
  while now() < stop do end
end

--- Trains for SECONDS. Returns the number of steps, and the sum and the longest of the
-- times of `add`.
local function train(curve)
  math.randomseed(1)
  local began, steps, total, longest = now(), 0, 0, 0
  while now() < began + SECONDS do
    work()
    steps = steps + 1
    local before, cpu = now(), os.clock()
    curve:add("train", steps, 1 / steps + math.random())
    if steps % 100 == 0 then curve:add("test", steps, 1 / steps) end
    total, longest = total + os.clock() - cpu, math.max(longest, now() - before)
  end
  return steps, total, longest
end

local folder = os.tmpname()
os.remove(folder)
os.execute("mkdir " .. folder)
local idle = {add = function() end, close = function() end} -- what measuring costs
local kinds = {
  {"no curve"},
  {"nothing drawn", {terminal = "none"}},
  {"CSV", {terminal = "none", csv = folder .. "/run.csv"}},
  {"PNG", {terminal = "file", file = folder .. "/run.png"}},
  {"PNG and CSV", {terminal = "file", file = folder .. "/run.png", csv = folder .. "/run.csv"}},
}
if terminal.isatty(1) then
  table.insert(kinds, {"braille", {terminal = "braille"}})
  table.insert(kinds, {"braille, PNG and CSV", {terminal = "braille", file = folder .. "/run.png",
    csv = folder .. "/run.csv"}})
  local kind = os.getenv("HECATE_PLOT")
  if kind then table.insert(kinds, {kind, {terminal = kind}}) end
end
local lines, measuring = {}, 0
for _, kind in ipairs(kinds) do
  local curve = kind[2] and gnuplot.live(kind[2]) or idle
  local steps, total, longest = train(curve)
  curve:close()
  local share = total / steps - measuring
  if curve == idle then measuring = share end
  lines[#lines + 1] = ("%-22s %6.2f %% of a step of 1 ms (%.1f µs), longest %.1f ms"):format(kind[1],
    100 * share / STEP, 1e6 * share, 1e3 * longest)
end
os.execute("rm -r " .. folder)
print(table.concat(lines, "\n"))
