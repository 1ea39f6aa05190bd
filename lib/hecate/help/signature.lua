--- hecate.help.signature: signatures as data. They are read from the op table and from
-- documentation comments, in one grammar:
--
--     torch.sum(input: Tensor, dim: dims = nil, *, dtype: dtype = nil) -> Tensor
--     random_split(dataset, lengths, {generator =})
--
-- A type may be left out; what has a default (`=`, perhaps nil) or stands in braces is
-- optional; what follows `*` or stands in braces is given by name.
local types = require "hecate.help.types"

local signature = {}

--- Where the string at text[at] ends; a quote behind a backslash is a part of it.
local function string_end(text, at)
  at = at + 1
  while at < #text and text:sub(at, at) ~= '"' do at = at + (text:sub(at, at) == "\\" and 2 or 1) end
  return at
end

--- Where the bracket at text[at] is closed.
local function closing(text, at)
  local depth = 0
  while at <= #text do
    local c = text:sub(at, at)
    if c == '"' then at = string_end(text, at)
    elseif c:find "[%(%[{]" then depth = depth + 1
    elseif c:find "[%)%]}]" then
      depth = depth - 1
      if depth == 0 then return at end
    end
    at = at + 1
  end
end

--- The parts of a list between commas that are in no bracket or string.
local function split(text)
  local parts, start, at = {}, 1, 1
  while at <= #text do
    local c = text:sub(at, at)
    if c:find "[%(%[{]" then at = closing(text, at) or #text
    elseif c == '"' then at = string_end(text, at)
    elseif c == "," then
      parts[#parts + 1] = text:sub(start, at - 1)
      start = at + 1
    end
    at = at + 1
  end
  parts[#parts + 1] = text:sub(start)
  for i, part in ipairs(parts) do parts[i] = part:match "^%s*(.-)%s*$" end
  if parts[#parts] == "" then parts[#parts] = nil end
  return parts
end

--- What a default says of the type, where nothing else does.
local function type_of_default(text)
  if text == "true" or text == "false" then return "bool" end
  if tonumber(text) then return math.type(tonumber(text)) == "integer" and "int" or "number" end
  if text and text:find '^"' then return "string" end
  return nil
end

local function argument(part, keyword)
  local bracketed = part:match "^%[(.*)%]$"
  local text, default = (bracketed or part):match "^(.-)%s*=%s*(.*)$"
  text = text or bracketed or part
  local name, kind = text:match "^([%w_.]+)%s*:%s*(.+)$"
  name = (name or text):match "^[%w_.]+"
  if not name then return nil end
  if default == "" then default = "nil" end
  if kind and types.choices(kind) and default and not default:find '^"' and default ~= "nil" then
    default = '"' .. default .. '"'
  end
  kind = kind or type_of_default(default)
  return {name = name:gsub("_$", ""), type = kind, default = default, keyword = keyword,
    optional = default ~= nil or bracketed ~= nil or name == "..." or keyword,
    choices = kind and types.choices(kind), position = kind and types.is_position(kind)}
end

--- The arguments of the text between the parentheses.
function signature.arguments(text)
  local args, keyword = {}, false
  for _, part in ipairs(split(text)) do
    local group = part:match "^{(.*)}$"
    if part == "*" then keyword = true
    elseif group then
      for _, option in ipairs(split(group)) do args[#args + 1] = argument(option, true) end
    else args[#args + 1] = argument(part, keyword) end
  end
  return args
end

--- Reads "name(arguments) -> results" at the front of a text. Returns the name ("" in
-- the op table), the arguments, the results (an array of types, nil where none are told) and
-- the place behind; nil when the text does not begin so.
function signature.read(text)
  local name, open = text:match "^([%a_]?[%w_.:]*)()%("
  local close = name and closing(text, open)
  if not close then return nil end
  local args, results = signature.arguments(text:sub(open + 1, close - 1)), nil
  local list, behind = text:match("^%s*%->%s*([%w_.%[%]|, ]+)()", close + 1)
  if list then
    results = {}
    for kind in list:gmatch "[^,]+" do results[#results + 1] = kind:match "^%s*(.-)%s*$" end
  end
  return name, args, results, behind or close + 1
end

local function shown(arg)
  if arg.default then return ("%s = %s"):format(arg.name, arg.default) end
  if arg.optional and arg.name ~= "..." then return ("[%s]"):format(arg.name) end
  return arg.name
end

--- "torch.sum(input, dim = nil, {dtype = nil}) -> Tensor": what is given by name is in braces.
function signature.format(name, args, results)
  local plain, named = {}, {}
  for _, arg in ipairs(args) do
    local list = arg.keyword and named or plain
    list[#list + 1] = arg.keyword and not arg.default and arg.name or shown(arg)
  end
  if #named > 0 then plain[#plain + 1] = "{" .. table.concat(named, ", ") .. "}" end
  local arrow = results and #results > 0 and " -> " .. table.concat(results, ", ") or ""
  return ("%s(%s)%s"):format(name, table.concat(plain, ", "), arrow)
end

return signature
