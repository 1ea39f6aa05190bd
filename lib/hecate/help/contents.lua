--- hecate.help.contents: what is in a library, a line each: the libraries below it, classes, functions, constants.
local record = require "hecate.help.record"
local registry = require "hecate.help.registry"
local text = require "hecate.help.text"

local contents = {}

local TITLES = {{"library", "Libraries"}, {"class", "Classes"}, {"function", "Functions"}, {"method", "Methods"},
  {"attribute", "Attributes"}, {"constant", "Constants"}}

--- The libraries directly below one of this name.
local function below(index, name)
  local list = {}
  for _, library in ipairs(index.libraries) do
    local short = name == "torch" and registry.short(library.name) or library.name
    local inner = short:match("^" .. name:gsub("%p", "%%%0") .. "%.([%w_]+)$")
    local top = name == "torch" and not short:find "%." and short ~= "torch" and short or nil
    if inner or top then list[#list + 1] = {name = library.name, kind = "library"} end
  end
  return list
end

--- name and first sentence of an entry of the registry.
local function summary(entry, index)
  local found = {name = entry.key or entry.name}
  if entry.kind == "library" then found.doc = record.of(index.by_name[entry.name], index).doc
  elseif entry.alias and entry.alias.library == entry.library then found.doc = "Another name of " .. entry.alias.name
  else found.doc = record.of(entry.alias or entry, index).doc end
  return found
end

--- contents.of(name, settings): the text for the library of that name; "" where nothing is in it.
function contents.of(name, settings)
  local index = registry.index()
  local library = index.by_name[name] and index.by_name[name].library
  local groups, parts = {library = below(index, name)}, {}
  for _, entry in ipairs(library and library.entries or {}) do
    local own = not entry.owner or entry.owner == name
    if own and entry.kind ~= "library" then
      groups[entry.kind] = groups[entry.kind] or {}
      table.insert(groups[entry.kind], entry)
    end
  end
  for _, title in ipairs(TITLES) do
    local list = groups[title[1]] or {}
    table.sort(list, function(a, b) return a.name < b.name end)
    for i, entry in ipairs(list) do list[i] = summary(entry, index) end
    if #list > 0 then
      parts[#parts + 1] = ("\n%s\n%s"):format(text.title(title[2], settings), text.list(list, settings))
    end
  end
  return table.concat(parts, "\n")
end

return contents
