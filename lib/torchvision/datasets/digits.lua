-- The digits that are inside of Hecate.
local ImageDataset = require "torchvision.datasets.images"
local options = require "torch.utils.options"
local torch = require "torch"

--- torchvision.datasets.Digits({train: bool = true, transform: function =, target_transform: function =}): 1,797
-- handwritten digits of 8×8 pixels (E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits",
-- UCI, 1998, CC BY 4.0), part of Hecate. Every fifth image is in the test set. `data`
-- is uint8 (N, 8, 8) of 0 … 16; an item is a float32 image (1, 8, 8) in [0, 1] and its
-- label: class 1 is the digit 0.
-- Example: #torchvision.datasets.Digits()
local Digits = torch.class("torchvision.datasets.Digits", ImageDataset)
Digits.classes = require "torchvision.datasets.names".digits

local PIXELS = 64

--- All rows as arrays of 64 pixels and a label. digits.txt has a line for each image; a number n of 0 … 16 is the
-- character with the code of "0" plus n.
local function digits_rows()
  local rows = {}
  for line in torch._C.embedded("torchvision/digits.txt"):gmatch "%S+" do
    local row = {line:byte(1, -1)}
    for i = 1, PIXELS + 1 do row[i] = row[i] - 48 end
    rows[#rows + 1] = row
  end
  return rows
end

function Digits:__init(...)
  local given = options.read("Digits", {{"train", kind = "boolean", default = true},
    {"transform", kind = "callable"}, {"target_transform", kind = "callable"}}, ...)
  local images, labels = {}, {}
  for i, row in ipairs(digits_rows()) do
    if (i % 5 == 0) ~= given.train then
      labels[#labels + 1] = row[PIXELS + 1] + 1
      row[PIXELS + 1] = nil
      images[#images + 1] = row
    end
  end
  self.full = 16
  self.data = torch.tensor(images, {dtype = "uint8"}):view(-1, 8, 8)
  self.targets = torch.tensor(labels, {dtype = "int64"})
  self:set_up("Digits", {train = given.train, transform = given.transform, target_transform = given.target_transform})
end

return {Digits = Digits}
