--- Commands that change the session: %hist, %reset, %autoreload, %traceback, %strict, %highlight.
local reload = require "hecate.session.reload"

local function hist(session, words)
  local last = tonumber(words)
  local first = last and math.max(1, session.count - last) or 1
  local width = #tostring(session.count)
  for i = first, session.count - 1 do
    local text = session.inputs[i]
    if text and (last or text:find(words, 1, true)) then
      session.write(("%" .. width .. "d  %s\n"):format(i, (text:gsub("\n", "\n" .. (" "):rep(width + 2)))))
    end
  end
end

local function reset(session)
  for name in pairs(session.env) do
    if not session.initial[name] then rawset(session.env, name, nil) end
  end
  session.results:clear()
  session.failure = nil
  collectgarbage()
  collectgarbage()
end

local function choose(who, words, choices)
  local value = choices[words]
  if value == nil then
    local names = {}
    for name in pairs(choices) do names[#names + 1] = name end
    table.sort(names)
    error(("%%%s: expected %s, got '%s'"):format(who, table.concat(names, " or "), words), 0)
  end
  return value
end

local function traceback(session, words)
  session.full_traceback = choose("traceback", words, {full = true, short = false})
end

local function strict(session, words) session:set_strict(choose("strict", words, {on = true, off = false})) end

local function highlight(session, words)
  session:set_highlight(choose("highlight", words, {on = true, off = false}))
end

local function autoreload(session, words)
  if words ~= "" and words ~= "0" and words ~= "1" and words ~= "2" then
    error(("%%autoreload: expected 0, 1 or 2, got '%s'"):format(words), 0)
  end
  if words == "2" or words == "0" then session.before_input = words == "2" and reload.changed or nil end
  if words ~= "0" then reload.changed(session) end
end

return {
  {name = "hist", usage = "%hist [number or text]", run = hist,
    doc = "the inputs with their numbers: the last ones, or those that hold a text"},
  {name = "reset", usage = "%reset", run = reset,
    doc = "removes every global that was defined, and what results and errors hold"},
  {name = "autoreload", usage = "%autoreload 0|1|2", run = autoreload,
    doc = "loads modules anew whose files changed: 1 once, now; 2 before every input; 0 never\n" ..
      "Objects get the new methods of their classes, tables of modules the new functions. A\n" ..
      "function that was kept in a local stays the old one."},
  {name = "traceback", usage = "%traceback full|short", run = traceback,
    doc = "whether tracebacks show the frames of Hecate and of C too"},
  {name = "strict", usage = "%strict on|off", run = strict,
    doc = "whether reading a global that does not exist is an error, as it is at first; on: globals that functions " ..
      "make are told of too"},
  {name = "highlight", usage = "%highlight on|off", run = highlight,
    doc = "whether inputs are coloured and continued from the history as they are typed"},
}
