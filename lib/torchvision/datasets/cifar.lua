-- CIFAR-10 and CIFAR-100, of the archives for C (.bin) and for Python (pickles).
local internal = torch._C
local files = require "torchvision.datasets.files"
local ImageDataset = require "torchvision.datasets.images"
local options = require "torch.utils.options"
local torch = require "torch"

local SIDE <const>, PIXELS <const> = 32, 3 * 32 * 32

local Cifar = torch.class("torchvision.datasets.CIFAR", ImageDataset)

-- ---- binary files: for each image a label, or two, and the pixels ------------------------------------

local function read_binary(self, name, path)
  local file <close> = internal.open_file(path, name)
  local record = self.labels + PIXELS
  local n = file:size() // record
  if n * record ~= file:size() or n == 0 then
    options.raise(("%s: %s: %d bytes are no whole number of images of %d bytes"):format(name, path, file:size(),
      record))
  end
  local rows = file:tensor(0, "uint8", {n, record})
  local labels = rows:select(2, self.labels):contiguous() -- of two labels the second is the finer
  local targets = self:to_targets(name, labels, function(k) return path, (k - 1) * record + self.labels - 1 end)
  return rows:narrow(2, self.labels + 1, PIXELS):reshape(n, 3, SIDE, SIDE), targets
end

-- ---- pickles: a table with data (n × 3072) and labels ---------------------------------------------------

local function read_pickle(self, name, path)
  local ok, content = options.try(torch.load, path)
  if not ok then options.raise(("%s: %s"):format(name, (tostring(content):gsub("^[^\n]-torch%.load: ", "")))) end
  local pixels = type(content) == "table" and content.data
  local labels = type(content) == "table" and (content.fine_labels or content.labels)
  if not torch.is_tensor(pixels) or type(labels) ~= "table" or pixels.ndim ~= 2 or pixels.shape[2] ~= PIXELS
    or pixels.dtype ~= torch.uint8 or #labels ~= pixels.shape[1]
  then options.raise(("%s: %s: no images (N×%d) with labels"):format(name, path, PIXELS)) end
  local list = torch.tensor({table.unpack(labels)}, {dtype = "int64"})
  return pixels:reshape(-1, 3, SIDE, SIDE), self:to_targets(name, list, function(k) return path, k end)
end

-- ---- both ---------------------------------------------------------------------------------------------------

--- Where the files of a split lie: of each kind {folder, ending, reader}, the first that is there.
local function find(self, name, root)
  local kinds = {{self.binary, ".bin", read_binary}, {self.pickles, "", read_pickle}}
  for _, kind in ipairs(kinds) do
    for _, folder in ipairs {root .. "/" .. kind[1], root} do
      if files.exists(("%s/%s%s"):format(folder, self.parts[1], kind[2])) then return folder, kind[2], kind[3] end
    end
  end
  options.raise(("%s: no '%s/%s.bin' or '%s/%s' in '%s'; download = true fetches it"):format(name, self.binary,
    self.parts[1], self.pickles, self.parts[1], root))
end

local function load_parts(self, name, root)
  local folder, ending, read = find(self, name, root)
  local images, targets = {}, {}
  for i, part in ipairs(self.parts) do
    images[i], targets[i] = read(self, name, ("%s/%s%s"):format(folder, part, ending))
  end
  return torch.cat(images, 1), torch.cat(targets, 1)
end

local function is_there(self, root) return (options.try(find, self, "", root)) end

function Cifar:_fetch(name, root)
  local path = files.download(name, root, self.archive)
  require "torchvision.datasets.archive".extract(name, path, root)
end

local function load(self, name, ...)
  local given = options.read(name, ImageDataset.parameters, ...)
  if given.root == nil then
    options.raise(("%s: 'root' (argument 1): expected the folder with '%s', got nothing"):format(name, self.binary))
  end
  self.root, self.full = given.root, 255
  self.parts = given.train and self.train_parts or self.test_parts
  if given.download and not is_there(self, given.root) then self:_fetch(name, given.root) end
  self.data, self.targets = load_parts(self, name, given.root)
  self:set_up(name, given)
end

--- torchvision.datasets.CIFAR10(root: path, {train: bool = true, transform: function =, target_transform: function =,
-- download: bool = false}): 60,000 photographs of ten kinds of things (Krizhevsky 2009), from
-- `root`/cifar-10-batches-bin/*.bin or `root`/cifar-10-batches-py. `data` is uint8 (N, 3, 32, 32), `targets` int64
-- (N) from 1. An item is a float32 image (3, 32, 32) in [0, 1] and its label.
local CIFAR10 = torch.class("torchvision.datasets.CIFAR10", Cifar)
CIFAR10.classes = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}
CIFAR10.labels, CIFAR10.binary, CIFAR10.pickles = 1, "cifar-10-batches-bin", "cifar-10-batches-py"
CIFAR10.train_parts = {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"}
CIFAR10.test_parts = {"test_batch"}
CIFAR10.archive = {file = "cifar-10-python.tar.gz", md5 = "c58f30108f718f92721af3b95e74349a",
  urls = {"https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"}}

function CIFAR10:__init(...) load(self, "CIFAR10", ...) end

local HUNDRED <const> = [[apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur
dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster
man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree
plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake
spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle
wardrobe whale willow_tree wolf woman worm]]

--- torchvision.datasets.CIFAR100(root: path, {train: bool = true, transform: function =, target_transform: function =,
-- download: bool = false}): As CIFAR10, of a hundred kinds, from `root`/cifar-100-binary or `root`/cifar-100-python.
local CIFAR100 = torch.class("torchvision.datasets.CIFAR100", Cifar)
CIFAR100.classes = {}
for name in HUNDRED:gmatch "%S+" do CIFAR100.classes[#CIFAR100.classes + 1] = name end
CIFAR100.labels, CIFAR100.binary, CIFAR100.pickles = 2, "cifar-100-binary", "cifar-100-python"
CIFAR100.train_parts, CIFAR100.test_parts = {"train"}, {"test"}
CIFAR100.archive = {file = "cifar-100-python.tar.gz", md5 = "eb9058c3a382ffc7106e4002c42a8d85",
  urls = {"https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"}}

function CIFAR100:__init(...) load(self, "CIFAR100", ...) end

return {CIFAR10 = CIFAR10, CIFAR100 = CIFAR100}
