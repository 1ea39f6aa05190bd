--- Looking into values without running the program: tables are read raw, metatables are
-- followed where __index is a table. What has to be made to be looked into (a library that
-- loads at first use, the attribute of a tensor) is ours and has no other effect.
local getmetatable, getuservalue, getinfo = debug.getmetatable, debug.getuservalue, debug.getinfo
local rawget, type = rawget, type
local M = {}

local LIMIT = 100 -- parents of a table; the chain may be a ring

--- What a call would return, where only its class is known.
local Instance = {}
--- look.instance(class): stands for an object of that class.
function M.instance(class) return setmetatable({class = class}, Instance) end

local function meta_table(value, field)
  local meta = getmetatable(value)
  local found = type(meta) == "table" and rawget(meta, field)
  return type(found) == "table" and found or nil
end

local function add_chain(list, t)
  for _ = 1, LIMIT do
    if not t then return end
    list[#list + 1] = t
    t = meta_table(t, "__index")
  end
end

--- look.sources(value): the tables that its fields are looked up in: a table and its parents;
-- the fields of an object, its methods and theirs.
function M.sources(value)
  local list = {}
  if type(value) == "table" then
    add_chain(list, getmetatable(value) == Instance and value.class or value)
    return list
  end
  if type(value) == "userdata" then
    local fields = getuservalue(value, 1)
    if type(fields) == "table" then add_chain(list, fields) end
  end
  add_chain(list, meta_table(value, "__methods"))
  if #list == 0 or type(value) ~= "userdata" then add_chain(list, meta_table(value, "__index")) end
  return list
end

--- Whether __index of the table loads the names in its __lazy, which only functions in C do.
local function lazy_names(t)
  local names, index = meta_table(t, "__lazy"), nil
  if names then index = rawget(getmetatable(t), "__index") end
  return type(index) == "function" and getinfo(index, "S").what == "C" and names or {}
end

local function is_ours(value)
  local meta = type(value) == "userdata" and getmetatable(value)
  return type(meta) == "table" and type(rawget(meta, "__class")) == "userdata"
end

--- look.is_tensor(value): whether it is a tensor.
function M.is_tensor(value)
  return is_ours(value) and rawget(getmetatable(value), "__attributes") ~= nil
end

--- look.index(value, key): its field, or nil where it cannot be had without running the program.
function M.index(value, key)
  if value == nil or key == nil then return nil end
  if math.type(key) == "integer" then
    if M.is_tensor(value) then return value end -- as good as one of its slices
    if is_ours(value) then key = tostring(key - 1) end -- nn.Sequential counts its names from 0
  end
  local sources = M.sources(value)
  for _, t in ipairs(sources) do
    local found = rawget(t, key)
    if found ~= nil then return found end
  end
  for _, t in ipairs(sources) do
    if lazy_names(t)[key] then
      local ok, found = pcall(function() return t[key] end)
      return ok and found or nil
    end
  end
  if M.is_tensor(value) and rawget(getmetatable(value), "__attributes")[key] then
    local ok, found = pcall(function() return value[key] end)
    return ok and found or nil
  end
end

--- look.each(value, f): calls f(key, field) for what index finds; `field` may be nil for names
-- that have not been loaded and for attributes. A key may come twice.
function M.each(value, f)
  for _, t in ipairs(M.sources(value)) do
    for key, field in next, t do f(key, field) end
    for key in next, lazy_names(t) do f(key) end
  end
  if is_ours(value) then
    for key in next, meta_table(value, "__attributes") or {} do f(key) end
  end
end

return M
