--- Commands of the session: lines that begin with "%", "!" or "?". A command is a row
-- {name =, usage =, doc =, run = function(session, words)} in one of the files below; one
-- whose words are Lua says `statement = true`, one that names files `takes_files = true`. `run` returns nothing, a
-- result as of
-- session:execute, or raises; "usage" errors name the command.
local M = {}

local files = {"timing", "memory", "files", "state", "debugger", "breaks"}

local rows, by_name

local function load_rows()
  if rows then return end
  rows, by_name = {}, {}
  for _, file in ipairs(files) do
    for _, row in ipairs(require("hecate.session." .. file)) do
      rows[#rows + 1] = row
      by_name[row.name] = row
    end
  end
end

--- The rows, in the order of their files.
function M.rows()
  load_rows()
  return rows
end

--- "%name words": the row and the words; nil, and what to say, for an unknown name.
local function parse(line)
  load_rows()
  local name, words = line:match "^%%%s*([%a_]*)%s*(.-)%s*$"
  local row = by_name[name]
  if row then return row, words end
  local names = {}
  for i, r in ipairs(rows) do names[i] = r.name end
  local near = require "torch.utils.options".suggest(name, names)
  return nil, ("%%%s: there is no such command%s (%%? lists them)"):format(name, (near:gsub("'(.-)'", "'%%%1'")))
end

--- The Lua text in a command line such as "%time f(x)", else nil.
function M.statement(line)
  local row, words = parse(line)
  return row and row.statement and words:gsub("^%-%a%s*%d+%s*", ""):gsub("^%-%a%s*%d+%s*", "") or nil
end

local function list(session)
  local wrap = require "hecate.help.text".wrap
  local rows = table.move(M.rows(), 1, #M.rows(), 1, {})
  rows[#rows + 1] = {usage = "!command", doc = "runs a command of the shell; x = !ls takes its lines"}
  rows[#rows + 1] = {usage = "?name", doc = "what a name means; ??name its source, ?*part* names that match"}
  local width, lines = 0, {}
  for _, row in ipairs(rows) do width = math.max(width, #row.usage) end
  for _, row in ipairs(rows) do
    local first = #lines + 1
    wrap(row.doc:match "^[^\n]*", math.max(session.width(), width + 30), (" "):rep(width + 2), lines)
    lines[first] = row.usage .. lines[first]:sub(#row.usage + 1)
  end
  session.write(table.concat(lines, "\n") .. "\n%name? tells more of a command.\n")
end

local function describe(session, name)
  local row, message = parse("%" .. name)
  if not row then error(message, 0) end
  session.write(row.usage .. "\n" .. row.doc .. "\n")
end

local function ask(session, line)
  local text = session:help().query(line, session.env, session:options())
  if not text then error(("there is no help for '%s'"):format(line), 0) end
  session.page(text .. "\n")
end

local function dispatch(session, line)
  if line:find "^%%%s*%?$" then return list(session) end
  local name = line:match "^%%%s*([%a_]+)%s*%?$" or line:match "^%?%s*%%([%a_]+)$"
  if name then return describe(session, name) end
  if line:find "^%?" or line:find "%?$" and not line:find "^[%%!]" then return ask(session, line) end
  local target, shell = line:match "^([%w_.:%s]*)=?%s*!(.*)$"
  if shell then return require "hecate.session.files".shell(session, target, shell) end
  local row, words = parse(line)
  if not row then error(words, 0) end
  return row.run(session, words)
end

--- Runs a command line; returns a result as of session:execute.
function M.run(session, line)
  local result = session:call(dispatch, nil, session, line)
  if result.ok and type(result.results[1]) == "table" and result.results[1].ok ~= nil then return result.results[1] end
  if result.ok then result.results = {n = 0} end
  return result
end

return M
