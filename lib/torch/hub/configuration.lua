-- Models of a folder with a Lua file hubconf.
local options = require "torch.utils.options"

local configuration = {}

--- The table that the Lua file hubconf of a folder returns.
local function entries_of(name, folder)
  if type(folder) ~= "string" then options.wrong(name, "repo_or_dir", 1, "a folder", folder) end
  local path = folder .. "/hubconf.lua"
  local file = io.open(path, "rb")
  if not file then options.raise(("%s: 'repo_or_dir' (argument 1): no file '%s'"):format(name, path)) end
  file:close()
  local chunk, why = loadfile(path, "t")
  if not chunk then options.raise(("%s: %s"):format(name, why)) end
  local entries = chunk()
  if type(entries) ~= "table" then options.raise(("%s: %s returns no table of functions"):format(name, path)) end
  return entries
end

local function names_of(entries)
  local names = {}
  for name, f in pairs(entries) do
    if type(name) == "string" and options.is_callable(f) then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

--- torch.hub.list(repo_or_dir: path) -> string[]: The names of the functions in the table that the Lua file hubconf of
-- a folder returns.
function configuration.list(repo_or_dir) return names_of(entries_of("list", repo_or_dir)) end

--- torch.hub.load(repo_or_dir: path, model: string, ...: any) -> any: What the function of that name gives, of the
-- table that the Lua file hubconf of a folder returns; all else goes to the function.
function configuration.load(repo_or_dir, model, ...)
  local entries = entries_of("load", repo_or_dir)
  local f = type(model) == "string" and rawget(entries, model)
  if not options.is_callable(f) then
    local hint = type(model) == "string" and options.suggest(model, names_of(entries)) or ""
    options.raise(("load: 'model' (argument 2): %s/hubconf.lua has no function %s%s"):format(repo_or_dir,
      options.describe(model), hint))
  end
  return f(...)
end

return configuration
