-- Data sets of a folder for each class.
local FileDataset = require "torchvision.datasets.file_set"
local files = require "torchvision.datasets.files"
local options = require "torch.utils.options"
local torch = require "torch"

local IMAGES <const> = {".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".gif", ".pnm",
  ".pbm"}

local DEPTH <const> = 64 -- folders in folders

local DatasetFolder = torch.class("torchvision.datasets.DatasetFolder", FileDataset)

--- dataset:find_classes(directory: path) -> string[], table: The names of the classes, sorted, and their positions. A
-- subclass may have another one.
function DatasetFolder:find_classes(directory)
  local classes, positions = {}, {}
  for _, name in ipairs(files.names(self.name, directory)) do
    if name:sub(-1) == "/" then classes[#classes + 1] = name:sub(1, -2) end
  end
  for i, class in ipairs(classes) do positions[class] = i end
  if #classes == 0 then
    options.raise(("%s: %s: no folder in it; there is one for each class"):format(self.name, directory))
  end
  return classes, positions
end

--- Calls f(path) for the files below a folder, in the order of their names.
local function each_file(self, folder, f, depth)
  if depth > DEPTH then options.raise(("%s: %s: folders in folders, more than %d deep"):format(self.name, folder,
    DEPTH)) end
  for _, name in ipairs(files.names(self.name, folder)) do
    if name:sub(-1) == "/" then each_file(self, folder .. "/" .. name:sub(1, -2), f, depth + 1)
    else f(folder .. "/" .. name) end
  end
end

local function has_ending(path, endings)
  local lower = path:lower()
  for _, ending in ipairs(endings) do
    if lower:sub(-#ending) == ending:lower() then return true end
  end
  return false
end

--- The files of all classes as {path, class}.
local function find_samples(self, given, endings)
  local samples = {}
  local function belongs(path)
    if given.is_valid_file then return given.is_valid_file(path) end
    return endings == nil or has_ending(path, endings)
  end
  for _, class in ipairs(self.classes) do
    local position, before = self.class_to_idx[class], #samples
    local folder = given.root .. "/" .. class
    if files.is_folder(folder) then
      each_file(self, folder, function(path)
        if belongs(path) then samples[#samples + 1] = {path, position} end
      end, 1)
    end
    if #samples == before and not given.allow_empty then
      options.raise(("%s: no file for the class '%s' in '%s'%s"):format(self.name, class, folder,
        endings and not given.is_valid_file and " that ends as " .. table.concat(endings, ", ") or ""))
    end
  end
  return samples
end

local function fill(self, name, given, endings)
  self:set_up(name, given)
  self.root = given.root
  self.loader = given.loader or function(path) return self:read_image(path) end
  self.classes, self.class_to_idx = self:find_classes(given.root)
  self.samples = find_samples(self, given, endings)
  local targets = {}
  for i, sample in ipairs(self.samples) do targets[i] = sample[2] end
  self.targets, self.imgs = targets, self.samples
end

function DatasetFolder:_read_item(i)
  local sample = self.samples[i]
  return self.loader(sample[1]), sample[2]
end

function DatasetFolder:__len() return #self.samples end

--- torchvision.datasets.DatasetFolder(root: path, loader: function, extensions: string[] = nil, is_valid_file:
-- function = nil, allow_empty: bool = false, {transform: function =, target_transform: function =, transforms:
-- function =, skip_damaged: bool = false}): The files below `root`/CLASS/, with the position of their class among the
-- sorted names of the folders. loader(path) makes what stands for a file. Which files there are say extensions or
-- is_valid_file(path). skip_damaged: in the place of a file that cannot be read comes the next one, with a warning.
-- Fields: classes, class_to_idx, samples ({path, class}), targets.
function DatasetFolder:__init(...)
  local given = options.read("DatasetFolder", FileDataset.parameters {{"root", kind = "string", required = true},
    {"loader", kind = "callable", required = true}, {"extensions", kind = "table"},
    {"is_valid_file", kind = "callable"}, {"allow_empty", kind = "boolean", default = false}}, ...)
  if given.extensions and given.is_valid_file then
    options.raise "DatasetFolder: 'extensions' and 'is_valid_file' are two ways to say the same; give one of them"
  end
  fill(self, "DatasetFolder", given, given.extensions)
end

--- torchvision.datasets.ImageFolder(root: path, transform: function = nil, target_transform: function = nil, loader:
-- function = nil, is_valid_file: function = nil, allow_empty: bool = false, {transforms: function =, skip_damaged:
-- bool = false}): The images below `root`/CLASS/: an item is uint8 RGB (3, H, W) and the position of its class.
-- Otherwise as torchvision.datasets.DatasetFolder.
local ImageFolder = torch.class("torchvision.datasets.ImageFolder", DatasetFolder)

function ImageFolder:__init(...)
  local given = options.read("ImageFolder", {{"root", kind = "string", required = true}, FileDataset.shared[1],
    FileDataset.shared[2], {"loader", kind = "callable"}, {"is_valid_file", kind = "callable"},
    {"allow_empty", kind = "boolean", default = false}, FileDataset.shared[3], FileDataset.shared[4]}, ...)
  fill(self, "ImageFolder", given, IMAGES)
end

return {DatasetFolder = DatasetFolder, ImageFolder = ImageFolder}
