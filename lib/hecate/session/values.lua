--- How the session shows values. A table appears as its elements 1..n and then its other
-- keys in order, on one line where it fits, a limited number of its items and its tables to
-- a limited depth. Nothing of the program runs but __tostring.
local tokens = require "hecate.session.tokens"
local find, format, rep, sub = string.find, string.format, string.rep, string.sub
local rawget, rawlen, type, tostring, next, getmetatable = rawget, rawlen, type, tostring, next, debug.getmetatable
local M = {}

M.depth = 5    -- tables in tables
M.items = 30   -- of one table
M.string = 200 -- bytes of a string in a table

local colors = {string = "32", number = "36", boolean = "35", ["nil"] = "35", ["function"] = "34", hint = "2"}

local function paint(state, kind, text)
  local code = state.color and colors[kind]
  return code and "\27[" .. code .. "m" .. text .. "\27[0m" or text
end

--- Columns of a text on one line: characters, without the colours.
local function columns(text)
  text = find(text, "\27", 1, true) and text:gsub("\27%[[%d;]*m", "") or text
  return utf8.len(text) or #text
end
M.columns = columns

local escapes = {["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["\\"] = "\\\\"}

--- A string as Lua would read it, shortened to `limit` bytes, never inside a character.
local function quote(s, limit)
  local tail = '"'
  if #s > limit then
    while limit > 0 and find(s, "^[\128-\191]", limit + 1) do limit = limit - 1 end
    s, tail = sub(s, 1, limit), '"...'
  end
  local invalid = not utf8.len(s)
  s = s:gsub('[%c"\\]', function(c) return escapes[c] or format("\\%03d", c:byte()) end)
  if invalid then s = s:gsub("[\128-\255]", function(c) return format("\\%03d", c:byte()) end) end
  return '"' .. s .. tail
end

-- ---- functions ----------------------------------------------------------------------------

--- "(a, b, ...)" of a Lua function.
local function parameters(f)
  local info, names = debug.getinfo(f, "u"), {}
  for i = 1, info.nparams do names[i] = debug.getlocal(f, i) end
  if info.isvararg then names[#names + 1] = "..." end
  return "(" .. table.concat(names, ", ") .. ")"
end

--- "torch.sum(input, …)" of a function made in C, from the help.
local function signature(f)
  local ok, help = pcall(require, "hecate.help")
  local found = ok and select(2, pcall(help.describe, f))
  return type(found) == "table" and found.signature or "(made in C)"
end

--- One line: signature and place.
local function describe_function(f)
  local info = debug.getinfo(f, "S")
  if info.what == "C" then return "function " .. signature(f) end
  return format("function%s <%s:%d>", parameters(f), info.short_src, info.linedefined)
end

-- ---- tables --------------------------------------------------------------------------------

local order = {number = 1, string = 2, boolean = 3}

local function before(a, b)
  local x, y = order[type(a)] or 4, order[type(b)] or 4
  if x ~= y then return x < y end
  if x == 3 then return not a and b end
  if x == 4 then return false end
  return a < b
end

--- The first `limit` keys in order that are no elements 1..n, and how many there are. Only
-- these are ever sorted, however large the table is.
local function sorted_keys(t, n, limit)
  local keys, count = {}, 0
  for key in next, t do
    if not (math.type(key) == "integer" and key >= 1 and key <= n) then
      count = count + 1
      local at = #keys
      if at < limit or before(key, keys[at]) then
        if at == limit then keys[at] = nil else at = at + 1 end
        while at > 1 and before(key, keys[at - 1]) do
          keys[at] = keys[at - 1]
          at = at - 1
        end
        keys[at] = key
      end
    end
  end
  return keys, count
end

local function count_elements(t)
  local n = rawlen(t)
  return n > 0 and rawget(t, 1) ~= nil and n or 0
end

local function has_tostring(value)
  local meta = getmetatable(value)
  return type(meta) == "table" and rawget(meta, "__tostring") ~= nil
end

local show_table

--- "tensor float32 (2×3)", for a tensor whose text takes several lines.
local function brief(value, text)
  local torch = package.loaded.torch
  if torch and torch.typename(value) == "torch.Tensor" then
    local shape = {}
    for i, size in ipairs(value.shape) do shape[i] = tostring(size) end
    return format("tensor %s (%s)", tostring(value.dtype):gsub("^torch%.", ""), table.concat(shape, "×"))
  end
  return (text:match "^[^\n]*"):gsub("%($", "(...)")
end

local function is_long(state, text) return #text > state.width or find(text, "\n", 1, true) ~= nil end

--- tostring, but a NaN is "nan" on every platform: Lua writes the sign of some.
local function text_of(value) return value ~= value and "nan" or tostring(value) end

--- The text of a value inside a table; several lines only for a table.
local function show_item(state, value, depth, indent)
  local kind = type(value)
  if kind == "string" then return paint(state, kind, quote(value, M.string)) end
  if kind == "table" and not has_tostring(value) then return show_table(state, value, depth, indent) end
  if kind == "function" then
    local info = debug.getinfo(value, "S")
    return paint(state, kind, info.what == "C" and "function" or "function" .. parameters(value))
  end
  local text = text_of(value)
  return paint(state, kind, is_long(state, text) and brief(value, text) or text)
end

local function show_key(state, key)
  if type(key) == "string" then
    if find(key, "^[%a_][%w_]*$") and not tokens.keywords[key] then return key .. " = " end
    return "[" .. quote(key, M.string) .. "] = "
  end
  local text = tostring(key)
  return "[" .. (is_long(state, text) and brief(key, text) or text) .. "] = "
end

--- The texts of the items, and how many of them are elements 1..n.
local function show_items(state, t, depth, indent)
  local n = count_elements(t)
  local items, shown = {}, math.min(n, M.items)
  for i = 1, shown do items[i] = show_item(state, rawget(t, i), depth, indent) end
  local keys, count = sorted_keys(t, n, M.items - shown)
  for i, key in ipairs(keys) do
    items[shown + i] = show_key(state, key) .. show_item(state, rawget(t, key), depth, indent)
  end
  local hidden = n + count - #items
  if hidden > 0 then items[#items + 1] = paint(state, "hint", format("... %d more", hidden)) end
  return items, shown
end

--- Elements fill the lines, each of the other items has its own.
local function join_lines(state, items, elements, indent)
  local margin, lines, line = rep(" ", indent + 2), {}, nil
  for i, item in ipairs(items) do
    local piece = item .. (i < #items and "," or "")
    local joins = line and i <= elements and not find(item, "\n", 1, true)
      and columns(line) + 1 + columns(piece) <= state.width
    if joins then line = line .. " " .. piece
    else
      lines[#lines + 1] = line
      line = margin .. piece
    end
    if find(item, "\n", 1, true) then -- its last line takes nothing more
      lines[#lines + 1] = line
      line = nil
    end
  end
  lines[#lines + 1] = line
  return "{\n" .. table.concat(lines, "\n") .. "\n" .. rep(" ", indent) .. "}"
end

function show_table(state, t, depth, indent)
  if state.path[t] or depth >= M.depth then return next(t) == nil and "{}" or "{...}" end
  state.path[t] = true
  local items, elements = show_items(state, t, depth + 1, indent + 2)
  state.path[t] = nil
  local line = "{" .. table.concat(items, ", ") .. "}"
  if not find(line, "\n", 1, true) and columns(line) + indent <= state.width then return line end
  return join_lines(state, items, elements, indent)
end

--- The text of one value. `options`: width, color, and quoted (strings appear as in a table).
function M.format(value, options)
  options = options or {}
  local state = {width = options.width or 78, color = options.color, path = {}}
  local kind = type(value)
  if kind == "string" then return options.quoted and quote(value, 1 << 30) or value end
  if kind == "table" and not has_tostring(value) then return show_table(state, value, 0, 0) end
  if kind == "function" then return paint(state, kind, describe_function(value)) end
  return paint(state, kind, text_of(value))
end

--- The text of several results: in one line when each has one, else below each other.
function M.format_all(values, options)
  local texts, separator = {}, "\t"
  for i = 1, values.n do
    texts[i] = M.format(values[i], options)
    if find(texts[i], "\n", 1, true) then separator = "\n" end
  end
  return table.concat(texts, separator)
end

return M
