-- Data sets of images in memory.
local data = require "torch.utils.data"
local options = require "torch.utils.options"
local torch = require "torch"

--- Images in memory: `data` uint8 (N, H, W) or (N, C, H, W), `targets` int64 (N), 1-based, `classes`
-- their names, `full` the value of a white pixel.
local ImageDataset = torch.class("torchvision.datasets.ImageDataset", data.Dataset)

--- The options that such data sets share, and the function that reads them.
ImageDataset.parameters = {
  {"root", kind = "string"}, {"train", kind = "boolean", default = true},
  {"transform", kind = "callable"}, {"target_transform", kind = "callable"},
  {"download", kind = "boolean", default = false},
}

function ImageDataset:set_up(name, given)
  self.name, self.train = name, given.train
  self.transform, self.target_transform = given.transform, given.target_transform
  self.class_to_idx = {}
  for i, class in ipairs(self.classes) do self.class_to_idx[class] = i end
end

--- uint8 (…, H, W) → float32 (…, 1, H, W) in [0, 1]; (…, 3, H, W) keeps its channels.
function ImageDataset:to_images(pixels)
  local images = self.data.ndim == 4 and pixels or pixels:unsqueeze(-3)
  return images:to("float32"):div_(self.full)
end

--- A whole batch at once; a transform, though, is for single images.
function ImageDataset:__getitems(positions)
  if self.transform or self.target_transform then return nil end
  local images = self:to_images(self.data:index_select(1, positions))
  return images, self.targets:index_select(1, positions)
end

function ImageDataset:__len() return self.data.shape[1] end

--- {image, label}: float32 in [0, 1] and a class, after the transforms.
function ImageDataset:__getitem(i)
  local at = data.position(self.name, i, #self)
  local image, label = self:to_images(self.data[at]), self.targets[at]:item()
  if self.transform then image = self.transform(image) end
  if self.target_transform then label = self.target_transform(label) end
  return {image, label}
end

function ImageDataset:__tostring()
  return ("Dataset %s\n    Number of datapoints: %d\n    Split: %s"):format(self.name, #self,
    self.split_name or self.train and "Train" or "Test")
end

--- Targets from 1 of labels from 0, which must be below the number of classes; `at(k)` tells where label k stands.
function ImageDataset:to_targets(name, labels, at)
  if #labels > 0 and labels:max():item() >= #self.classes then
    local worst = labels:argmax():item()
    options.raise(("%s: %s: label %d, expected 0 … %d (offset %d)"):format(name, at(worst), labels[worst]:item(),
      #self.classes - 1, select(2, at(worst))))
  end
  return labels:to("int64"):add_(1)
end

return ImageDataset
