--- hecate.help.comment: documentation comments as data.
--
-- A comment is `--- text` and `-- more` above a definition in Lua, `/** text */` in C. It may
-- begin with the name or the signature of what it documents (in C it must), then a colon.
-- Lines "- `name` (type, default): text" are about arguments; "Shape: text" tells shapes; what
-- follows "Example:", on the line or indented below it, runs; "See: a, b" names others.
local signature = require "hecate.help.signature"

local comment = {}

--- Takes names or signatures, separated by commas, off the front of a text: an array of
-- {name =, args =, results =} and the rest.
local function heads(text)
  local list, rest = {}, text
  while true do
    local name, args, results, behind = signature.read(rest)
    if not name or name == "" then
      name, behind = rest:match "^([%a_][%w_]*[.:][%w_.:]*[%w_])()"
      if not name then return {}, text end
      args, results = nil, nil
      local kind, after = rest:match("^%s*%->%s*([%w_.%[%]|]+)()", behind)
      if kind then results, behind = {kind}, after end
    end
    list[#list + 1] = {name = name, args = args, results = results}
    rest = rest:sub(behind)
    local next_head = rest:match "^,%s+(.*)$"
    local told = rest:match "^:%s*(.*)$" or (args and rest:match "^%.?%s*\n%s*(.*)$")
    if told then return list, told end
    if not next_head then return {}, text end
    rest = next_head
  end
end

local function example_of(first, lines, at)
  local code = {}
  if first ~= "" then code[1] = first end
  while lines[at] and lines[at]:find "^    " do
    code[#code + 1] = lines[at]:sub(5)
    at = at + 1
  end
  return table.concat(code, "\n"), at
end

--- Notes of an argument go on where the line after is indented by two or more.
local function argument_of(line, lines, at)
  local name, kind, text = line:match "^%- `([%w_.]+)`%s*%(([^)]*)%):?%s*(.*)$"
  if not name then name, text = line:match "^%- `([%w_.]+)`:%s*(.*)$" end
  local default = kind and kind:match ",%s*(.+)$"
  kind = kind and kind:match "^[^,]+"
  while name and lines[at] and lines[at]:find "^  %S" do
    text = text .. " " .. lines[at]:match "^%s*(.*)$"
    at = at + 1
  end
  return name, {name = name, type = kind, default = default, doc = text}, at
end

--- {heads =, doc =, args = an array of {name, type, default, doc}, also by name, shapes =, example =, see = {names}}
function comment.parse(text)
  local found = {args = {}, see = {}}
  found.heads, text = heads(text)
  local lines, kept, at = {}, {}, 1
  for line in (text .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  while at <= #lines do
    local line = lines[at]
    at = at + 1
    local example = line:match "^%s*Example:%s*(.*)$"
    local name, argument, behind = argument_of(line, lines, at)
    if example then found.example, at = example_of(example, lines, at)
    elseif name then
      found.args[name], at = argument, behind
      table.insert(found.args, argument)
    elseif line:find "^See: " then
      for other in line:gmatch("[%w_.]+", 5) do found.see[#found.see + 1] = other end
    else
      found.shapes = found.shapes or line:match "^Shape: (.*)$"
      kept[#kept + 1] = line
    end
  end
  found.doc = table.concat(kept, "\n"):gsub("^%s+", ""):gsub("%s+$", "")
  return found
end

return comment
