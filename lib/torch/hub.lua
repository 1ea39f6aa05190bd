--- torch.hub: files from the network: downloads that are checked and kept, weights of models, models of a folder.
local options = require "torch.utils.options"
local torch = require "torch"

local hub = {}

-- ---- folders ----------------------------------------------------------------------------------

local chosen -- the folder that set_dir named

--- torch.hub.get_dir() -> string: The folder for what is downloaded: that of torch.hub.set_dir, else $TORCH_HOME/hub,
-- $XDG_CACHE_HOME/torch/hub or ~/.cache/torch/hub.
-- Example: type(torch.hub.get_dir())
function hub.get_dir()
  local home, cache = os.getenv "TORCH_HOME", os.getenv "XDG_CACHE_HOME"
  return chosen or (home or (cache or (os.getenv "HOME" or ".") .. "/.cache") .. "/torch") .. "/hub"
end

--- torch.hub.set_dir(d: path): Chooses the folder for what is downloaded.
function hub.set_dir(...) chosen = options.read("set_dir", {{"d", kind = "string", required = true}}, ...).d end

local function make_folder_of(who, path)
  local folder = path:match "^(.*)/[^/]*$"
  if folder == nil or folder == "" then return end
  local made, reason = require "torch.hub.folders".make(folder)
  if not made then options.raise(("%s: %s: %s"):format(who, folder, reason)) end
end

-- ---- one transfer -------------------------------------------------------------------------------

local MEGABYTE <const> = 1000000

--- Iterator over the megabytes of a transfer; `result` gets what the last step said.
local function megabytes(transfer, result)
  local seen, have, total = 0, 0, nil
  return function()
    while true do
      if have >= (seen + 1) * MEGABYTE then
        seen = seen + 1
        return seen, total
      end
      local state, a, b = transfer:step()
      if state ~= "running" then
        result.state, result.reason, result.cannot_resume = state, a, b
        return nil
      end
      have, total = a, b
    end
  end
end

--- Runs a transfer; with `name` it is shown under that name.
local function run(transfer, name)
  local result = {}
  local next_one = megabytes(transfer, result)
  if not name then
    repeat until next_one() == nil
    return result
  end
  local first, total = next_one()
  if first == nil then return result end
  local bar <close> = torch.utils.progress(next_one, {desc = name, unit = "MB",
    total = total and math.max(total // MEGABYTE - 1, 1) or nil})
  for _ in bar do end -- luacheck: ignore
  return result
end

--- Downloads to a file, from byte `from` on. Returns whether it is done, why not, and whether the server cannot go on
-- in the middle.
local function fetch(url, path, from, name)
  local transfer, reason = require "torch.hub.curl".open(url, path, from)
  if transfer == nil then return false, reason end
  local ok, result = options.try(run, transfer, name)
  transfer:close()
  if not ok then error(result, 0) end
  return result.state == "done", result.reason, result.cannot_resume
end

-- ---- checksums ----------------------------------------------------------------------------------

local LENGTHS <const> = {md5 = 32, sha256 = 64}

--- {kind, hexadecimal digits} of what was given; nil: nothing was.
local function expected_sum(who, given)
  local count = (given.md5 and 1 or 0) + (given.sha256 and 1 or 0) + (given.hash_prefix and 1 or 0)
  if count > 1 then options.raise(who .. ": more than one checksum is given; one tells whether the file is whole") end
  local kind = given.md5 and "md5" or (given.sha256 or given.hash_prefix) and "sha256"
  if not kind then return nil end
  local digits = (given.md5 or given.sha256 or given.hash_prefix):lower()
  local whole = given.md5 or given.sha256
  if not digits:find "^%x+$" or #digits > LENGTHS[kind] or (whole and #digits ~= LENGTHS[kind]) then
    local name = given.md5 and "md5" or given.sha256 and "sha256" or "hash_prefix"
    options.wrong(who, name, nil, ("%s%d hexadecimal digits"):format(whole and "" or "up to ", LENGTHS[kind]), digits)
  end
  return {kind, digits}
end

local function sum_of(who, path, sum)
  local found, reason = require "torch.hub.digest"(path, sum[1])
  if not found then options.raise(("%s: %s: %s"):format(who, path, reason)) end
  return found
end

--- Whether a file has the sum; true where there is none to compare.
local function is_whole(who, path, sum) return not sum or sum_of(who, path, sum):sub(1, #sum[2]) == sum[2] end

-- ---- downloads ----------------------------------------------------------------------------------

local function size_of(path) return require "torch.hub.folders".size(path) end

local LONGEST <const> = 250 -- bytes of a name, with room for ".part"

--- What to do about a transfer that failed.
local function advice(reason, path)
  local cut_off = reason:find "^Could not resolve" or reason:find "^Failed to connect"
  return cut_off and ("; where there is no network, put the file there as '%s'"):format(path) or ""
end

--- Downloads to `path` what has no checksum: nobody could tell whether a part of it is one of the same file.
local function fetch_whole(who, url, path, name)
  local new <close> = torch._C.replacement(path, who)
  local done, reason = fetch(url, new:path(), 0, name)
  if not done then return reason end
  new:place()
end

--- Downloads to `path` by way of a part of it, and goes on with what is there: `sum` tells whether it is right. Begins
-- again where that was something else.
local function fetch_on(who, url, path, sum, name)
  local real, why = torch._C.file_target(path)
  if not real then return why end
  local part = real:sub(1, -1 - math.max(#real:match "[^/]*$" - LONGEST, 0)) .. ".part"
  local from = size_of(part) or 0
  local done, reason, cannot_resume = fetch(url, part, from, name)
  local wrong_part = done and from > 0 and not is_whole(who, part, sum)
  if wrong_part or (not done and cannot_resume) then done, reason = fetch(url, part, 0, name) end
  if not done then
    if size_of(part) == 0 then os.remove(part) end
    return reason
  end
  if not is_whole(who, part, sum) then
    local found = sum_of(who, part, sum)
    os.remove(part)
    return ("the %s checksum is %s, expected %s"):format(sum[1], found, sum[2])
  end
  return select(2, os.rename(part, real))
end

local DOWNLOAD <const> = {{"url", kind = "string", required = true}, {"dst", kind = "string", required = true},
  {"hash_prefix", kind = "string"}, {"progress", kind = "boolean", default = true}, {"md5", kind = "string"},
  {"sha256", kind = "string"}}

--- torch.hub.download_url_to_file(url: string, dst: path, hash_prefix: string = nil, progress: bool = true, md5:
-- string = nil, sha256: string = nil): Downloads a file of http or https by libcurl. It is written beside dst, and
-- takes its place when it is whole. A checksum, or the first digits of that of SHA-256, tells whether it is; where one
-- is given, a download that was stopped leaves dst.part and goes on there. progress: a bar for what is larger than a
-- megabyte.
function hub.download_url_to_file(...)
  local who = "download_url_to_file"
  local given = options.read(who, DOWNLOAD, ...)
  local sum, name = expected_sum(who, given), given.progress and given.dst:match "[^/]*$" or nil
  if not given.url:find "^https?://." then options.wrong(who, "url", 1, "a URL of http or https", given.url) end
  make_folder_of(who, given.dst)
  local reason
  if sum then reason = fetch_on(who, given.url, given.dst, sum, name)
  else reason = fetch_whole(who, given.url, given.dst, name) end
  if reason then options.raise(("%s: %s: %s%s"):format(who, given.url, reason, advice(reason, given.dst))) end
end

--- torch.hub.check_integrity(path: path, md5: string = nil, sha256: string = nil) -> bool: Whether the file is there
-- and has the checksum.
-- Example: torch.hub.check_integrity("/no/such/file")
function hub.check_integrity(...)
  local given = options.read("check_integrity", {{"path", kind = "string", required = true},
    {"md5", kind = "string"}, {"sha256", kind = "string"}}, ...)
  local sum = expected_sum("check_integrity", given)
  return size_of(given.path) ~= nil and is_whole("check_integrity", given.path, sum)
end

local STATE <const> = {{"url", kind = "string", required = true}, {"model_dir", kind = "string"}, {"map_location"},
  {"progress", kind = "boolean", default = true}, {"check_hash", kind = "boolean", default = false},
  {"file_name", kind = "string"}}

--- torch.hub.load_state_dict_from_url(url: string, model_dir: path = nil, map_location: any = nil, progress: bool =
-- true, check_hash: bool = false, file_name: string = nil) -> table: torch.load of a file that is downloaded when it
-- is not in model_dir (torch.hub.get_dir()/checkpoints) yet. check_hash: the name of the file ends as "-" and the
-- first digits of its SHA-256, which are compared.
function hub.load_state_dict_from_url(...)
  local who = "load_state_dict_from_url"
  local given = options.read(who, STATE, ...)
  local name = given.file_name or given.url:gsub("[?#].*$", ""):match "[^/]+$"
  if not name then options.wrong(who, "url", 1, "a URL with the name of a file", given.url) end
  local path = (given.model_dir or hub.get_dir() .. "/checkpoints") .. "/" .. name
  local prefix = given.check_hash and name:match "%-(%x+)%.%w+$" or nil
  if given.check_hash and not prefix then
    options.raise(("%s: 'check_hash': the name '%s' has no '-' and digits of a checksum at its end"):format(who, name))
  end
  if not size_of(path) then
    hub.download_url_to_file(given.url, path, {hash_prefix = prefix, progress = given.progress})
  end
  return torch.load(path, given.map_location)
end

for name, f in pairs(require "torch.hub.configuration") do hub[name] = f end

return hub
