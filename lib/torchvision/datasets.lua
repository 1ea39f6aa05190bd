--- torchvision.datasets: image data sets that are read from files as they are
-- published. Class labels count from 1 here; the files' 0 is converted on reading.
local c = require "torch.utils.data.idx"
local data = require "torch.utils.data"
local options = require "torch.utils.options"
local torch = require "torch"

local datasets = {}

local parameters = {
  {"root", kind = "string"}, {"train", kind = "boolean", default = true},
  {"transform", kind = "callable"}, {"target_transform", kind = "callable"},
  {"download", kind = "boolean", default = false},
}

-- ---- what the data sets share ---------------------------------------------------------

--- Images in memory: `data` uint8 (N, H, W), `targets` int64 (N), 1-based, `classes`
-- their names, `full` the value of a white pixel.
local ImageDataset = torch.class("torchvision.datasets.ImageDataset", data.Dataset)

function ImageDataset:set_up(name, given)
  self.name, self.train = name, given.train
  self.transform, self.target_transform = given.transform, given.target_transform
  self.class_to_idx = {}
  for i, class in ipairs(self.classes) do self.class_to_idx[class] = i end
end

--- uint8 (…, H, W) → float32 (…, 1, H, W) in [0, 1].
function ImageDataset:to_images(pixels)
  return pixels:unsqueeze(-3):to("float32"):div_(self.full)
end

--- A whole batch at once; a transform, though, is for single images.
function ImageDataset:__getitems(positions)
  if self.transform or self.target_transform then return nil end
  local images = self:to_images(self.data:index_select(1, positions))
  return images, self.targets:index_select(1, positions)
end

function ImageDataset:__len() return self.data.shape[1] end

--- {image, label}: float32 (1, H, W) in [0, 1] and 1 … 10, after the transforms.
function ImageDataset:__getitem(i)
  local at = data.position(self.name, i, #self)
  local image, label = self:to_images(self.data[at]), self.targets[at]:item()
  if self.transform then image = self.transform(image) end
  if self.target_transform then label = self.target_transform(label) end
  return {image, label}
end

function ImageDataset:__tostring()
  return ("Dataset %s\n    Number of datapoints: %d\n    Split: %s"):format(self.name, #self,
    self.train and "Train" or "Test")
end

-- ---- MNIST and those that use its format ------------------------------------------------

--- Whether the folder has something of this name. Nothing is opened, for a pipe would wait for its writer.
local function exists(folder, file)
  for _, name in ipairs(torch._C.folder(folder) or {}) do
    if name == file then return true end
  end
  return false
end

--- The path of `file` or `file`.gz in the first folder that has it.
local function find(name, file, folders, package, download)
  for _, folder in ipairs(folders) do
    for _, suffix in ipairs{"", ".gz"} do
      if exists(folder, file .. suffix) then return ("%s/%s%s"):format(folder, file, suffix) end
    end
  end
  options.raise(("%s: no file '%s' or '%s.gz' in '%s'%s%s"):format(name, file, file,
    table.concat(folders, "', '"), package and (" (Debian: apt install %s)"):format(package) or "",
    download and "; nothing is downloaded: put the four IDX files there" or ""))
end

--- The images and the 0-based labels of one split, checked against each other.
local function read_split(self, name, folders, given)
  local prefix = given.train and "train" or "t10k"
  local image_path = find(name, prefix .. "-images-idx3-ubyte", folders, self.package, given.download)
  local label_path = find(name, prefix .. "-labels-idx1-ubyte", folders, self.package, given.download)
  local images, labels = c.read_idx(image_path, name), c.read_idx(label_path, name)
  if images.dtype ~= torch.uint8 or images.ndim ~= 3 then
    options.raise(("%s: %s: expected uint8 images (N×H×W), got %s (offset 2)"):format(name, image_path,
      options.describe(images)))
  end
  if labels.dtype ~= torch.uint8 or labels.ndim ~= 1 or labels.shape[1] ~= images.shape[1] then
    options.raise(("%s: %s: expected %d uint8 labels, got %s (offset 2)"):format(name, label_path,
      images.shape[1], options.describe(labels)))
  end
  if #labels > 0 and labels:max():item() >= #self.classes then
    local at = labels:argmax():item()
    options.raise(("%s: %s: label %d, expected 0 … %d (offset %d)"):format(name, label_path,
      labels[at]:item(), #self.classes - 1, 8 + at - 1))
  end
  return images, labels:to("int64"):add_(1)
end

--- Fills `self` from the IDX files. `folder` is the data set's own below a root.
local function load_idx(self, name, folder, default_root, ...)
  local given = options.read(name, parameters, ...)
  local root = given.root or default_root
  if root == nil then
    options.raise(("%s: 'root' (argument 1): expected the folder of the IDX files, got nothing"):format(name))
  end
  self.root, self.full = root, 255
  local folders = {root, ("%s/%s/raw"):format(root, folder)}
  self.data, self.targets = read_split(self, name, folders, given)
  self:set_up(name, given)
end

local function digits_as_names()
  local names = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
  for i, name in ipairs(names) do names[i] = ("%d - %s"):format(i - 1, name) end
  return names
end

--- torchvision.datasets.MNIST(root: path, {train: bool = true, transform: function =, target_transform: function =}):
-- Handwritten digits from the four IDX files, plain or .gz, in `root` or `root`/MNIST/raw. `data` is uint8
-- (N, 28, 28), `targets` int64 (N): class 1 is the digit 0. An item is a float32 image
-- (1, 28, 28) in [0, 1] and its label. Files that are missing or damaged raise; download =
-- true is taken for PyTorch's sake, but nothing is ever downloaded.
local MNIST = torch.class("torchvision.datasets.MNIST", ImageDataset)
datasets.MNIST = MNIST
MNIST.classes = digits_as_names()

function MNIST:__init(...) load_idx(self, "MNIST", "MNIST", nil, ...) end

--- torchvision.datasets.FashionMNIST(root: path = nil, {train: bool = true, transform: function =,
-- target_transform: function =}): Zalando's articles in the format of MNIST, in `root` or `root`/FashionMNIST/raw;
-- without a root where Debian's package dataset-fashion-mnist puts them. Otherwise like MNIST.
local FashionMNIST = torch.class("torchvision.datasets.FashionMNIST", ImageDataset)
datasets.FashionMNIST = FashionMNIST
FashionMNIST.classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
  "Sneaker", "Bag", "Ankle boot"}
FashionMNIST.package = "dataset-fashion-mnist"

function FashionMNIST:__init(...)
  load_idx(self, "FashionMNIST", "FashionMNIST", "/usr/share/datasets/fashion-mnist", ...)
end

-- ---- UCI digits ----------------------------------------------------------------------------

--- torchvision.datasets.Digits({train: bool = true, transform: function =, target_transform: function =}): 1,797
-- handwritten digits of 8×8 pixels (E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits",
-- UCI, 1998, CC BY 4.0), part of Hecate. Every fifth image is in the test set. `data`
-- is uint8 (N, 8, 8) of 0 … 16; an item is a float32 image (1, 8, 8) in [0, 1] and its
-- label: class 1 is the digit 0.
-- Example: #torchvision.datasets.Digits()
local Digits = torch.class("torchvision.datasets.Digits", ImageDataset)
datasets.Digits = Digits
Digits.classes = digits_as_names()

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
  self:set_up("Digits", given)
end

return datasets
