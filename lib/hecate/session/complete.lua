--- What can stand at the cursor: names, fields, keys, options of a call, modules, files. It
-- serves the terminal (vm/session/readline/complete.c) and the notebook, and never runs the program.
local expression = require "hecate.session.expression"
local known = require "hecate.session.known"
local look = require "hecate.session.look"
local scope = require "hecate.session.scope"
local tokens = require "hecate.session.tokens"
local find, sub, type = string.find, string.sub, type

local function is(t, text) return t ~= nil and t.kind == "symbol" and t.text == text end

-- ---- the text ------------------------------------------------------------------------

--- The tokens before the cursor without comments, and the word or open string there.
local function read(text)
  local list, code = tokens.read(text), {}
  local last = list[#list]
  if last and last.kind == "comment" and last.open then return nil end
  for _, t in ipairs(list) do
    if t.kind ~= "comment" then code[#code + 1] = t end
  end
  local at = {list = code, word = "", start = #text + 1, env = nil}
  local typed = last and last.finish == #text and (last.kind == "name" or last.kind == "keyword" or last.open)
  if typed then
    at.word, at.open = last.text, last.open and last.kind == "string"
    at.start = last.open and last.start + (last.long and #text - last.start + 1 - #last.text or 1) or last.start
    code[#code] = nil
  end
  return at
end

--- The value of a name: of a local as far as its text tells, else of the global.
local function scope_of(at)
  local resolving = {}
  return function(t)
    at.locals = at.locals or scope.locals(at.list)
    for i = #at.locals, 1, -1 do
      local found = at.locals[i]
      if found.name == t.text and at.list[found.declared].start < t.start and not resolving[found] then
        local last = found.value and expression.last(at.list, found.value)
        if not last then return nil end
        resolving[found] = true
        local value = expression.value(at.list, found.value, last, at.scope)
        resolving[found] = nil
        return value
      end
    end
    return look.index(at.env, t.text)
  end
end

--- The value of the expression that ends with the token `last`, and its text.
local function value_before(at, last)
  local first = expression.start(at.list, last)
  if not first then return nil end
  local words = {}
  for i = first, last do words[#words + 1] = at.list[i].kind == "string" and "..." or at.list[i].text end
  return expression.value(at.list, first, last, at.scope), table.concat(words)
end

--- The calls and tables that are open at the cursor, inner ones first: {token, argument =
-- its number from 1, names = those given as NAME = there}.
local function open_brackets(list)
  local found, depth, argument, names = {}, 0, 1, {}
  for i = #list, 1, -1 do
    local t = list[i]
    local symbol = t.kind == "symbol" and t.text
    if symbol == ")" or symbol == "}" or symbol == "]" then depth = depth + 1
    elseif symbol == "(" or symbol == "{" or symbol == "[" then
      depth = depth - 1
      if depth < 0 then
        found[#found + 1] = {token = i, text = symbol, argument = argument, names = names}
        depth, argument, names = 0, 1, {}
      end
    elseif depth == 0 and symbol == "," then argument = argument + 1
    elseif depth == 0 and symbol == "=" and list[i - 1] then names[list[i - 1].text] = true
    elseif depth == 0 and t.kind == "keyword" and t.text ~= "function" and t.text ~= "nil" and t.text ~= "not"
      and t.text ~= "true" and t.text ~= "false" and t.text ~= "and" and t.text ~= "or" and t.text ~= "end" then
      break -- a statement: what is open around it is no call of ours
    end
  end
  return found
end

--- The call around the cursor: {callee, name, argument, options = the bracket of its named
-- arguments if the cursor is there}; nil where there is none.
local function call_at(at)
  local brackets = open_brackets(at.list)
  local inner, outer = brackets[1], brackets[2]
  local call
  if inner and inner.text == "(" then call = {token = inner.token, argument = inner.argument}
  elseif inner and inner.text == "{" then
    local before = at.list[inner.token - 1]
    if outer and outer.text == "(" and (is(before, "(") or is(before, ",")) then
      call = {token = outer.token, argument = outer.argument, options = inner}
    elseif before and (before.kind == "name" or is(before, ")")) then
      call = {token = inner.token, argument = 1, options = inner}
    end
  end
  if not call then return nil end
  call.callee, call.name = value_before(at, call.token - 1)
  if call.callee == nil then return nil end
  call.record = known.of(call.callee, call.name)
  return call
end

-- ---- candidates ---------------------------------------------------------------------------

--- A list of candidates that begin with the word; `kind` is what a candidate is, where that is known.
local function candidates(at)
  local seen, list = {}, {}
  return list, function(text, behind, kind)
    if sub(text, 1, #at.word) ~= at.word or seen[text] then return end
    local match = text .. (behind or "")
    seen[text], list[#list + 1] = true, match
    at.kinds[match] = kind
  end
end

--- What a field is: "function", "class" (a call makes an object), "instance"; nil if it is not loaded.
local function kind_of(field)
  if field == nil then return nil end
  if type(field) == "function" then return "function" end
  local meta = debug.getmetatable(field)
  return type(meta) == "table" and rawget(meta, "__call") ~= nil and type(field) == "table" and "class" or "instance"
end

local function begins(key, word) return type(key) == "string" and sub(key, 1, #word) == word end

local function is_name(key) return find(key, "^[%a_][%w_]*$") and not tokens.keywords[key] end

--- Names with "_" in front are for those who ask for them.
local function is_shown(key, word) return sub(key, 1, 1) ~= "_" or sub(word, 1, 1) == "_" end

local function sorted(list)
  table.sort(list)
  return list
end

local function names(at)
  local list, add = candidates(at)
  for _, found in ipairs(scope.locals(at.list)) do add(found.name, nil, "instance") end
  look.each(at.env, function(key, field)
    if begins(key, at.word) and is_name(key) and is_shown(key, at.word) then add(key, nil, kind_of(field)) end
  end)
  for word in next, tokens.keywords do add(word, nil, "keyword") end
  return sorted(list)
end

local function members(at, value, method)
  local list, add = candidates(at)
  look.each(value, function(key, field)
    if begins(key, at.word) and is_name(key) and is_shown(key, at.word)
      and (not method or type(field) == "function") then
      add(key, nil, kind_of(field))
    end
  end)
  return sorted(list)
end

local function quoted(key) return (("%q"):format(key):gsub("\\\n", "\\n")) end

--- The keys of a table in brackets: strings behind a quote, else integers and strings.
local function keys(at, value, quote)
  local list, add = candidates(at)
  local numbers = {}
  look.each(value, function(key)
    if quote and type(key) == "string" and not find(key, "[%c\"'\\]") then add(key, quote .. "]")
    elseif not quote and math.type(key) == "integer" then numbers[#numbers + 1] = key
    elseif not quote and type(key) == "string" then add(quoted(key), "]") end
  end)
  table.sort(numbers)
  sorted(list)
  if quote then return list end
  local all = {}
  for i = 1, math.min(#numbers, 20) do all[i] = numbers[i] .. "]" end
  return table.move(list, 1, #list, #all + 1, all)
end

--- "padding = 0": the named arguments of a call that are not given yet.
local function option_names(at, call)
  local list, add = candidates(at)
  for i, argument in ipairs(call.record and call.record.args or {}) do
    local given = call.options.names[argument.name] or (i < call.argument and not argument.keyword)
    local name = is_name(argument.name) and argument.name or nil
    if name and not given then
      local default = argument.default ~= "nil" and argument.default or ""
      add(name, " = " .. default, "param")
    end
  end
  return list
end

local dtypes = {}
for i, dtype in ipairs(torch._C.dtypes()) do dtypes[i] = dtype.name end

--- What a string may be as an argument of a call.
local function choices(at, call)
  local list, add = candidates(at)
  local named = call.options and is(at.list[#at.list], "=") and at.list[#at.list - 1].text
  for i, argument in ipairs(call.record and call.record.args or {}) do
    if named == argument.name or (not named and not call.options and i == call.argument) then
      local kind = argument.type or ""
      local words = argument.choices or (find(kind, "dtype") and dtypes)
        or (find(kind, "device") and torch._C.device_kinds())
      for _, word in ipairs(type(words) == "table" and words or {}) do add(word, at.quote) end
    end
  end
  return list
end

-- ---- modules and files ---------------------------------------------------------------------

--- Adds the modules that the templates "FOLDER/?SUFFIX;..." of a search path lead to; the dots
-- of the word are folders.
local function add_modules(at, path, add)
  local before = at.word:match "^.*%." or ""
  for folder, suffix in path:gmatch "([^;?]*)%?([^;?]*)" do
    folder = folder .. before:gsub("%.", "/")
    for _, entry in ipairs(torch._C.folder(folder) or {}) do
      local name = sub(suffix, 1, 1) == "/" and entry:match "^(.*)/$"
        or (sub(entry, -#suffix) == suffix and sub(entry, 1, -#suffix - 1))
      local is_module = name and name ~= "" and not find(name, "[./]")
      if is_module and sub(suffix, 1, 1) == "/" then
        local file = io.open(folder .. name .. suffix)
        is_module = file ~= nil
        if file then file:close() end
      end
      if is_module then add(before .. name, at.quote) end
    end
  end
end

local function modules(at)
  local list, add = candidates(at)
  for _, t in ipairs {package.loaded, package.preload} do
    for name in next, t do
      if type(name) == "string" and is_shown(name, at.word) then add(name, at.quote) end
    end
  end
  add_modules(at, package.path, add)
  add_modules(at, package.cpath, add)
  return sorted(list)
end

--- `plain`: without what a command would take for two words.
local function files(at, plain)
  local list, add = candidates(at)
  local folder, name = at.word:match "^(.*/)([^/]*)$"
  folder, name = folder or "", name or at.word
  local path = folder:gsub("^~/", (os.getenv "HOME" or "~") .. "/")
  for _, entry in ipairs(torch._C.folder(path) or {}) do
    local hidden = sub(entry, 1, 1) == "." and sub(name, 1, 1) ~= "."
    if not hidden and not find(entry, plain and "[%c%s'\"]" or "%c") then
      add(folder .. entry, sub(entry, -1) ~= "/" and at.quote or "")
    end
  end
  return sorted(list)
end

-- ---- commands -----------------------------------------------------------------------------

--- The candidates in a line that begins with "%" or "!"; nil where they are those of Lua.
local function in_command(text, at)
  local name, rest = text:match "^%s*%%%s*([%a_]*)(.*)$"
  local is_shell = not name and (find(text, "^%s*!") or find(text, "^[%w_.:%s]+=%s*!"))
  if find(text, "\n") or not name and not is_shell or at.open then return nil end
  at.word = rest == "" and name or text:match "[^%s!]*$"
  at.start = #text + 1 - #at.word
  if is_shell then return files(at, true) end
  local list, add = candidates(at)
  for _, row in ipairs(require "hecate.session.commands".rows()) do
    if rest == "" then add(row.name)
    elseif row.name == name and row.takes_files then
      local found = files(at, true)
      if #found > 0 then return found end
    end
  end
  return rest == "" and sorted(list) or nil
end

-- ---- the question ------------------------------------------------------------------------------

--- In an open string.
local function in_string(at, call)
  local list = at.list
  local last = list[#list]
  if is(last, "[") then
    local value = value_before(at, #list - 1)
    return value ~= nil and keys(at, value, at.quote) or {}
  end
  local before = is(last, "(") and list[#list - 1] or last
  if before and before.kind == "name" and before.text == "require" then return modules(at) end
  local found = call and choices(at, call) or {}
  return #found > 0 and found or files(at)
end

local function in_code(at, call)
  local last = at.list[#at.list]
  if is(last, ".") or is(last, ":") then
    local value = value_before(at, #at.list - 1)
    return value ~= nil and members(at, value, last.text == ":") or {}
  end
  if last and last.kind == "number" and last.finish == at.start - 1 then return {} end
  if is(last, "[") and at.word == "" then
    local value = value_before(at, #at.list - 1)
    if value ~= nil and not look.is_tensor(value) then return keys(at, value) end
  end
  if call and call.options and (is(last, "{") or is(last, ",")) then
    local list = option_names(at, call)
    if #list > 0 or at.word == "" then return list end
  end
  if call and call.record and at.word == "" then return {} end
  return names(at)
end

local M = {}

--- complete(text, cursor, env): what can stand at the cursor, which is behind the first `cursor`
-- bytes. Returns {matches, start, finish, signature, kinds}: each match can replace the bytes from
-- start to finish (finish is start - 1 when nothing is typed yet); the signature is that of the call
-- around the cursor, nil outside of calls; kinds[match], where it is known, is "function", "class",
-- "instance", "keyword" or "param".
function M.complete(text, cursor, env)
  text = sub(text, 1, cursor or #text)
  local at = read(text)
  if not at then return {matches = {}, start = #text + 1, finish = #text, kinds = {}} end
  at.env, at.kinds = env or _G, {}
  local word, start = at.word, at.start
  local words = in_command(text, at)
  if words then return {matches = words, start = at.start, finish = #text, kinds = at.kinds} end
  at.word, at.start = word, start
  at.scope = scope_of(at)
  at.quote = at.open and sub(text, at.start - 1, at.start - 1) or nil
  if at.quote == "[" or at.quote == "=" then at.quote = "]]" end
  local call = call_at(at)
  local matches = (at.open and in_string or in_code)(at, call)
  return {matches = matches, start = at.start, finish = #text, kinds = at.kinds,
    signature = call and call.record and call.record.signature}
end

return setmetatable(M, {__call = function(_, ...) return M.complete(...) end})
