--- run a script and tell what its time went to
local HELP = [[
usage: hecate prof [options] script.lua [argument]...
Runs a script and tells on the standard error which ops its time went to.
  --limit N     the N ops that took the most time (20)
  --trace FILE  write a trace that Perfetto opens (.json or .json.gz), with lines and modules]]

local options = require "torch.utils.options"
local now = require "torch.utils.terminal".now

local function fail(...) error({message = string.format(...)}, 0) end

local function parse(words)
  local given, i = {limit = 20}, 1
  while words[i] and words[i]:find "^%-" do
    local name = words[i]
    if name == "--help" then return {help = true} end
    if name ~= "--limit" and name ~= "--trace" then
      fail("prof: unknown option '%s'%s", name, options.suggest(name, {"--limit", "--trace", "--help"}))
    end
    if not words[i + 1] then fail("prof: option '%s' needs a value", name) end
    given[name:sub(3)], i = words[i + 1], i + 2
  end
  given.limit = math.tointeger(tonumber(given.limit)) or fail("prof: --limit needs a number, got '%s'", given.limit)
  given.script, given.at = words[i], i
  return given
end

--- Runs the script, with its arguments in `arg`.
local function run(given, words)
  local chunk, message = loadfile(given.script)
  if not chunk then error(message, 0) end
  arg = {[0] = given.script, table.unpack(words, given.at + 1)}
  return chunk(table.unpack(arg))
end

local words = {...}
local understood, given = pcall(parse, words)
if not understood then
  if type(given) ~= "table" then error(given, 0) end
  io.stderr:write("hecate ", given.message, "\n")
  return 1
end
if given.help or not given.script then
  print(HELP)
  return given.help and 0 or 1
end
local mode = given.trace and torch.profiler.profile {with_stack = true, with_modules = true, profile_memory = true}
  or torch._C.profile_enter {}
local start = now()
local ok, message = xpcall(run, debug.traceback, given, words)
local seconds = now() - start
if given.trace then
  mode:stop()
  mode:export_chrome_trace(given.trace)
else torch._C.profile_leave(mode) end
io.stderr:write(require("hecate.totals").text(seconds, given.limit))
if not ok then error(message, 0) end
