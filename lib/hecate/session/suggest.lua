--- "did you mean": the names nearest to one that means nothing, from what the message of
-- Lua and the line say of it. Nothing of the program runs: values are looked into raw.
local M = {}

--- Calls add(name) for the names a value has: of its table, its metatables, its class.
local function names_of(value, add, depth)
  if depth > 20 then return end
  local meta = debug.getmetatable(value)
  local tables = {type(value) == "table" and value}
  if type(value) == "userdata" then
    tables[#tables + 1] = debug.getuservalue(value, 1)
  end
  if type(meta) == "table" then
    for _, key in ipairs {"__lazy", "__attributes"} do tables[#tables + 1] = rawget(meta, key) end
  end
  for _, t in pairs(tables) do
    if type(t) == "table" then
      for key in next, t do
        if type(key) == "string" then add(key) end
      end
    end
  end
  if type(meta) ~= "table" then return end
  for _, key in ipairs {"__methods", "__index"} do
    local parent = rawget(meta, key)
    if type(parent) == "table" and parent ~= value then names_of(parent, add, depth + 1) end
  end
end

--- A field without side effects: of tables raw and along __index; of our userdata as it is.
local function field(value, key)
  for _ = 1, 20 do
    if type(value) == "userdata" then
      local ok, found = pcall(function() return value[key] end)
      return ok and found or nil
    end
    if type(value) ~= "table" then return nil end
    local found = rawget(value, key)
    if found ~= nil then return found end
    local meta = debug.getmetatable(value)
    local index = type(meta) == "table" and rawget(meta, "__index")
    if type(index) == "function" and rawget(meta, "__lazy") then return value[key] end
    value = index
  end
end
M.field = field

--- What the path "a.b.c" means in a frame: `find(name)` gives the value of a variable.
function M.resolve(path, find)
  local value
  for part in path:gmatch "[%a_][%w_]*" do
    if value == nil then value = find(part) else value = field(value, part) end
    if value == nil then return nil end
  end
  return value
end

local function nearest(wrong, list)
  table.sort(list)
  return require "hecate.undefined.names".nearest_of(wrong, list)
end

--- A hint for a message of Lua, or nil. `line`: the source line, or nil; `find`: as of
-- resolve; `variables`: names of the locals and upvalues; `env`: the globals.
function M.hint(message, line, find, variables, env)
  local kind, wrong = message:match "%((%a+) '([%a_][%w_]*)'%)"
  if not message:find("nil value", 1, true) or not kind then return nil end
  local list, seen = {}, {}
  local function add(name)
    if not seen[name] and name ~= wrong and name:find "^[%a_]" then list[#list + 1] = name end -- modules have numbers
    seen[name] = true
  end
  if kind == "global" then
    for _, name in ipairs(variables) do add(name) end
    names_of(env, add, 0)
  elseif (kind == "field" or kind == "method") and line then
    local path = line:match("([%a_][%w_.]*)%s*[.:]%s*" .. wrong .. "%f[^%w_]")
    local value = path and M.resolve(path, find)
    if value == nil then return nil end
    if type(value) == "string" then value = string end
    names_of(value, add, 0)
  else
    return nil
  end
  local near = nearest(wrong, list)
  return near and ("did you mean '%s'?"):format(near)
end

return M
