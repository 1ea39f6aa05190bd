--- Times every family of ops beside PyTorch, the worst first: where is Hecate slower?
--
--     hecate scripts/bench/ops.lua [pattern ...]    only cases whose family or call has one
--     BENCH_BEFORE=older/build/hecate hecate scripts/bench/ops.lua
--                                                   beside another build, in place of PyTorch
--
-- The cases are in cases.lua. Both sides (and PyTorch twice, where BENCH_PYTHON and /usr/bin/python3
-- have different ones) are processes that stay; for each case they take turns, BENCH_ROUNDS times.
-- A round waits a moment for other programs to rest; a figure is the fastest batch of calls of all
-- rounds, for a machine with other work on it only ever adds to it. What looks slower than a peer is measured
-- again with three times the rounds before it is believed.
local side = dofile((arg[0]:match("^(.*)/[^/]*$") or ".") .. "/side.lua")
side.clean_environment()
local cases = dofile(side.directory .. "/cases.lua")
local Case = dofile(side.directory .. "/case.lua")
local clock = require("torch.utils.terminal").now

local ROUNDS = math.tointeger(tonumber(os.getenv("BENCH_ROUNDS") or 5)) or 5
local SECONDS = 6e-3   -- of a round
local WAIT = 5e-3      -- seconds, for other programs
local SLOWER = 1.1     -- a ratio that deserves to be measured again

-- The peers' ----------------------------------------------------------------------------

local function peer_start(peer)
  local answers = os.tmpname()
  os.remove(answers)
  assert(os.execute("mkfifo " .. answers))
  local server = peer.is_hecate and side.quoted(side.directory .. "/serve.lua") or side.peer_program .. " serve"
  peer.requests = io.popen(("%s %s 2>/dev/null >%s"):format(side.quoted(peer.program), server, answers), "w")
  peer.answers = assert(io.open(answers))
  os.remove(answers)
end

--- The number that the peer answers; raises with its words where it cannot.
local function peer_ask(peer, ...)
  peer.requests:write(table.concat({...}, "\t"), "\n")
  peer.requests:flush()
  local answer = peer.answers:read("l") or "the peer is gone"
  return tonumber(answer) or error(answer, 0)
end

-- Measuring -----------------------------------------------------------------------------

local BEFORE = os.getenv "BENCH_BEFORE"
local peers = BEFORE and {{program = BEFORE, version = "before", is_hecate = true}} or side.peers()

--- A text of cases.lua in the language of a peer.
local function spoken(peer, text) return peer.is_hecate and cases.lua(text) or cases.python(text) end

--- Makes the operands of size n on all sides.
local function make_operands(n)
  local text = ("n = %d; "):format(n) .. cases.operands:gsub("\n", "; "):gsub(";%s*$", "")
  Case.operands(cases.lua(text))
  for _, peer in ipairs(peers) do peer_ask(peer, "operands", spoken(peer, text)) end
  collectgarbage()
end

--- Waits until nothing else wants a processor, WAIT seconds at most.
local function rest()
  local stop = clock() + WAIT
  repeat
    local file <close> = io.open("/proc/loadavg")
    if file == nil or file:read("a"):match(" (%d+)/") == "1" then return end
  until clock() >= stop
end

--- Fills job.times (seconds; ours, then the peers'; none where a side cannot) and job.failures.
local function measure(job, rounds)
  local turns = {}
  job.times, job.failures = {}, {}
  local function try(which, f, ...)
    local ok, result = pcall(f, ...)
    if not ok then job.failures[which] = tostring(result) end
    return ok and result
  end
  local case = try(0, Case.new, cases.lua(job.setup), cases.lua(job.call))
  if case == false then return end
  turns[0] = function() return case:round(SECONDS) end
  for k, peer in ipairs(peers) do
    if try(k, peer_ask, peer, "case", spoken(peer, job.setup), spoken(peer, job.call)) then
      turns[k] = function() return peer_ask(peer, "round", SECONDS) end
    end
  end
  local figures = {}
  for _ = 1, rounds do
    for k = 0, #peers do
      if turns[k] then
        rest()
        figures[k] = math.min(figures[k] or math.huge, turns[k]())
      end
    end
  end
  job.times = figures
  collectgarbage()
end

--- Our time by the fastest peer's; nil without both.
local function ratio(job)
  local worst
  for k = 1, #peers do
    if job.times[0] and job.times[k] then worst = math.max(worst or 0, job.times[0] / job.times[k]) end
  end
  return worst
end

local function chosen(job)
  if #arg == 0 then return true end
  for _, pattern in ipairs(arg) do
    if job.family:find(pattern, 1, true) or job.call:find(pattern, 1, true) then return true end
  end
end

local jobs = {}
for _, case in ipairs(cases) do
  for _, n in ipairs(case.sizes or cases.sizes) do
    if chosen(case) then
      jobs[#jobs + 1] = {family = case.family, call = case.call, setup = case.setup, n = n, at = #jobs}
    end
  end
end
table.sort(jobs, function(x, y) return x.n < y.n or x.n == y.n and x.at < y.at end)

local names = {}
for k, peer in ipairs(peers) do peer_start(peer) names[k] = peer.version end
for i in torch.utils.progress(#jobs, {desc = "cases", leave = false}) do
  local job = jobs[i]
  if i == 1 or jobs[i - 1].n ~= job.n then make_operands(job.n) end
  measure(job, ROUNDS)
  if (ratio(job) or 0) > SLOWER then measure(job, 3 * ROUNDS) end
end

-- The table -----------------------------------------------------------------------------

table.sort(jobs, function(x, y) return (ratio(x) or 0) > (ratio(y) or 0) end)
print(("Hecate beside %s; two threads; us; the fastest of %d turns"):format(
  BEFORE or "PyTorch " .. table.concat(names, " and "), ROUNDS))
local slower, count, logarithms, ratios = 0, 0, 0, {}
for _, job in ipairs(jobs) do
  local words = {("%-22s %-52s %5d"):format(job.family, job.call, job.n)}
  for k = 0, #peers do
    words[#words + 1] = job.times[k] and ("%10.2f"):format(1e6 * job.times[k]) or ("%10s"):format("-")
    if k > 0 then
      words[#words + 1] = job.times[0] and job.times[k] and ("%6.2f"):format(job.times[0] / job.times[k])
        or ("%6s"):format("-")
    end
  end
  local r = ratio(job)
  if r then count, logarithms, ratios[#ratios + 1] = count + 1, logarithms + math.log(r), r end
  if r and r > SLOWER then slower = slower + 1 end
  for k = 0, #peers do if job.failures[k] then
    words[#words + 1] = (" %s: %s"):format(k == 0 and "ours" or names[k], job.failures[k]:sub(1, 90)) end end
  print(table.concat(words, " "))
end
print(("geometric mean %.3f, median %.3f"):format(math.exp(logarithms / math.max(count, 1)), side.median(ratios) or 0))
print(("%d of %d cases are slower by more than %d %%"):format(slower, count, math.floor(100 * (SLOWER - 1) + 0.5)))
