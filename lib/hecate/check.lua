-- A dry run of a script: hecate check. The script is run as it is, on tensors without data (the meta device); what it
-- would read, wait for or write is put aside (aside.lua), what training would take is counted (count.lua).
local aside = require "hecate.check.aside"
local count = require "hecate.check.count"

local check = {}

-- What ends the script before its end; no error of the script's.
local END = {}

--- A debug hook that ends the script after `seconds` of the processor.
local function limit(seconds)
  local stop = os.clock() + seconds
  return function()
    if os.clock() > stop then
      debug.sethook()
      error(END, 0)
    end
  end
end

--- The message as one line, and where the program was: {text =, place =, module =}.
local function describe(message, stack)
  local text = type(message) == "string" and message or tostring(message)
  local place, rest = text:match "^([^:\n]+:%d+): (.*)$"
  return {text = (rest or text):match "[^\n]*", place = place or stack.place, module = stack.module}
end

--- The first line of the script's own in the stack.
local function own_line(path)
  for level = 2, 60 do
    local info = debug.getinfo(level, "Sl")
    if not info then return nil end
    if info.source == "@" .. path and info.currentline > 0 then return info.short_src .. ":" .. info.currentline end
  end
end

local function load_script(path, words)
  require "torch"._C.strict("@" .. path)
  local chunk, message = loadfile(path)
  if not chunk then return nil, message end
  local globals = debug.getupvalue(chunk, 1) == "_ENV" and select(2, debug.getupvalue(chunk, 1))
  globals.arg = table.move(words, 1, #words, 1, {[0] = path})
  return chunk, globals
end

--- Runs the script: {error = nil or {text, place, module}, ended =, placeholders =, notes =, memory =}.
function check.run(path, words, given)
  local torch = require "torch"
  local chunk, globals = load_script(path, words)
  local report = {path = path, placeholders = {}, notes = {}, memory = {}}
  if not chunk then
    report.error = describe(globals, {})
    return report
  end
  local started, stack = os.clock(), {}
  local counter = count.start(torch)
  local restore = aside.start(torch, globals, report.notes, given)
  torch._C.placeholders(true)
  torch.set_default_device "meta"
  debug.sethook(limit(given.seconds), "", 100000)
  local ok, message = xpcall(chunk, function(raised)
    stack.place, stack.module = own_line(path), counter.module()
    return raised
  end, table.unpack(words))
  debug.sethook()
  torch.set_default_device "cpu"
  report.placeholders = torch._C.placeholders()
  torch._C.placeholders(false)
  restore()
  report.memory = counter.stop()
  report.seconds = os.clock() - started
  if ok or message == aside.EXIT then return report end
  if rawequal(message, END) then
    report.error = {text = ("did not end in %g s: a loop that waits for what tensors hold?"):format(given.seconds),
      place = stack.place}
  else report.error = describe(message, stack) end
  return report
end

-- ---- the report ------------------------------------------------------------------------

local function bytes(n)
  local units, i = {"bytes", "KB", "MB", "GB", "TB"}, 1
  while n >= 1000 and i < #units do n, i = n / 1000, i + 1 end
  return i == 1 and ("%d bytes"):format(n) or ("%.1f %s"):format(n, units[i])
end

local ORDER = {{"parameters", "parameters"}, {"gradients", "gradients"}, {"state", "optimiser state"},
  {"activations", "saved activations"}}

--- The report as lines.
function check.text(report)
  local out = {}
  local function add(...) out[#out + 1] = string.format(...) end
  local wrong = report.error
  if wrong then
    add("%s: %s%s", wrong.place or report.path, wrong.text, wrong.module and (" (in %s)"):format(wrong.module) or "")
  end
  for _, p in ipairs(report.placeholders) do
    local times = ("%d time%s, first at %s"):format(p.count, p.count == 1 and "" or "s", p.place or "?")
    local assumed, written = p.who:match "^shape: (.*)", p.who:match "^write: (.*)"
    if written then add("note: %s is not written", written)
    elseif assumed then add("note: a shape depends on data (a mask, nonzero): %s, %s", assumed, times)
    else add("note: %s read data %s: it got zeros, ones of integers", p.who, times) end
  end
  for _, note in ipairs(report.notes) do add("note: %s", note) end
  local total = 0
  for _, line in ipairs(ORDER) do
    local n = report.memory[line[1]]
    if n and n > 0 then
      add("%-18s %s", line[2], bytes(n))
      total = total + n
    end
  end
  if total > 0 then add("%-18s %s", "together", bytes(total)) end
  add("%s: %s", report.path, wrong and "1 error" or ("no errors (%.2f s)"):format(report.seconds or 0))
  return table.concat(out, "\n") .. "\n"
end

return check
