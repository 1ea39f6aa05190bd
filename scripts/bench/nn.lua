--- Times layers, losses and optimisers beside PyTorch: processor time and peak memory.
--
--     hecate scripts/bench/nn.lua [pattern ...]    only rows whose text has one of them
--
-- The rows are functions of nn/work.lua and nn/work.py. Both sides are processes that stay for the rows of one function
-- and take turns, BENCH_ROUNDS times; a figure is the median of the processor times (user and system, of all threads)
-- of a call, and the peak is the most memory of the process. BENCH_THREADS (2) is the number of threads, BENCH_PYTHON
-- the Python whose torch is the peer; BENCH_BEFORE takes another build of Hecate in its place.
local side = dofile((arg[0]:match("^(.*)/[^/]*$") or ".") .. "/side.lua")
side.clean_environment()

local ROUNDS = math.tointeger(tonumber(os.getenv("BENCH_ROUNDS") or 5)) or 5
local SECONDS = tonumber(os.getenv("BENCH_SECONDS") or 0.2) -- of a round

-- {work, bar}: how many times as fast as the peer it is to be.
local ROWS = {{"mlp 64", 4}, {"mlp 1024", 1.5}, {"lenet", 1.5}, {"resnet18", 1.5},
  {"recurrent LSTM", 2}, {"recurrent GRU", 2}, {"recurrent RNN"}, {"gpt", 1.2}, {"generate", 3},
  {"attention 4096 forward", 1.2}, {"attention 4096 gradients", 1.2}, {"attention 2048 gradients"},
  {"layer_norm 2048 384", 1.2}, {"layer_norm 64 65536", 1.2}, {"group_norm 8 64 28 8", 1.2},
  {"group_norm 32 64 56 32", 1.2}, {"group_norm 32 256 14 32", 1.2}, {"group_norm 32 512 7 32", 1.2},
  {"embedding 50000 256 4096", 1.2}, {"embedding_bag 50000 64 512 20"}, {"cross_entropy 128 50000", 1.2},
  {"transposed 14"}, {"transposed 28"}, {"optimizer Adam", 1.5}, {"optimizer AdamW", 1.5}}

-- Convolutions: channels, kernel, stride, groups, size.
for _, shape in ipairs {"64 3 1 1 56", "64 3 1 1 28", "64 3 1 1 14", "64 3 1 1 7", "64 5 1 1 14", "64 1 1 1 28",
  "64 3 1 64 28", "64 3 2 1 28"} do
  for _, way in ipairs {"forward", "gradients"} do
    for _, batch in ipairs {1, 8, 64} do ROWS[#ROWS + 1] = {("conv %s %s %d"):format(way, shape, batch), 1} end
  end
end

-- Models of torchvision, for images of 224×224: construction, inference, a step of training.
ROWS[#ROWS + 1] = {"model make resnet50 1"}
for _, name in ipairs {"resnet18", "mobilenet_v2", "efficientnet_b0", "vit_b_16"} do
  for _, what in ipairs {"infer %s 1", "infer %s 8", "train %s 8"} do
    ROWS[#ROWS + 1] = {"model " .. what:format(name), 1}
  end
end

local function chosen(text)
  for _, pattern in ipairs(arg) do
    if text:find(pattern, 1, true) then return true end
  end
  return #arg == 0
end

-- The sides ---------------------------------------------------------------------------

local function start(command)
  local answers = os.tmpname()
  os.remove(answers)
  assert(os.execute("mkfifo " .. answers))
  local server = {requests = io.popen(("%s 2>/dev/null >%s"):format(command, answers), "w")}
  server.answers = assert(io.open(answers))
  os.remove(answers)
  return server
end

--- Two numbers that a side answers; raises with its words where it cannot.
local function ask(server, request)
  server.requests:write(request, "\n")
  server.requests:flush()
  local answer = server.answers:read("l") or "the side is gone"
  local time, peak = answer:match "^(%S+) (%S+)$"
  return tonumber(time) or error(answer, 0), tonumber(peak)
end

local function stop(server)
  server.requests:close()
  server.answers:close()
end

local function hecate(program)
  return side.quoted(program) .. " " .. side.quoted(side.directory .. "/nn/serve.lua")
end

local before = os.getenv "BENCH_BEFORE"
local python = os.getenv "BENCH_PYTHON" or "python3"
local peer = before and hecate(before)
  or side.quoted(python) .. " " .. side.quoted(side.directory .. "/nn/serve.py")

local function start_both()
  local servers = {start(hecate(side.hecate)), start(peer)}
  local version = not before and (servers[2].answers:read("l") or error(python .. " has no torch", 0))
  return servers, version
end

--- Medians of the times of both sides and their peaks; a text in place of numbers where a side fails.
local function measure(servers, row)
  local times, peaks, failure = {{}, {}}, {}, nil
  for k, server in ipairs(servers) do
    local ok, message = pcall(ask, server, "row " .. row)
    if not ok then failure = (k == 1 and "Hecate: " or "peer: ") .. message end
  end
  for _ = 1, failure and 0 or ROUNDS do
    for k, server in ipairs(servers) do
      local time, peak = ask(server, "round " .. SECONDS)
      table.insert(times[k], time)
      peaks[k] = peak
    end
  end
  return side.median(times[1]), side.median(times[2]), peaks[1], peaks[2], failure
end

-- The table ---------------------------------------------------------------------------

local FORMAT = "%-34s %12s %12s %8s %6s %9s %9s"
local servers, family
for _, row in ipairs(ROWS) do
  local text, bar = table.unpack(row)
  if chosen(text) then
    local first = text:match "^%S+"
    if first ~= family then
      if servers then for _, server in ipairs(servers) do stop(server) end end
      local version
      servers, version = start_both()
      if family == nil then
        print(("Hecate beside %s; %s threads; medians of %d turns"):format(before and "an older build"
          or "PyTorch " .. tostring(version), os.getenv "OMP_NUM_THREADS", ROUNDS))
        print(FORMAT:format("work", "Hecate, ms", "peer, ms", "times", "bar", "MiB", "peer"))
      end
      family = first
    end
    local ours, theirs, our_peak, their_peak, failure = measure(servers, text)
    if failure then print(("%-34s %s"):format(text, failure))
    else
      print(FORMAT:format(text, ("%.3f"):format(1e3 * ours), ("%.3f"):format(1e3 * theirs),
        ("%.2f"):format(theirs / ours), bar or "", ("%.0f"):format(our_peak / 2 ^ 20),
        ("%.0f"):format(their_peak / 2 ^ 20)))
    end
    io.flush()
  end
end
