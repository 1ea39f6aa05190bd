--- What is told of an error: the message, the lines of the user's source around it, the
-- tensors that its line names, the modules it happened in, and a traceback without frames
-- of the library. What the frames held is kept for %debug.
local hold = require "hecate.session.hold"
local source = require "hecate.session.source"
local modules = require "hecate.session.modules"
local slips = require "hecate.slips"
local suggest = require "hecate.session.suggest"
local M = {}

local NEWEST, OLDEST, WITH_VARIABLES = 30, 10, 20 -- frames that are kept of a traceback
local AROUND = 2 -- lines of the source on each side

-- ---- frames ---------------------------------------------------------------------------------

local function is_users(info) return info.what ~= "C" and not source.is_library(info.source) end
M.is_users = is_users

--- The locals and upvalues of the frame at `level` of the caller, the innermost first:
-- {name =, value = held, upvalue = its number}.
local function variables(level, f)
  local list, seen = {}, {}
  local function add(name, value, upvalue)
    if name:find "^%(" or name:find "^__" or name == "_ENV" or seen[name] then return end
    seen[name] = true
    list[#list + 1] = {name = name, value = hold.new(value), upvalue = upvalue}
  end
  local count = 0
  while debug.getlocal(level + 1, count + 1) do count = count + 1 end
  for i = count, 1, -1 do add(debug.getlocal(level + 1, i)) end
  for i = 1, 250 do
    local name, value = debug.getupvalue(f, i)
    if not name then break end
    add(name, value, i)
  end
  return list
end

--- How many frames lie above `bottom` (nil: on the whole stack), from the caller's on.
-- getinfo walks to its level, so the bottom is looked for only near the caller or at the end.
local function depth(bottom)
  local low, high = 1, 2
  while debug.getinfo(high, "l") do low, high = high, high * 2 end
  while high - low > 1 do
    local middle = (low + high) // 2
    if debug.getinfo(middle, "l") then low = middle else high = middle end
  end
  for level = low, math.max(1, low - 200), -1 do
    if bottom and debug.getinfo(level, "f").func == bottom then return level - 3 end -- xpcall too
  end
  return low - 1
end

--- The frames from `level` of the caller down to `bottom`, the newest first. Of a long
-- recursion the middle is missing: `skipped` of the next one says how many.
local function collect(level, bottom)
  local frames, last = {}, depth(bottom)
  local skipped = last - level - NEWEST - OLDEST
  local l = level + 1
  while l <= last do
    local info = debug.getinfo(l, "Slnfut")
    if not info then break end
    if #frames < WITH_VARIABLES and is_users(info) then info.variables = variables(l, info.func) end
    frames[#frames + 1] = info
    l = l + 1
    if #frames == NEWEST and skipped > 1 then
      l = l + skipped
      frames.skipped, frames.skipped_before = skipped, NEWEST + 1
    end
  end
  return frames
end

local function describe_frame(info)
  local place = info.currentline > 0 and ("%s:%d"):format(info.short_src, info.currentline) or info.short_src
  local what
  if info.what == "main" then what = "main chunk"
  elseif info.namewhat ~= "" then
    what = ("%s '%s'"):format(info.namewhat == "global" and "function" or info.namewhat, info.name)
  elseif info.what == "C" then what = "?"
  else what = ("function <%s:%d>"):format(info.short_src, info.linedefined) end
  return ("%s: in %s"):format(place, what)
end
M.describe_frame = describe_frame

--- The lines of the traceback; all frames, or those of the user.
function M.traceback(frames, full)
  local lines = {}
  for i, info in ipairs(frames) do
    if i == frames.skipped_before then lines[#lines + 1] = ("... %d levels"):format(frames.skipped) end
    if full or is_users(info) then
      lines[#lines + 1] = describe_frame(info)
      if info.istailcall then lines[#lines + 1] = "(...tail calls...)" end
    end
  end
  return lines
end

-- ---- what is told ------------------------------------------------------------------------------

--- A function that gives the value of a variable in a frame: local, upvalue, global.
local function finder(info, env)
  return function(name)
    for _, v in ipairs(info.variables or {}) do
      if v.name == name then return v.value:get() end
    end
    return suggest.field(env, name)
  end
end
local function describe_tensor(name, value)
  local shape = value.shape
  local sizes = {}
  for i = 1, #shape do sizes[i] = tostring(shape[i]) end
  local text = ("%s: %s (%s)"):format(name, tostring(value.dtype):gsub("^torch%.", ""), table.concat(sizes, "×"))
  if tostring(value.device) ~= "cpu" then text = text .. " on " .. tostring(value.device) end
  return text
end

--- "x: float32 (32×784), w: float32 (128×10)": the tensors that a line names.
local function tensors_of(line, find)
  local list, seen = {}, {}
  local code = line:gsub("%-%-.*$", ""):gsub('"[^"]*"', '""'):gsub("'[^']*'", "''")
  for path in code:gmatch "[%a_][%w_.]*" do
    while #path > 0 and not seen[path] do
      seen[path] = true
      local value = suggest.resolve(path, find)
      if torch.typename(value == nil and 0 or value) == "torch.Tensor" then
        list[#list + 1] = describe_tensor(path, value)
        break
      end
      path = path:match "^(.*)%.[^.]*$" or "" -- "x.sum": x is
    end
  end
  return #list > 0 and table.concat(list, ", ") or nil
end

--- Errors of Lua files of the library are told at the user's line.
local function at_user(message, info)
  local rest = message:match "^lib/[%w_/]+%.lua:%d+: (.*)$"
  if not rest or not info or info.currentline < 1 then return message end
  return ("%s:%d: %s"):format(info.short_src, info.currentline, rest)
end

--- In a notebook all is bold: what its colours lie on is not known.
local function paint(session, code, text)
  if session.is_notebook then code = "1" end
  return (session.color or session.is_notebook) and ("\27[%sm%s\27[0m"):format(code, text) or text
end

--- Whether the place is a one-line input that the user has just typed: it is on the screen.
local function is_obvious(session, info, lines)
  return #lines == 1 and info.source == ("=input[%d]"):format(session.count or 0)
end

--- The lines between the message and the traceback.
local function explain(session, failure, info, chain)
  local out = {}
  local lines = source.lines(info.source, session.inputs)
  local line = lines and lines[info.currentline]
  failure.is_obvious = lines and is_obvious(session, info, lines)
  if line and not failure.is_obvious then
    out[#out + 1] = source.around(lines, info.currentline, AROUND, function(text) return paint(session, "1", text) end)
  end
  local find = finder(info, session.env)
  local tensors = line and tensors_of(line, find)
  if tensors then out[#out + 1] = "  " .. tensors end
  if chain then out[#out + 1] = "  in " .. chain end
  local origin = M.origin(session, failure.message)
  if origin then out[#out + 1] = origin end
  return out
end

--- The line of the forward op that the message of an error in a backward pass names.
function M.origin(session, message)
  local place, line = message:match "recorded at (.*):(%d+)%)"
  if not place then return nil end
  local lines = source.lines("=" .. place, session.inputs) or source.lines("@" .. place)
  if not lines or not lines[tonumber(line)] then return nil end
  return ("the forward pass, %s:%s\n%s"):format(place, line,
    source.around(lines, tonumber(line), 0, function(text) return paint(session, "1", text) end))
end

local function first_user(frames)
  for i, info in ipairs(frames) do
    if is_users(info) and info.currentline > 0 then return info, i end
  end
end

--- The text of everything, from what was captured.
function M.report(session, failure)
  local out = {paint(session, "31", failure.message)}
  table.move(failure.details, 1, #failure.details, 2, out)
  local lines = M.traceback(failure.frames, session.full_traceback)
  failure.traceback = lines
  if #lines > (failure.is_obvious and 1 or 0) then
    out[#out + 1] = "stack traceback:"
    for _, line in ipairs(lines) do out[#out + 1] = "\t" .. line end
  end
  return table.concat(out, "\n")
end

local function text_of(message)
  if type(message) == "string" then return message end
  local meta = debug.getmetatable(message)
  if type(meta) == "table" and meta.__tostring then
    local ok, text = pcall(tostring, message)
    if ok then return text end
  end
  return ("(error object is a %s value)"):format(type(message))
end

local function capture(session, failure, level)
  level = level + 1
  failure.frames = collect(level, session.call)
  local info, at = first_user(failure.frames)
  failure.at = at
  failure.message = at_user(failure.message, info)
  failure.details = {}
  local chain = modules.chain(level, session.call)
  if info then failure.details = explain(session, failure, info, chain) end
  failure.report = M.report(session, failure)
end

--- In a message handler of the caller: what there is to know of the error. Never raises;
-- where it cannot look further, as after a stack overflow, it is the message alone.
function M.capture(session, message)
  local failure = {value = message, message = text_of(message)}
  if type(message) == "string" then
    slips.inputs = session.inputs
    failure.message = slips.improve(message)
  end
  failure.report = failure.message
  if failure.message == "interrupted" then return failure end
  if failure.message:find("stack overflow", 1, true) then
    local text = debug.traceback(failure.message:match "^[^\n]*", 3)
    failure.report = text:gsub("\n\t%[C%]: in [^\n]*", ""):gsub("\n\tlib/[^\n]*", ""):gsub("\n\t%(%.%.%.tail[^\n]*$",
      "")
    return failure
  end
  pcall(capture, session, failure, 4) -- capture, pcall, this, the handler
  return failure
end

--- The text for an error of a script, whose stderr is a terminal: called by error_traceback
-- (vm/error.c) in C.
function M.script(message)
  local none = os.getenv "NO_COLOR"
  local session = {env = _G, color = (none == nil or none == "") and os.getenv "TERM" ~= "dumb"}
  local failure = {message = text_of(message), details = {}}
  local ok = pcall(capture, session, failure, 5) -- capture, pcall, this, explain, error_traceback
  return ok and failure.report or nil
end

--- The report of a syntax error in a text of one or more lines.
function M.syntax_report(session, text, message)
  local line = tonumber(message:match "^input%[%d+%]:(%d+):")
  local lines = {}
  for l in (text .. "\n"):gmatch "(.-)\r?\n" do lines[#lines + 1] = l end
  message = require "hecate.syntax".explain(message, nil, text)
  local out = paint(session, "31", message)
  if not line or #lines < 2 or not lines[line] then return out end
  return out .. "\n" .. source.around(lines, line, AROUND, function(t) return paint(session, "1", t) end)
end

return M
