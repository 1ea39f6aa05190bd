--- Measures Hecate against the bars it has set itself, beside PyTorch.
--
--     hecate scripts/bench/run.lua [row ...]      rows: start add44 step matmul
--                                                 elementwise train collector
--
-- Each figure comes from its own process; the sides take turns, ROUNDS times, and the
-- table shows the medians of the figures and of the ratios of one turn. BENCH_ROUNDS
-- sets the rounds, BENCH_PYTHON the Python whose torch is the peer; without one the
-- peer's columns stay empty. Both sides run with two threads and OPENBLAS_CORETYPE unset.
local clock = require("torch.utils.terminal").now

local ROUNDS = math.tointeger(tonumber(os.getenv("BENCH_ROUNDS") or 5)) or 5
local STARTS = 20 -- processes that start in one measurement
local TRAIN_ROUNDS, EPOCHS = 2, {1, 3}

local side = dofile((arg[0]:match("^(.*)/[^/]*$") or ".") .. "/side.lua")
side.clean_environment()
local quoted, figures, median = side.quoted, side.figures, side.median
local directory, hecate = side.directory, side.hecate
local peer = side.peers()[1] or {}
local python, version = peer.program, peer.version

-- Running a side ---------------------------------------------------------------------

local function ours(words)
  return figures(quoted(hecate) .. " " .. quoted(directory .. "/work.lua") .. " " .. words)
end

local function theirs(words)
  return python and figures(quoted(python) .. " " .. side.peer_program .. " " .. words) or {}
end

--- Milliseconds that one process takes, from `times` of them.
local function process_time(command, times)
  local loop = ("for i in $(seq %d); do %s >/dev/null || exit 1; done"):format(times, command)
  local start = clock()
  assert(os.execute(loop))
  return 1e3 * (clock() - start) / times
end

--- Lets the sides take turns: `turn()` gives our figures and the peer's. Gives the
-- medians of both by name, and of the ratios ours / theirs within a turn.
local function compare(rounds, turn)
  local lists = {{}, {}, {}}
  for _ = 1, rounds do
    local mine, other = turn()
    local ratio = {}
    for name, value in pairs(mine) do ratio[name] = other[name] and value / other[name] end
    for i, values in ipairs{mine, other, ratio} do
      for name, value in pairs(values) do
        lists[i][name] = lists[i][name] or {}
        table.insert(lists[i][name], value)
      end
    end
  end
  for _, values in ipairs(lists) do
    for name, list in pairs(values) do values[name] = median(list) end
  end
  return table.unpack(lists)
end

-- The table --------------------------------------------------------------------------

local FORMAT = "%-34s %12s %12s %8s  %-22s %s"

local function number(value)
  if value == nil then return "-" end
  return (math.abs(value) < 10 and "%.3f" or "%.1f"):format(value)
end

local failed = 0

--- One line; `holds` is nil where the bar cannot be judged without the peer.
local function line(what, mine, other, ratio, bar, holds)
  if holds == false then failed = failed + 1 end
  local verdict = holds and "holds" or holds == false and "MISSED" or bar == "" and "" or "no peer"
  print(FORMAT:format(what, number(mine), number(other), number(ratio), bar, verdict))
end

local function at_least(value, bar) return value and value >= bar end
local function at_most(value, bar) return value and value <= bar end

-- The rows ---------------------------------------------------------------------------

local rows = {}

function rows.start()
  local mine, other = compare(ROUNDS, function()
    local us, them = ours("start"), theirs("start")
    us.ms = process_time(quoted(hecate) .. " -e 'print(torch.rand(3,3))'", STARTS)
    them.ms = python and process_time(quoted(python) .. " -c 'import torch;print(torch.rand(3,3))'", 1)
    return us, them
  end)
  line("start and print(rand(3,3)), ms", mine.ms, other.ms, other.ms and mine.ms / other.ms,
    "<= 15 ms", at_most(mine.ms, 15))
  line("  peak memory, MiB", mine.mib, other.mib, other.mib and mine.mib / other.mib,
    "<= 15 MB", at_most(mine.mib * 1.048576, 15))
end

function rows.add44()
  local mine, other, ratio = compare(ROUNDS, function() return ours("add44"), theirs("add44") end)
  line("4x4 add, us", mine.us, other.us, ratio.us, "<= 0.3 us", at_most(mine.us, 0.3))
end

function rows.step()
  local mine, other, ratio = compare(ROUNDS, function() return ours("step"), theirs("step") end)
  line("training step 784-128-10, 1/s", mine.rate, other.rate, ratio.rate, ">= 3 x peer",
    at_least(ratio.rate, 3))
end

--- The program of gemm.c, built anew; nil and a warning where it cannot be.
local function build_gemm()
  local program = os.tmpname()
  if os.execute(("cc -O2 -o %s %s -lopenblas"):format(program, quoted(directory .. "/gemm.c"))) then
    return program
  end
  io.stderr:write("run.lua: no C compiler or no OpenBLAS: no bare cblas_sgemm\n")
  os.remove(program)
end

function rows.matmul()
  local program = build_gemm()
  local theirs_gflops, bare_ratios, bare = {}, {}, {}
  local mine = compare(2 * ROUNDS, function()
    local us, them = ours("matmul"), theirs("matmul")
    table.insert(theirs_gflops, them.gflops)
    if program then
      local gemm = figures(program).gflops
      table.insert(bare, gemm)
      table.insert(bare_ratios, us.gflops / gemm)
    end
    return us, {}
  end)
  if program then os.remove(program) end
  local ratio = median(bare_ratios)
  line("matmul 1024 (bare sgemm), GFLOP/s", mine.gflops, median(bare), ratio, ">= 0.97 x bare",
    at_least(ratio, 0.97))
  local theirs_median = median(theirs_gflops)
  line("  beside the peer's", mine.gflops, theirs_median, theirs_median and mine.gflops / theirs_median, "")
end

function rows.elementwise()
  local mine, other, ratio = compare(ROUNDS, function()
    return ours("elementwise"), theirs("elementwise")
  end)
  for _, op in ipairs{"add", "exp", "sum"} do
    line(op .. " on 1 M float32, us", mine[op], other[op], ratio[op], "<= 1 x peer",
      at_most(ratio[op], 1))
  end
end

function rows.train()
  local example = quoted(directory .. "/../examples/fashion_mnist.lua")
  local peak = {}
  for _, epochs in ipairs(EPOCHS) do
    local words = ("train %d"):format(epochs)
    local mine, other, ratio = compare(TRAIN_ROUNDS, function()
      return ours(words .. " " .. example), theirs(words)
    end)
    peak[#peak + 1] = mine.mib
    line(("Fashion-MNIST, %d epochs, peak MiB"):format(epochs), mine.mib, other.mib, ratio.mib,
      "<= 0.5 x peer", at_most(ratio.mib, 0.5))
    line("  seconds", mine.seconds, other.seconds, ratio.seconds, "")
  end
  local growth = peak[#peak] / peak[1]
  line("  growth over the epochs", growth, nil, nil, "<= 1.02", at_most(growth, 1.02))
end

function rows.collector()
  local mine = compare(TRAIN_ROUNDS, function() return ours("collector"), {} end)
  line("collector's share, %", mine.percent, nil, nil, "<= 5 %", at_most(mine.percent, 5))
  line("  cycles in an epoch", mine.cycles, nil, nil, "")
end

local ORDER = {"start", "add44", "step", "matmul", "elementwise", "train", "collector"}
local chosen = #arg > 0 and arg or ORDER
for _, name in ipairs(chosen) do
  if rows[name] == nil then
    io.stderr:write(("run.lua: no row '%s'; there are: %s\n"):format(name, table.concat(ORDER, " ")))
    os.exit(1, true)
  end
end

print(("Hecate beside %s; two threads; medians of %d turns"):format(
  python and "PyTorch " .. version or "nothing (no Python with torch)", ROUNDS))
print(FORMAT:format("work", "Hecate", "peer", "ratio", "bar", ""))
for _, name in ipairs(chosen) do rows[name]() end
print(failed == 0 and "no bar missed" or failed .. " missed")
