--- hecate.help.registry: every public name, found by walking the libraries from `torch` and
-- the globals on; nothing is listed by hand. Names are as users write them: torch.sum,
-- nn.Linear, nn.Module.apply, optim.Adam, torch.Tensor.add_.
local comment = require "hecate.help.comment"
local torch = require "torch"

local registry = {}

--- The tables of a chain of __index that load libraries at first use have their names here.
local function lazy_names(t)
  local meta = getmetatable(t)
  return type(meta) == "table" and meta.__lazy or {}
end

--- torch.nn.X and torch.optim.X are nn.X and optim.X: the globals.
function registry.short(name)
  return (name:gsub("^torch%.(nn%f[%W])", "%1"):gsub("^torch%.(optim%f[%W])", "%1"):gsub("^F%.", "nn.functional."))
end

--- The name that a head of a comment means: x:add is torch.Tensor.add.
local function documented_name(head)
  return registry.short((head:gsub("^x([.:])", "torch.Tensor%1"):gsub(":", ".")))
end

--- name → {text =, file =, line =} of the comments of C files.
local function natives()
  local by_name = {}
  for _, found in ipairs(require "hecate.help.native") do
    local heads = comment.parse(found.text).heads
    for _, head in ipairs(heads) do by_name[documented_name(head.name)] = found end
    local library = #heads == 0 and found.text:match "^(%l+): "
    if library then by_name[library] = found end
  end
  return by_name
end

--- name → array of its rows of the op table: torch.sum, nn.functional.relu, torch.Tensor.add_.
local function op_rows()
  local by_name = {}
  local function add(name, row)
    by_name[name] = by_name[name] or {}
    table.insert(by_name[name], row)
  end
  for _, row in ipairs(torch._C.ops()) do
    if #row.modules > 0 then
      for _, library in ipairs(row.modules) do
        if not row.in_place_only then add(library .. "." .. row.lua, row) end
      end
      if row.method and not row.in_place_only then add("torch.Tensor." .. row.lua, row) end
      if row.in_place then add("torch.Tensor." .. row.lua .. "_", row) end
    end
  end
  return by_name
end

--- The public keys of a table: those with documents of their own first, so that other
-- names of the same value become aliases of them; then by name.
local function public_keys(index, name, t)
  local keys, seen = {}, {}
  local function take(key)
    if type(key) == "string" and key:find "^%a[%w_]*$" and not seen[key] and key ~= "super" then
      seen[key], keys[#keys + 1] = true, key
    end
  end
  for key in next, t do take(key) end
  for key in pairs(lazy_names(t)) do take(key) end
  local function rank(key)
    local full = name .. "." .. key
    return (index.ops[full] or index.natives[full]) and 0 or 1
  end
  table.sort(keys, function(a, b)
    local x, y = rank(a), rank(b)
    return x < y or x == y and a < b
  end)
  return keys
end

local function add(index, entry)
  if index.by_name[entry.name] then return index.by_name[entry.name] end
  local shared = type(entry.value) == "function" or type(entry.value) == "table"
  if shared then
    entry.alias = index.by_value[entry.value]
    index.by_value[entry.value] = entry.alias or entry
  end
  index.by_name[entry.name] = entry
  index.list[#index.list + 1] = entry
  table.insert(entry.library.entries, entry)
  return entry
end

local function add_methods(index, library, name, methods, kind)
  for _, key in ipairs(public_keys(index, name, methods)) do
    local value = rawget(methods, key)
    if type(value) == "function" then
      add(index, {name = name .. "." .. key, key = key, kind = kind, value = value, library = library, owner = name})
    end
  end
end

--- A library of its own, that others may be found in.
local function add_library(index, name, t)
  if index.seen[t] then return end
  index.seen[t] = true
  local library = {name = name, table = t, entries = {}}
  index.libraries[#index.libraries + 1] = library
  index.by_value[t] = index.by_value[t] or {name = name, kind = "library", value = t, library = library}
  index.by_name[name] = index.by_name[name] or index.by_value[t]
  return library
end

local function visit(index, library)
  local t = library.table
  for _, key in ipairs(public_keys(index, library.name, t)) do
    local name = library.name .. "." .. key
    local ok, value = true, rawget(t, key)
    if value == nil then ok, value = pcall(function() return t[key] end) end
    local class = ok and type(value) == "table" and torch._C.describe(value)
    local entry = {name = name, key = key, value = value, library = library}
    if not ok then -- it cannot be loaded here
    elseif class then
      entry.kind, entry.class = "class", class
      if not add(index, entry).alias then add_methods(index, library, name, value, "method") end
    elseif type(value) == "function" then
      entry.kind = "function"
      add(index, entry)
    elseif type(value) == "table" then
      local inner = next(public_keys(index, name, value)) and add_library(index, registry.short(name), value)
      if inner then table.insert(index.queue, inner) end
    else
      entry.kind = "constant"
      add(index, entry)
    end
  end
end

--- Methods that are reached through values alone, as those of torch.Generator.
local function add_documented(index)
  local names = {}
  for name in pairs(index.natives) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local owner, key = name:match "^(.+)%.([%w_]+)$"
    local parent = owner and (index.by_name[owner] or index.by_name[owner:match "^(.+)%.[%w_]+$" or ""])
    if parent and not index.by_name[name] then
      local kind = index.natives[name].text:find("^[%w_.]+:") and "method" or "attribute"
      if not index.natives[name].text:find "%(" then kind = "attribute" end
      add(index, {name = name, key = key, kind = kind, library = parent.library, owner = owner})
    end
  end
end

local function build()
  local index = {list = {}, by_name = {}, by_value = {}, libraries = {}, seen = {}, queue = {}, ops = op_rows(),
    natives = natives()}
  table.insert(index.queue, add_library(index, "torch", torch))
  local tensor = getmetatable(torch.zeros(0))
  local at, shown = 1, false
  while index.queue[at] do
    visit(index, index.queue[at])
    at = at + 1
    if not shown then
      shown = true
      local library = add_library(index, "torch.Tensor", tensor.__methods)
      add_methods(index, library, "torch.Tensor", tensor.__methods, "method")
      add_methods(index, library, "torch.Tensor", tensor.__attributes, "attribute")
      for _, name in ipairs(require "hecate.libraries") do
        local ok, t = pcall(require, name)
        local root = ok and type(t) == "table" and add_library(index, name, t)
        if root then table.insert(index.queue, root) end
      end
    end
  end
  add_documented(index)
  return index
end

local index

--- The index: `list` of entries {name, key, kind, value, library, alias, owner, class}, the
-- same `by_name` and `by_value`, and `libraries` {name, table, entries}. Made at first use,
-- which loads every library; `again` makes it anew.
function registry.index(again)
  if again or not index then index = build() end
  return index
end

return registry
