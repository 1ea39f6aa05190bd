--- Modules whose files changed are loaded anew, and what is new goes into what is there:
-- functions into the tables of modules and classes, so that whoever holds those, objects
-- above all, gets the new ones. Values that are no functions are replaced in modules, not in
-- classes.
local options = require "torch.utils.options"
local system = require "hecate.session.system"
local M = {}

local known = {} -- module → {path =, modified =}

local function is_class(value)
  return type(value) == "table" and tostring(value):find "^class " ~= nil
end

--- Remembers the files of the modules that were loaded since the last call, as they are now.
function M.watch()
  for name in next, package.loaded do
    if not known[name] then
      local path = not name:find "^torch" and package.searchpath(name, package.path)
      known[name] = path and {path = path, modified = system.modified(path)} or {}
    end
  end
end

--- What new functions have as upvalues and is only the new form of an old table becomes the
-- old one: `Net(10)` in a new method makes what the old class is.
local function rewire(f, old_of)
  for i = 1, 255 do
    local name, value = debug.getupvalue(f, i)
    if not name then return end
    local old = type(value) == "table" and old_of[value]
    if old then debug.setupvalue(f, i, old) end
  end
end

local merge

--- The value that is to stand where `old` stands.
local function merged(old, new, old_of)
  if type(new) ~= "table" or type(old) ~= "table" or old == new then return new end
  if is_class(new) ~= is_class(old) or (not is_class(new) and debug.getmetatable(new)) then return new end
  merge(old, new, old_of)
  return old
end

--- Brings `new`, a module or a class, into `old`.
function merge(old, new, old_of)
  if old_of[new] then return end
  old_of[new] = old
  for key, value in next, new do
    if key ~= "super" then old[key] = merged(rawget(old, key), value, old_of) end
  end
  for key, value in next, old do
    if type(value) == "function" and rawget(new, key) == nil then old[key] = nil end
  end
end

local function rewire_all(old_of)
  for _, old in pairs(old_of) do
    for _, value in next, old do
      if type(value) == "function" then rewire(value, old_of) end
    end
  end
end

local function reload(session, name, file)
  local chunk, message = loadfile(file.path, "t", session.env)
  local ok, new
  if chunk then ok, new = options.try(chunk, name, file.path) else ok, new = false, message end
  if not ok then
    session.write_error(("%%autoreload: %s: the old one stays\n"):format(tostring(new)))
    return
  end
  local old, old_of = package.loaded[name], {}
  if new == nil then new = true end
  package.loaded[name] = merged(old, new, old_of)
  rewire_all(old_of)
  session.write(("reloaded %s\n"):format(name))
end

--- Reloads what has changed since it was loaded.
function M.changed(session)
  local changed = {}
  for name in pairs(package.loaded) do
    local file = known[name] or {}
    local modified = file.path and system.modified(file.path)
    if modified and modified ~= file.modified then
      file.modified = modified
      changed[#changed + 1] = name
    end
  end
  table.sort(changed)
  for _, name in ipairs(changed) do reload(session, name, known[name]) end
end

return M
