-- torch.save and torch.load: which format a file has. The formats are the files of torch/serialize/.
local internal = torch._C
local options = require "torch.utils.options"
local serialize = {}

-- By the ending of a path, the module that writes it; others are safetensors.
local WRITERS = {pt = "pytorch", pth = "pytorch", npy = "npy", npz = "npz", csv = "csv",
  tsv = "csv", mat = "mat", h5 = "hdf5", hdf5 = "hdf5"}

local PACKED <const> = {npz = true, mat = true, hdf5 = true} -- what can be compressed

-- Formats whose first bytes tell nothing, by the ending of the path.
local ENDINGS = {pkl = "legacy", pickle = "legacy", csv = "csv", tsv = "csv"}

-- By the words of torch._C.file_format, the module that reads it; others are refused by that of safetensors.
local READERS = {
  ["a zip file of torch.save of PyTorch"] = "pytorch", ["a zip file of NumPy arrays (.npz)"] = "npz",
  ["a zip file, as torch.save of PyTorch writes"] = "zipped",
  ["a pickle of torch.save of an old PyTorch"] = "legacy", ["a Python pickle"] = "legacy",
  ["a NumPy array (.npy)"] = "npy", ["a MATLAB file"] = "mat", ["an HDF5 file"] = "hdf5",
}

local SAVE_PARAMETERS = {{"value"}, {"path"}, {"compressed", kind = "boolean"}, {"format", kind = "string"},
  {"metadata", kind = "table"}}

-- What the first bytes of such files may be taken for.
local UNSURE <const> = {[""] = true, ["a text"] = true, ["a text without words"] = true, ["a JSON text"] = true,
  ["an empty file"] = true}

local function ending(path) return (path:match "%.(%w+)$" or ""):lower() end

--- torch.save(value: any, path: path, compressed: bool = false, format: string = nil, metadata: any = nil): Writes
-- tensors, numbers, complex ones too, strings, booleans and tables of them to a file. The ending of the path says
-- which format: .pt and .pth are PyTorch's, .npy and .npz NumPy's, .csv a table of
-- columns (torch.csv), .mat MATLAB's variables .h5 HDF5 (compressed packs .npz, .mat and .h5); all others are
-- safetensors. format ("pt", "npy", "npz", "csv", "mat", "h5", "safetensors") says it whatever the ending. Tensors
-- and tables that are shared stay shared. metadata: a table of strings for other readers of a safetensors file. The
-- file is replaced in one step: after any failure the old one is still there.
function serialize.save(value, path, ...)
  if type(path) ~= "string" then
    local swapped = type(value) == "string" and "; the value comes first: torch.save(value, path)" or ""
    internal.raise(("save: 'path' (argument 2): expected a string, got %s%s"):format(options.describe(path), swapped))
  end
  local given = options.read("save", SAVE_PARAMETERS, value, path, ...)
  local writer = WRITERS[given.format or ending(path)] or "safetensors"
  if given.format and given.format ~= "safetensors" and not WRITERS[given.format] then
    options.wrong("save", "format", nil, "safetensors, pt, npy, npz, csv, mat or h5", given.format)
  end
  if given.compressed and not PACKED[writer] then
    internal.raise(("save: 'compressed': %s: only .npz, .mat and .h5 files can be compressed"):format(path))
  end
  if given.metadata and writer ~= "safetensors" then
    internal.raise(("save: 'metadata': %s: only safetensors files have such texts"):format(path))
  end
  require("torch.serialize." .. writer).save(value, path, given)
end

-- The device that map_location names, as the function that brings a tensor there.
local function placing(location)
  if location == nil then return function(t) return t end end
  local ok, device = options.try(function() return torch.zeros(0, {device = location}).device end)
  if not ok then options.wrong("load", "map_location", 2, "a device such as \"cpu\"", location) end
  return function(t) return t:to(device) end
end

local PARAMETERS = {{"path", kind = "string", required = true}, {"map_location"},
  {"weights_only", kind = "boolean", default = true}, {"mmap", kind = "boolean", default = false},
  {"metadata", kind = "boolean", default = false}}

--- torch.load(path: path, map_location: any = nil, weights_only: bool = true, mmap: bool = false, metadata: bool =
-- false) -> any: What torch.save wrote. Of files of others: safetensors and .npz give a table from names to tensors,
-- .npy a tensor, PyTorch's .pt and .pth (zip and legacy) what they hold, built of tensors and plain data. Files hold
-- data only: nothing in one is run. With mmap = true tensors show the pages of the file, which are read when they are
-- used; changes of them stay in memory. With metadata = true the texts of a safetensors file are the second result. A
-- damaged file raises an error with its name and the offset.
function serialize.load(...)
  local given = options.read("load", PARAMETERS, ...)
  if not given.weights_only then
    internal.raise("load: 'weights_only': expected true, got boolean false: files hold data, classes are not built")
  end
  local place = placing(given.map_location)
  local file <close> = internal.open_file(given.path, "torch.load", given.mmap)
  local format = internal.file_format(file:read(0, math.min(512, file:size())))
  local reader = READERS[format] or UNSURE[format or ""] and ENDINGS[ending(given.path)] or "safetensors"
  return require("torch.serialize." .. reader).load(file, place, given)
end

return serialize
