-- What a dry run puts aside: files that would be written, pictures, commands, output; loaders give one batch.
local options = require "torch.utils.options"
local aside = {EXIT = {}}

--- An object that takes every call and every field, and is itself again.
local function absorber()
  local self = {}
  local function same() return self end
  return setmetatable(self, {__index = same, __call = same, __close = function() end, __len = function() return 0 end,
    __tostring = function() return "" end})
end

--- Every tensor in nested tables on the meta device.
local function to_meta(torch, value)
  if torch.is_tensor(value) then return value:to "meta" end
  if type(value) ~= "table" or getmetatable(value) ~= nil then return value end
  local out = {}
  for k, item in pairs(value) do out[k] = to_meta(torch, item) end
  return out
end

--- An iterator that gives the first item of another, read where data is.
local function first_of(torch, make, skipped)
  local done = false
  return function()
    if done then return nil end
    done = true
    torch.set_default_device "cpu"
    local item = table.pack(pcall(function() return make()() end))
    torch.set_default_device "meta"
    if not item[1] then error(item[2], 0) end
    for i = 2, item.n do item[i] = i - 1 <= skipped and item[i] or to_meta(torch, item[i]) end
    return table.unpack(item, 2, item.n)
  end
end

local function set_loaders(torch, put)
  local DataLoader = torch.utils.data.DataLoader
  local iter, enumerate = DataLoader.iter, DataLoader.enumerate
  put(DataLoader, "iter", function(self) return first_of(torch, function() return iter(self) end, 0) end)
  put(DataLoader, "enumerate", function(self) return first_of(torch, function() return enumerate(self) end, 1) end)
end

--- torch.utils.progress without a bar.
local function progress(iterable)
  local next_item, state, i = iterable, nil, 0
  if type(iterable) == "number" then
    next_item = function()
      i = i + 1
      if i <= iterable then return i end
    end
  elseif type(iterable) ~= "function" then
    local iter = options.field(iterable, "iter")
    if iter then next_item = iter(iterable)
    elseif type(iterable) == "table" then
      next_item = function()
        i = i + 1
        if iterable[i] ~= nil then return i, iterable[i] end
      end
    end
  end
  local bar = {}
  function bar.iter() return next_item, state end
  return setmetatable(bar, {__call = function() return next_item() end, __close = function() end,
    __index = function() return function() return bar end end})
end

--- Files: what is saved is loaded again, and lies in no file.
local function set_files(torch, globals, put, note)
  local saved, load, open = {}, torch.load, io.open
  local function nowhere() return open("/dev/null", "w") end
  put(torch, "save", function(value, path)
    saved[path] = value
    note("torch.save: %s is not written", path)
  end)
  put(torch, "load", function(path, ...)
    if saved[path] ~= nil then return saved[path] end
    return to_meta(torch, load(path, ...))
  end)
  put(globals.io, "open", function(path, mode)
    if not (mode or "r"):find "[wa+]" then return open(path, mode) end
    note("io.open: %s is not written", path)
    return nowhere()
  end)
  put(globals.io, "popen", function(command)
    note("io.popen: '%s' is not run", command)
    return nowhere()
  end)
  for _, name in ipairs {"remove", "rename", "execute"} do
    put(globals.os, name, function(what)
      note("os.%s: %s: not done", name, tostring(what))
      return true
    end)
  end
end

--- Begins; returns the function that puts everything back. Notes are added to the list, each once.
function aside.start(torch, globals, notes, given)
  local before = {}
  local function put(where, name, value)
    before[#before + 1] = {where, name, rawget(where, name)}
    where[name] = value
  end
  local function note(...)
    local text = string.format(...)
    if not notes[text] then notes[#notes + 1] = text end
    notes[text] = true
  end
  set_loaders(torch, put)
  set_files(torch, globals, put, note)
  put(torch.utils, "progress", progress)
  put(package.loaded, "gnuplot", absorber())
  put(globals, "gnuplot", package.loaded.gnuplot)
  put(globals.os, "exit", function() error(aside.EXIT, 0) end)
  if not given.output then
    put(globals, "print", function() end)
    put(globals.io, "write", function() return globals.io.stdout end)
  end
  return function()
    for i = #before, 1, -1 do before[i][1][before[i][2]] = before[i][3] end
  end
end

return aside
