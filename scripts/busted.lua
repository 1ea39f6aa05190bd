--- Runs spec files with Debian's busted inside Hecate:
--     hecate scripts/busted.lua tests/nn_spec.lua ...
-- The options are busted's. Prints what failed; the last line is "N passed, N failed".
-- busted loads this file twice: as the program, and as its output handler.
local FILE = "scripts/busted.lua"

--- "tests/nn_spec.lua:12: name of the test" and the reason, indented.
local function report(failure)
  local trace = failure.element.trace or {}
  local message = failure.message
  if type(message) ~= "string" then
    message = message == nil and "error without a message" or require("pl.pretty").write(message)
  end
  io.write(("%s:%s: %s\n    %s\n"):format(trace.short_src or "?", trace.currentline or "?",
    failure.name or "?", (message:gsub("\n", "\n    "))))
  if failure.isError and failure.trace and failure.trace.traceback then
    io.write("    ", (failure.trace.traceback:gsub("^\n", ""):gsub("\n", "\n    ")), "\n")
  end
end

--- The output handler.
local function handler()
  local busted = require "busted"
  local base = require "busted.outputHandlers.base"()
  function base.suiteEnd()
    for _, list in ipairs{base.failures, base.errors} do
      for _, failure in ipairs(list) do report(failure) end
    end
    for _, pending in ipairs(base.pendings) do
      io.write(("skipped: %s %s\n"):format(pending.name or "?",
        type(pending.message) == "string" and "(" .. pending.message .. ")" or ""))
    end
    io.write(("%d passed, %d failed\n"):format(base.successesCount,
      base.failuresCount + base.errorsCount))
    io.flush()
    return nil, true
  end
  busted.subscribe({"suite", "end"}, base.suiteEnd)
  return base
end

if package.loaded["busted.core"] then return handler end

-- As the program: busted reads the global 'arg', and exits with a code if any failed.
table.insert(arg, 1, "--output=" .. FILE)
require "busted.runner"({standalone = false})
