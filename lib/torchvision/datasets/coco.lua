-- COCO: images with objects or captions, which a JSON file describes.
local FileDataset = require "torchvision.datasets.file_set"
local files = require "torchvision.datasets.files"
local options = require "torch.utils.options"
local torch = require "torch"

local OWN <const> = {{"root", kind = "string", required = true}, {"annFile", kind = "string", required = true}}

--- torchvision.datasets.CocoDetection(root: path, annFile: path, {transform: function =, target_transform: function =,
-- transforms: function =, skip_damaged: bool = false}): The images of a file of COCO: an item is uint8 RGB (3, H, W)
-- and the array of its annotations, tables as the file has them: bbox {x, y, width, height}, category_id … The images
-- come in the order of their ids (`ids`); `categories` are names by category_id.
local CocoDetection = torch.class("torchvision.datasets.CocoDetection", FileDataset)

local function list_of(name, path, content, key)
  local list = type(content) == "table" and content[key] or nil
  if type(list) ~= "table" then options.raise(("%s: %s: no list of '%s'"):format(name, path, key)) end
  return list
end

--- The images by their ids, the sorted ids, and the annotations of each.
local function index(self, path, content)
  self.images, self.ids, self.annotations = {}, {}, {}
  for i, image in ipairs(list_of(self.name, path, content, "images")) do
    if type(image) ~= "table" or type(image.id) ~= "number" or type(image.file_name) ~= "string" then
      options.raise(("%s: %s: image %d has no id or file_name"):format(self.name, path, i))
    end
    self.images[image.id], self.annotations[image.id] = image, {}
    self.ids[i] = image.id
  end
  table.sort(self.ids)
  for i, annotation in ipairs(list_of(self.name, path, content, "annotations")) do
    local list = type(annotation) == "table" and self.annotations[annotation.image_id]
    if not list then
      options.raise(("%s: %s: annotation %d is of no image in the file"):format(self.name, path, i))
    end
    list[#list + 1] = annotation
  end
end

local function load(self, name, given)
  self:set_up(name, given)
  self.root = given.root
  local content = files.json(name, given.annFile)
  index(self, given.annFile, content)
  self.categories = {}
  for _, category in ipairs(type(content.categories) == "table" and content.categories or {}) do
    self.categories[category.id] = category.name
  end
end

function CocoDetection:__init(...)
  load(self, "CocoDetection", options.read("CocoDetection", FileDataset.parameters(OWN), ...))
end

function CocoDetection:__len() return #self.ids end

function CocoDetection:_read_item(i)
  local id = self.ids[i]
  return self:read_image(self.root .. "/" .. self.images[id].file_name), self.annotations[id]
end

--- torchvision.datasets.CocoCaptions(root: path, annFile: path, {transform: function =, target_transform: function =,
-- transforms: function =, skip_damaged: bool = false}): As CocoDetection, but an item has the array of its captions.
local CocoCaptions = torch.class("torchvision.datasets.CocoCaptions", CocoDetection)

function CocoCaptions:__init(...)
  load(self, "CocoCaptions", options.read("CocoCaptions", FileDataset.parameters(OWN), ...))
end

function CocoCaptions:_read_item(i)
  local image, annotations = CocoDetection._read_item(self, i)
  local captions = {}
  for k, annotation in ipairs(annotations) do captions[k] = annotation.caption end
  return image, captions
end

return {CocoDetection = CocoDetection, CocoCaptions = CocoCaptions}
