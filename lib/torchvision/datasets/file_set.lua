-- Data sets whose images lie in files, each read when its item is asked for.
local data = require "torch.utils.data"
local decode = require "torchvision.io.decode"
local options = require "torch.utils.options"
local torch = require "torch"

--- The parent of these classes. A subclass has _read_item(i), which gives an image and its target.
local FileDataset = torch.class("torchvision.datasets.FileDataset", data.Dataset)

--- The options that such data sets share, behind their own.
FileDataset.shared = {{"transform", kind = "callable"}, {"target_transform", kind = "callable"},
  {"transforms", kind = "callable"}, {"skip_damaged", kind = "boolean", default = false}}

--- The own options of a data set and the shared ones.
function FileDataset.parameters(own)
  local list = table.move(own, 1, #own, 1, {})
  return table.move(FileDataset.shared, 1, #FileDataset.shared, #list + 1, list)
end

function FileDataset:set_up(name, given)
  self.name = name
  self.transform, self.target_transform = given.transform, given.target_transform
  self.transforms, self.skip_damaged = given.transforms, given.skip_damaged
  if given.transforms and (given.transform or given.target_transform) then
    options.raise(("%s: 'transforms' takes image and target; it does not go with 'transform' or 'target_transform'")
      :format(name))
  end
end

--- The image in a file, by default RGB.
function FileDataset:read_image(path, mode)
  return decode.image(self.name, path, decode.read(self.name, path), {mode = mode or "RGB", least = 0,
    most = decode.MAX_PIXELS})
end

--- The item at i; where that is damaged and the program wants it so, the next one that is not.
function FileDataset:read_good_item(i)
  for step = 0, #self - 1 do
    local ok, image, target = options.try(self._read_item, self, (i - 1 + step) % #self + 1)
    if ok then return image, target end
    options.warn(("%s; the next image is taken"):format((tostring(image):gsub("^[^:\n]*:%d+: ", ""))))
  end
  options.raise(("%s: no image can be read"):format(self.name))
end

--- {image, target}: uint8 (C, H, W) and what belongs to it, after the transforms.
function FileDataset:__getitem(i)
  local at = data.position(self.name, i, #self)
  local image, target
  if self.skip_damaged then image, target = self:read_good_item(at) else image, target = self:_read_item(at) end
  if self.transforms then return {self.transforms(image, target)} end
  if self.transform then image = self.transform(image) end
  if self.target_transform then target = self.target_transform(target) end
  return {image, target}
end

function FileDataset:__tostring()
  return ("Dataset %s\n    Number of datapoints: %d\n    Root location: %s"):format(self.name, #self, self.root)
end

return FileDataset
