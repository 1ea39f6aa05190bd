-- Images of noise, to try programs with.
local data = require "torch.utils.data"
local options = require "torch.utils.options"
local torch = require "torch"

--- torchvision.datasets.FakeData(size: positive = 1000, image_size: ints = {3, 224, 224}, num_classes: positive = 10,
-- transform: function = nil, target_transform: function = nil, random_offset: int = 0): Images of noise, uint8 of
-- image_size, and labels from 1 to num_classes. An item is the same each time; random_offset makes other ones.
-- Example: #torchvision.datasets.FakeData(100)
local FakeData = torch.class("torchvision.datasets.FakeData", data.Dataset)

function FakeData:__init(...)
  local given = options.read("FakeData", {{"size", kind = "positive", default = 1000},
    {"image_size", kind = "table", default = {3, 224, 224}}, {"num_classes", kind = "positive", default = 10},
    {"transform", kind = "callable"}, {"target_transform", kind = "callable"},
    {"random_offset", kind = "integer", default = 0}}, ...)
  for d = 1, 3 do
    local n = options.integer(given.image_size[d])
    if n == nil or n < 1 or #given.image_size ~= 3 then
      options.wrong("FakeData", "image_size", 2, "{channels, height, width}", given.image_size)
    end
  end
  self.size, self.image_size, self.num_classes = given.size, given.image_size, given.num_classes
  self.transform, self.target_transform = given.transform, given.target_transform
  self.random_offset = given.random_offset
end

function FakeData:__len() return self.size end

function FakeData:__getitem(i)
  local at = data.position("FakeData", i, self.size)
  local generator = torch.Generator():manual_seed(at + self.random_offset)
  local image = torch.randint(0, 256, self.image_size, {generator = generator, dtype = torch.uint8})
  local label = torch.randint(1, self.num_classes + 1, {1}, {generator = generator}):item()
  if self.transform then image = self.transform(image) end
  if self.target_transform then label = self.target_transform(label) end
  return {image, label}
end

return {FakeData = FakeData}
