-- What the data sets need of files: whether they are there, their lines, and downloads.
local internal = torch._C
local options = require "torch.utils.options"
local folders = require "torch.hub.folders"

local files = {}

files.exists = folders.exists
files.is_folder = folders.is_folder

--- The text of a file.
function files.text(who, path)
  local file <close> = internal.open_file(path, who)
  return file:read(0, file:size())
end

--- The lines of a file without spaces around them and without empty ones.
function files.lines(who, path)
  local list = {}
  for line in files.text(who, path):gmatch "[^\r\n]+" do
    line = line:match "^%s*(.-)%s*$"
    if line ~= "" then list[#list + 1] = line end
  end
  return list
end

--- The value of a JSON text in a file.
function files.json(who, path)
  local json = require "torch.json"
  local ok, value = options.try(json.decode, files.text(who, path))
  if ok then return value end
  local reason = type(value) == "table" and ("%s (offset %d)"):format(value.what, value.offset) or tostring(value)
  options.raise(("%s: %s: %s"):format(who, path, reason))
end

--- The names in a folder, sorted; those of folders end as "/". Raises where there is none.
function files.names(who, path)
  local names = internal.folder(path)
  if names == nil then options.raise(("%s: %s: no folder that can be read"):format(who, path)) end
  table.sort(names)
  return names
end

-- ---- downloads --------------------------------------------------------------------------------

--- Downloads `resource` = {file =, md5 =, urls = {…}} into a folder unless it is there. The last URL's failure is
-- raised.
function files.download(who, folder, resource)
  local hub = require "torch.hub"
  local path = ("%s/%s"):format(folder, resource.file)
  if hub.check_integrity(path, resource.md5) then return path end
  local ok, reason
  for _, url in ipairs(resource.urls) do
    ok, reason = options.try(hub.download_url_to_file, url, path, {md5 = resource.md5})
    if ok then return path end
  end
  options.raise(("%s: %s"):format(who, (tostring(reason):gsub("^[^\n]-download_url_to_file: ", ""))))
end

return files
