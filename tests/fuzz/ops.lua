--- Random programs over all public names: hecate tests/fuzz/ops.lua [SECONDS [SEED]]
-- A program is a dozen expressions: ops with right and wrong arguments, views, changes in place, hooks that fail,
-- derivatives of derivatives, modules, optimisers, modes, coroutines that are left, objects that are closed, the
-- collector at odd times. What a step gives is looked at in full and may be an argument of later steps. A call may be
-- refused, in one line that shows no internals; it must not crash, and a program leaves no tensor memory. What is wrong
-- is printed with the seed and the program; the last lines are how many calls were made, and "N passed, N failed".
-- `hecate tests/fuzz/ops.lua show SEED` prints a program line by line as it runs: after a crash, the file that
-- HECATE_FUZZ_STATE names holds the seed. Made for the sanitizers.
package.path = "tests/fuzz/ops/?.lua;scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local random, steps = require "random", require "steps"
local verdict = dofile "tests/vm/verdict.lua"
local H = require "helpers"

local showing = arg[1] == "show"
local seconds, seed = showing and 0 or tonumber(arg[1] or 5), tonumber(arg[2] or os.time())
local most = tonumber(os.getenv "HECATE_FUZZ_PROGRAMS") or math.huge -- ends after so many, however fast they are
local STEPS, BATCH = 14, 40 -- steps of a program; programs between two looks at the memory
local path = os.tmpname()
local environment = setmetatable({H = H, PATH = path}, {__index = _G})
local state_path = os.getenv "HECATE_FUZZ_STATE"
local state_file = state_path and assert(io.open(state_path, "w"))

local calls, refused, failed, passed = 0, 0, 0, 0
local messages = {} -- what was found, each once

-- What a message may not be; errors that programs raise themselves are of any kind.
local function fault_of(message, text)
  if type(message) ~= "string" then
    if text:find "raises" or text:find "strange" or text:find "v%[" then return nil end
    return "is a " .. type(message)
  end
  if text:find "disable_saved_tensors_hooks" then return nil end -- its errors are the texts that it was given
  if message:find "\n" then return "has more than one line" end
  if #message > 600 then return "has " .. #message .. " bytes" end
  -- At a line of the program Lua's words are right.
  local own = message:find "^%[string" or message:find "^tests/fuzz/ops/helpers.lua"
  if not own and (message:find "attempt to " or message:find "bad argument") or message:find "%(null%)"
    or message:find "[%w]+_[%w_]*%.c:" then return "shows internals" end
end

local function report(program, at, why, message)
  local kind = why .. ": " .. tostring(message):gsub("%d+", "N"):sub(1, 90)
  if messages[kind] then return end
  messages[kind] = true
  failed = failed + 1
  print(("seed %d, step %d: the message %s: %s"):format(program.seed, at, why, tostring(message)))
  for i = 1, at do print("  " .. i .. "  " .. program[i]) end
  io.stdout:flush()
end

-- Reads all of what a step gave.
local function look(x)
  if torch.is_tensor(x) then
    if x:numel() < 1e4 then
      tostring(x)
      if not x:is_complex() then x:detach():to("float64"):sum():item() end
    end
  elseif type(x) == "userdata" then tostring(x) end
end

local function keep(pool, x)
  if torch.is_tensor(x) then
    local ok, many = pcall(x.numel, x)
    if ok and many > 1e4 then return end
  end
  if x == nil or type(x) == "boolean" then return end
  pool.n = pool.n + 1
  pool[pool.n] = x
end

local function run_step(program, pool, at)
  local text = steps.next(pool)
  program[at] = text
  if showing then
    print(("%2d  %s"):format(at, text))
    io.stdout:flush()
  end
  local chunk = load("local v = ... return " .. text, nil, "t", environment)
  if chunk == nil then error("no program: " .. text) end
  calls = calls + 1
  local results = table.pack(pcall(chunk, pool))
  if results[1] then
    for i = 2, math.min(results.n, 4) do
      pcall(look, results[i])
      keep(pool, results[i])
    end
    return
  end
  refused = refused + 1
  if showing then print("    refused: " .. tostring(results[2])) end
  local why = fault_of(results[2], text)
  if why then report(program, at, why, results[2]) end
end

-- What programs may have changed for all that follow.
local function reset(program_seed)
  collectgarbage "incremental"
  torch.set_grad_enabled(true)
  torch.set_default_dtype "float32"
  torch.set_autocast_enabled("cpu", false)
  torch.set_autocast_cache_enabled(true)
  torch.clear_autocast_cache()
  torch.use_deterministic_algorithms(false)
  torch.manual_seed(program_seed)
  random.seed(program_seed)
end

local function run_program(program_seed)
  if state_file then
    state_file:seek("set", 0)
    state_file:write(("%d\n"):format(program_seed))
    state_file:flush()
  end
  reset(program_seed)
  local program, pool = {seed = program_seed}, {n = 0}
  for at = 1, STEPS do run_step(program, pool, at) end
  return program
end

local function bytes()
  for _ = 1, 3 do collectgarbage() end -- a finaliser may wait for another
  return torch._C.memory().bytes
end

-- Programs that leave memory, found one by one; what is made at first use is there when they run again.
local function find_leak(first, last)
  for s = first, last do
    local before = bytes()
    local program = run_program(s)
    local once = bytes()
    run_program(s)
    local twice = bytes()
    -- A tensor that is kept for a gradient and a part of what is changed in place later is a cycle of counts.
    local text = table.concat(program, "\n")
    local cyclic = text:find "H%.assign" or text:find ":[%w_]+_%(" or text:find '"[%w_]+_"' or text:find "x%[1%] = 0"
    if once > before and twice > once and not cyclic then
      report(program, #program, ("leaves %d bytes of tensors"):format(twice - once), "")
    end
  end
end

if showing then
  run_program(seed)
  print(("%d bytes of tensors are left"):format(bytes()))
  os.exit(true)
end

-- Programs print: to nowhere.
environment.print = function() end
run_program(0) -- loads what is loaded at first use
local start, before = os.time(), bytes()
repeat
  local first = seed
  for _ = 1, BATCH do
    run_program(seed)
    passed, seed = passed + 1, seed + 1
  end
  local now = bytes()
  if now > before then
    find_leak(first, seed - 1)
    now = bytes()
  end
  before = now
until os.time() - start >= seconds or passed >= most
os.remove(path)
print(("%d calls, %d of them refused; the seed after them is %d"):format(calls, refused, seed))
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0)
