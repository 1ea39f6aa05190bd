--- hecate.help.resolve: the value that a text such as `x`, `model.fc1` or `torch.sum` names
-- in an environment, without running anything of the program.
local resolve = {}

--- The class table, or the table of methods, behind a userdata.
local function methods_of(value)
  local meta = debug.getmetatable(value)
  return type(meta) == "table" and rawget(meta, "__methods") or nil
end
resolve.methods_of = methods_of

--- A field of a table or of the tables that its __index leads to; libraries that load at
-- first use are loaded, other functions are not called.
local function table_field(t, key)
  for _ = 1, 100 do
    local value = rawget(t, key)
    if value ~= nil then return value, t end
    local meta = debug.getmetatable(t)
    if type(meta) ~= "table" then return nil end
    local lazy = rawget(meta, "__lazy")
    if lazy and lazy[key] then
      local ok, loaded = pcall(function() return t[key] end)
      return ok and loaded or nil, t
    end
    t = rawget(meta, "__index")
    if type(t) ~= "table" then return nil end
  end
end

--- The field `key` of a value and the table that it was found in; for a tensor's computed
-- ones the second is "attribute".
local function field(value, key)
  if type(value) == "table" then return table_field(value, key) end
  if type(value) == "string" then return string[key], string end
  if type(value) ~= "userdata" then return nil end
  local fields = debug.getuservalue(value, 1)
  if type(fields) == "table" and rawget(fields, key) ~= nil then return rawget(fields, key), fields end
  local methods = methods_of(value)
  if methods then
    local found, where = table_field(methods, key)
    if found ~= nil then return found, where end
  end
  local meta = debug.getmetatable(value)
  local attribute = type(meta) == "table" and rawget(meta, "__attributes") and meta.__attributes[key]
  if attribute then return attribute, "attribute" end
end

--- The value, and where its last part was found; nil when there is none.
function resolve.value(text, env)
  local value, where = env, nil
  for dot, key in ("." .. text):gmatch "([.:])([%w_]+)" do
    value, where = field(value, key)
    if value == nil or (where == "attribute" and dot == ".") then break end
  end
  return value, where
end

--- The locals of a text's path: "a.b:c" → {"a", "b", "c"}; nil when it is none.
function resolve.path(text)
  local parts = {}
  if not text:find "^[%a_][%w_]*[%w_.:]*$" then return nil end
  for part in text:gmatch "[%w_]+" do parts[#parts + 1] = part end
  return parts
end

return resolve
