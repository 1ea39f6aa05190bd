--- What the data sets of sound share: the files below a folder, archives that are downloaded, and items.
local torch = require "torch"
local data = require "torch.utils.data"
local options = require "torch.utils.options"

local files = {}

local DEPTH <const> = 32 -- folders in folders

--- The names in a folder, sorted; those of folders end as "/". Raises where there is none.
function files.names(who, path)
  local names = torch._C.folder(path)
  if names == nil then options.raise(("%s: %s: no folder that can be read"):format(who, path)) end
  table.sort(names)
  return names
end

function files.is_folder(path) return torch._C.folder(path) ~= nil end

--- The paths of the files below a folder whose names end as one of `ends`, in the order of their names.
function files.below(who, folder, ends, list, depth)
  list, depth = list or {}, depth or 1
  if depth > DEPTH then
    options.raise(("%s: %s: folders in folders, more than %d deep"):format(who, folder, DEPTH))
  end
  for _, name in ipairs(files.names(who, folder)) do
    local path = folder .. "/" .. name
    if name:sub(-1) == "/" then files.below(who, path:sub(1, -2), ends, list, depth + 1)
    else
      local ending = (name:match "%.%w+$" or ""):lower()
      for _, wanted in ipairs(ends) do
        if ending == wanted then list[#list + 1] = path end
      end
    end
  end
  return list
end

--- The text of a file.
function files.text(who, path)
  local file <close> = torch._C.open_file(path, who)
  return file:read(0, file:size())
end

--- Where a set lies: `root`/`folder`. It is downloaded from `url` and unpacked where asked for; else it must be
-- there.
function files.place(who, given, folder, url, sha256)
  local place = given.root .. "/" .. folder
  if files.is_folder(place) then return place end
  if not given.download then
    options.raise(("%s: %s: no such folder (download = true fetches %s)"):format(who, place, url))
  end
  local archive = given.root .. "/" .. url:match "[^/]+$"
  require("torch.hub").download_url_to_file(url, archive, {hash_prefix = sha256})
  require("torchvision.datasets.archive").extract(who, archive, given.into or given.root)
  if not files.is_folder(place) then options.raise(("%s: %s: not in the archive"):format(who, place)) end
  return place
end

--- A data set of files: item(self, path) gives the parts of an item, the first two being the signal and its rate.
function files.define(name, item)
  local class = torch.class("torchaudio.datasets." .. name, data.Dataset)
  function class:__len() return #self.paths end
  function class:__getitem(i) return item(self, self.paths[data.position(name, i, #self.paths)]) end
  function class:__tostring()
    return ("Dataset %s\n    Number of datapoints: %d\n    Root location: %s"):format(name, #self.paths, self.root)
  end
  return class
end

--- The parameters that all of them have; `folder` is the default of folder_in_archive.
function files.parameters(url, folder)
  return {{"root", kind = "string", required = true}, {"url", kind = "string", default = url},
    {"folder_in_archive", kind = "string", default = folder}, {"download", kind = "boolean", default = false}}
end

return files
