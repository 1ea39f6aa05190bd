--- Runs spec files with Debian's busted inside Hecate:
--     hecate scripts/busted.lua tests/torch/nn_spec.lua ...
-- The options are busted's. Prints what failed; the last line is "N passed, N failed".
-- Every file begins with the same random numbers, and must end with the tensor memory it
-- began with, else it fails; with HECATE_LEAKS=1 every test is measured too, and those that
-- end with more are named. A file that holds no test at all fails, and so does a test that is
-- skipped without a reason: nobody would notice that they are gone. `needs(there, what)` is `it`
-- where `there` is true; else it skips the tests, with the reason "needs " .. what.
-- busted loads this file twice: as the program, and as its output handler.
local FILE = "scripts/busted.lua"

-- With HECATE_LEAVE_OUT=1 a test is skipped that fails only for the want of a library that the build was made without.
local LEAVE_OUT = os.getenv "HECATE_LEAVE_OUT" == "1"

local function message_of(failure)
  if type(failure.message) == "string" then return failure.message end
  return failure.message == nil and "error without a message" or require("pl.pretty").write(failure.message)
end

--- Whether a failure tells of such a library alone; tests of many cases tell of each in a line "case 1: …".
local function wants_library(failure)
  local cases, wanting = 0, 0
  local function count(text) return select(2, text:gsub("this Hecate was built without", "")) > 0 and 1 or 0 end
  local message = message_of(failure)
  for line in message:gmatch "[^\n]+" do
    if line:find "^%s*case %d+: " then cases, wanting = cases + 1, wanting + count(line) end
  end
  return LEAVE_OUT and count(message) == 1 and cases == wanting
end

--- "tests/torch/nn_spec.lua:12: name of the test" and the reason, indented.
local function report(failure)
  local trace, message = failure.element.trace or {}, message_of(failure)
  io.write(("%s:%s: %s\n    %s\n"):format(trace.short_src or "?", trace.currentline or "?",
    failure.name or "?", (message:gsub("\n", "\n    "))))
  if failure.isError and failure.trace and failure.trace.traceback then
    io.write("    ", (failure.trace.traceback:gsub("^\n", ""):gsub("\n", "\n    ")), "\n")
  end
end

--- Tells what was skipped and why; how many tests do not say it, which is a failure.
local function report_skipped(pendings)
  local unexplained = 0
  for _, pending in ipairs(pendings) do
    if type(pending.message) == "string" and pending.message ~= "" then
      io.write(("skipped: %s (%s)\n"):format(pending.name or "?", (pending.message:gsub("^[^\n]-:%d+: ", ""))))
    else
      unexplained = unexplained + 1
      pending.message = "skipped without a reason: write needs(there, what)(name, test)"
      report(pending)
    end
  end
  return unexplained
end

--- The tensor memory in use when nothing waits for the collector: bytes and blocks.
local function in_use()
  collectgarbage()
  collectgarbage() -- what the finalizers of the first let go
  torch._C.trim()
  local memory = torch._C.memory()
  return memory.bytes, memory.blocks
end

--- busted keeps the functions of a file and its globals to the end of the run, and with
-- them every tensor that they name: drops them once the file is done.
local function forget(busted, element)
  for _, child in ipairs(busted.children(element)) do forget(busted, child) end
  for key, value in pairs(element) do
    if type(value) == "table" and value[1] then element[key] = nil end -- lists of children
  end
  local run = element.run
  element.run, element.env = nil, nil
  if type(run) == "table" then -- a file's: busted asks the first one where any later test stands
    element.run = {getTrace = run.getTrace, rewriteMessage = run.rewriteMessage}
  end
end

--- Reports every file of which no test was run or skipped.
local function watch_count(busted)
  local tests
  busted.subscribe({"file", "start"}, function()
    tests = 0
    return nil, true
  end)
  busted.subscribe({"test", "end"}, function()
    tests = tests + 1
    return nil, true
  end)
  busted.subscribe({"file", "end"}, function(file)
    if tests == 0 then
      busted.publish({"error", "file"}, file, nil, "no tests in this file", {short_src = file.name, currentline = 0})
    end
    return nil, true
  end)
end

--- What specs have besides busted's functions.
local function add_functions(busted)
  local skip -- what `pending` is in the test that runs
  busted.subscribe({"test", "start"}, function(test)
    skip = test.env and test.env.pending or skip
    return nil, true
  end)
  function _G.needs(there, what)
    if there then return busted.it end
    return function(name) busted.it(name, function() skip("needs " .. what) end) end
  end
end

--- Seconds since some moment; busted's own clock, which is there with it.
local function now() return require "system".monotime() end

--- Compares the tensor memory before and after each file, and reports a difference.
local function watch_memory(busted)
  local bytes, blocks, test_bytes, test_blocks
  local leaks = {}
  local each = os.getenv "HECATE_LEAKS"
  busted.subscribe({"file", "start"}, function()
    torch.manual_seed(0)
    leaks = {}
    bytes, blocks = in_use()
    return nil, true
  end)
  busted.subscribe({"test", "start"}, function()
    if each then test_bytes, test_blocks = in_use() end
    return nil, true
  end)
  busted.subscribe({"test", "end"}, function(test)
    if each then
      local now, now_blocks = in_use()
      if now ~= test_bytes or now_blocks ~= test_blocks then
        leaks[#leaks + 1] = ("\n%s:%d: %s: %+d bytes, %+d blocks"):format(test.trace.short_src,
          test.trace.currentline, test.name, now - test_bytes, now_blocks - test_blocks)
      end
    end
    return nil, true
  end)
  busted.subscribe({"file", "end"}, function(file)
    forget(busted, file)
    local now, now_blocks = in_use()
    if now ~= bytes or now_blocks ~= blocks then
      busted.publish({"error", "file"}, file, nil,
        ("tensor memory at the end: %+d bytes, %+d blocks%s"):format(now - bytes, now_blocks - blocks,
          each and table.concat(leaks) or " (HECATE_LEAKS=1 names the tests)"),
        {short_src = file.name, currentline = 0})
    end
    return nil, true
  end)
end

--- The output handler.
local function handler()
  local busted = require "busted"
  local base = require "busted.outputHandlers.base"()
  local start = now()
  add_functions(busted)
  watch_count(busted)
  watch_memory(busted)
  function base.suiteEnd()
    local left_out = 0
    for _, list in ipairs{base.failures, base.errors} do
      for _, failure in ipairs(list) do
        if wants_library(failure) then
          left_out = left_out + 1
          io.write(("skipped: %s (%s)\n"):format(failure.name, message_of(failure):match "[^\n]*"))
        else report(failure) end
      end
    end
    local unexplained = report_skipped(base.pendings)
    local failed = base.failuresCount + base.errorsCount - left_out + unexplained
    io.write(("took %.1f s\n"):format(now() - start))
    io.write(("%d passed, %d failed\n"):format(base.successesCount, failed))
    io.flush()
    -- busted's own exit code counts those that were left out, and not those without a reason
    if left_out + unexplained > 0 then os.exit(failed == 0) end
    return nil, true
  end
  busted.subscribe({"suite", "end"}, base.suiteEnd)
  return base
end

if package.loaded["busted.core"] then return handler end

-- As the program: busted reads the global 'arg', and exits with a code if any failed.
table.insert(arg, 1, "--output=" .. FILE)
require "busted.runner"({standalone = false})
