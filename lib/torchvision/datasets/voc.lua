-- Pascal VOC: photographs with the boxes of objects, or with a class for each pixel.
local FileDataset = require "torchvision.datasets.file_set"
local files = require "torchvision.datasets.files"
local options = require "torch.utils.options"
local torch = require "torch"

--- By year: the file of the archive, its checksum, and the folder of the data in it.
local ARCHIVES <const> = {
  ["2012"] = {"voc2012/VOCtrainval_11-May-2012.tar", "6cd6e144f989b92b3379bac3b3de84fd", "VOCdevkit/VOC2012"},
  ["2011"] = {"voc2011/VOCtrainval_25-May-2011.tar", "6c3384ef61512963050cb5d687e5bf1e",
    "TrainVal/VOCdevkit/VOC2011"},
  ["2010"] = {"voc2010/VOCtrainval_03-May-2010.tar", "da459979d0c395079b5c75ee67908abb", "VOCdevkit/VOC2010"},
  ["2009"] = {"voc2009/VOCtrainval_11-May-2009.tar", "a3e00b113cfcfebf17e343f59da3caa1", "VOCdevkit/VOC2009"},
  ["2008"] = {"voc2008/VOCtrainval_14-Jul-2008.tar", "2629fa636546599198acfcfbfcf1904a", "VOCdevkit/VOC2008"},
  ["2007"] = {"voc2007/VOCtrainval_06-Nov-2007.tar", "c52e279531787c972589f7e41ab4ae64", "VOCdevkit/VOC2007"},
  ["2007-test"] = {"voc2007/VOCtest_06-Nov-2007.tar", "b6e924de25625d8de591ea690078ad9f", "VOCdevkit/VOC2007"},
}

local OWN <const> = {{"root", kind = "string", required = true}, {"year", default = "2012"},
  {"image_set", kind = "string", default = "train"}, {"download", kind = "boolean", default = false}}

local Voc = torch.class("torchvision.datasets.VOC", FileDataset)

--- The folder of a year below the root.
local function folder_of(name, given)
  local year = tostring(options.integer(given.year) or given.year)
  if year == "2007" and given.image_set == "test" then year = "2007-test" end
  local row = ARCHIVES[year]
  if not row then options.wrong(name, "year", 2, "a year from 2007 to 2012", given.year) end
  local folder = given.root .. "/" .. row[3]
  if given.download and not files.is_folder(folder) then
    local path = files.download(name, given.root, {file = row[1]:match "[^/]+$", md5 = row[2],
      urls = {"https://thor.robots.ox.ac.uk/pascal/VOC/" .. row[1]}})
    require "torchvision.datasets.archive".extract(name, path, given.root)
  end
  if files.is_folder(folder) then return folder end
  options.raise(("%s: no folder '%s' in '%s'; download = true fetches it"):format(name, row[3], given.root))
end

--- Fills `images` and `targets` with paths. `kind`: the folder of lists, that of targets, and their ending.
local function load(self, name, kind, ...)
  local given = options.read(name, FileDataset.parameters(OWN), ...)
  self:set_up(name, given)
  self.root = given.root
  local folder = folder_of(name, given)
  local list = ("%s/ImageSets/%s/%s.txt"):format(folder, kind[1], given.image_set)
  self.images, self.targets = {}, {}
  for i, line in ipairs(files.lines(name, list)) do
    local image = line:match "^%S+" -- lists of one class have a second column
    self.images[i] = ("%s/JPEGImages/%s.jpg"):format(folder, image)
    self.targets[i] = ("%s/%s/%s%s"):format(folder, kind[2], image, kind[3])
  end
end

function Voc:__len() return #self.images end

--- torchvision.datasets.VOCSegmentation(root: path, year: string = "2012", image_set: string = "train", download: bool
-- = false, {transform: function =, target_transform: function =, transforms: function =, skip_damaged: bool =
-- false}): The photographs of `root`/VOCdevkit/VOC2012: an item is uint8 RGB (3, H, W) and its mask, uint8 (1, H, W):
-- 0 is the ground, 1 to 20 are classes, 255 borders. image_set: train, val, trainval; of 2007 also test.
local VOCSegmentation = torch.class("torchvision.datasets.VOCSegmentation", Voc)

function VOCSegmentation:__init(...)
  load(self, "VOCSegmentation", {"Segmentation", "SegmentationClass", ".png"}, ...)
end

function VOCSegmentation:_read_item(i)
  return self:read_image(self.images[i]), self:read_image(self.targets[i], "UNCHANGED")
end

--- An element as a table from names to texts and tables; of one that has no elements its text. 'object' is an array.
local function table_of(element)
  if #element == 0 then return element.text end
  local result = {}
  for _, child in ipairs(element) do
    local value, before = table_of(child), result[child.name]
    if child.name == "object" then
      result.object = before or {}
      table.insert(result.object, value)
    elseif before == nil then result[child.name] = value
    elseif type(before) == "table" and before[1] then table.insert(before, value)
    else result[child.name] = {before, value} end
  end
  return result
end

--- torchvision.datasets.VOCDetection(root: path, year: string = "2012", image_set: string = "train", download: bool =
-- false, {transform: function =, target_transform: function =, transforms: function =, skip_damaged: bool = false}):
-- As VOCSegmentation, but an item has the table {annotation = …} of its XML file: annotation.object is an array,
-- whose objects have a name and bndbox = {xmin =, ymin =, xmax =, ymax =}; all values are texts.
local VOCDetection = torch.class("torchvision.datasets.VOCDetection", Voc)

function VOCDetection:__init(...) load(self, "VOCDetection", {"Main", "Annotations", ".xml"}, ...) end

function VOCDetection:_read_item(i)
  local path = self.targets[i]
  local ok, element = options.try(require "torchvision.datasets.xml".decode, files.text(self.name, path))
  if not ok then
    local reason = type(element) == "table" and ("%s (offset %d)"):format(element.what, element.offset) or element
    options.raise(("%s: %s: %s"):format(self.name, path, reason))
  end
  return self:read_image(self.images[i]), {[element.name] = table_of(element)}
end

return {VOCSegmentation = VOCSegmentation, VOCDetection = VOCDetection}
