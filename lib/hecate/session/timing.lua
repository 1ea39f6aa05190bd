--- Commands that measure: %time, %timeit, %prof.
local text = require "hecate.session.text"
local totals = require "hecate.totals"
local now = require "torch.utils.terminal".now

local RUN = 0.1 -- seconds that one of the runs of %timeit takes at least

local function tensor_bytes() return torch._C.memory().bytes end

local function expect_statement(who, statement)
  if statement == "" then error(("%%%s: expected a statement"):format(who), 0) end
end

--- Shows the results of a statement, unless it ends with ";".
local function show_results(session, statement, results)
  if results.n == 0 or statement:find ";%s*$" then return end
  session.results:add(results[1])
  session:show(results)
end

--- %time: runs a statement and shows its results, then how long it took.
local function time(session, statement)
  expect_statement("time", statement)
  local bytes, start = tensor_bytes(), now()
  local result = session:run_lua(statement)
  local seconds, more = now() - start, tensor_bytes() - bytes
  if not result.ok then return result end
  show_results(session, statement, result.results)
  session.write(("%s, tensors %s%s\n"):format(text.seconds(seconds), more < 0 and "-" or "+",
    text.bytes(math.abs(more))))
end

--- The options "-n 5 -r 3" in front of a statement.
local function loop_options(words)
  local given = {n = nil, r = 7}
  while true do
    local name, number, rest = words:match "^%-([nr])%s*(%d+)%s*(.*)$"
    if not name then break end
    given[name], words = tonumber(number), rest
  end
  if given.n == 0 or given.r == 0 then error("%timeit: -n and -r take a number from 1", 0) end
  return given, words
end

--- A function of the number of loops that returns the seconds they took.
local function make_loop(session, statement)
  local frame = "local n, now = ... local start = now() for _ = 1, n do %s end return now() - start"
  local name = ("=input[%d]"):format(session.count)
  local chunk = load(frame:format("local _ = " .. statement), name, "t", session.env)
  local message
  if not chunk then chunk, message = load(frame:format(statement .. "\n"), name, "t", session.env) end
  if not chunk then error(message, 0) end
  return function(n) return chunk(n, now) end
end

--- The smallest of 1, 2, 5, 10, 20, … loops that takes long enough to be measured.
local function enough_loops(loop)
  local n, steps = 1, {2, 2.5, 2}
  for i = 0, 60 do
    if loop(n) >= RUN then break end
    n = math.tointeger(n * steps[i % 3 + 1])
  end
  return n
end

local function timeit(session, words)
  local given, statement = loop_options(words)
  expect_statement("timeit", statement)
  local loop = make_loop(session, statement)
  local n = given.n or enough_loops(loop)
  local sum, squares, best = 0, 0, math.huge
  local times = {}
  for i = 1, given.r do
    times[i] = loop(n) / n
    sum, best = sum + times[i], math.min(best, times[i])
  end
  local mean = sum / given.r
  for _, t in ipairs(times) do squares = squares + (t - mean) ^ 2 end
  local said = "%s ± %s per loop (mean ± std. dev. of %d run%s, %d loop%s each), best %s\n"
  session.write(said:format(text.seconds(mean), text.seconds(math.sqrt(squares / given.r)), given.r,
    given.r == 1 and "" or "s", n, n == 1 and "" or "s", text.seconds(best)))
end

--- %prof: the ops of a statement by the time they took themselves.
local function prof(session, statement)
  expect_statement("prof", statement)
  local mode = torch._C.profile_enter {}
  local start = now()
  local result = session:run_lua(statement)
  local seconds = now() - start
  torch._C.profile_leave(mode)
  if not result.ok then return result end
  show_results(session, statement, result.results)
  session.write(totals.text(seconds, 20))
end

return {
  {name = "time", usage = "%time statement", statement = true, run = time,
    doc = "runs it and tells how long it took\nThe second number is the change of the bytes that tensors hold."},
  {name = "timeit", usage = "%timeit [-n loops] [-r runs] statement", statement = true, run = timeit,
    doc = "measures a short statement: mean, deviation, best\n" ..
      "The number of loops is chosen so that a run takes a tenth of a second; 7 runs."},
  {name = "prof", usage = "%prof statement", statement = true, run = prof,
    doc = "which ops it spends its time in\n" ..
      "self: without the ops that an op calls; memory: the bytes of what it made."},
}
