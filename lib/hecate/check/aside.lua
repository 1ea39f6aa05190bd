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
local function first_of(torch, make)
  local done = false
  return function()
    if done then return nil end
    done = true
    torch.set_default_device "cpu"
    local item = table.pack(pcall(function() return make()() end))
    torch.set_default_device "meta"
    if not item[1] then error(item[2], 0) end
    for i = 2, item.n do item[i] = to_meta(torch, item[i]) end
    return table.unpack(item, 2, item.n)
  end
end

local function set_loaders(torch, put)
  local DataLoader = torch.utils.data.DataLoader
  local iter = DataLoader.iter
  put(DataLoader, "iter", function(self)
    return first_of(torch, function()
      local workers = self.num_workers
      self.num_workers = 0 -- one batch is read here
      local next_values = iter(self)
      self.num_workers = workers
      return next_values
    end)
  end)
  put(DataLoader, "enumerate", function(self)
    local next_values, k = self:iter(), 0
    local function numbered(first, ...)
      if first == nil then return nil end
      k = k + 1
      return k, first, ...
    end
    return function() return numbered(next_values()) end
  end)
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
  local output, names = io.output, 0
  put(globals.io, "output", function(file)
    if type(file) ~= "string" then return output(file) end
    note("io.output: %s is not written", file)
    return output(nowhere())
  end)
  put(globals.os, "tmpname", function() -- os.tmpname makes the file
    names = names + 1
    return ("/tmp/lua_check_%d"):format(names)
  end)
  for _, name in ipairs {"remove", "rename", "execute"} do
    put(globals.os, name, function(what)
      note("os.%s: %s: not done", name, tostring(what))
      return true
    end)
  end
end

local function set_downloads(torch, put)
  put(require "torch.hub", "download_url_to_file", function(url)
    torch._C.raise(("%s: a dry run downloads nothing; run the program once, or put the file there"):format(url))
  end)
end

--- Pictures and sounds: what tensors without data hold is not encoded.
local function set_media(put, note)
  local function writer(library, key, at)
    put(require(library), key, function(...)
      note("%s.%s: %s is not written", library, key, tostring((select(at, ...))))
    end)
  end
  for _, kind in ipairs {"png", "jpeg", "image"} do writer("torchvision.io", "write_" .. kind, 2) end
  writer("torchvision.utils", "save_image", 2)
  writer("torchaudio", "save", 1)
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
  set_media(put, note)
  set_downloads(torch, put)
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
