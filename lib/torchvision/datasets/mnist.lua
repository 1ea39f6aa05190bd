-- MNIST and the data sets that use its format, IDX: see torch/utils/data/idx.c.
local c = require "torch.utils.data.idx"
local files = require "torchvision.datasets.files"
local ImageDataset = require "torchvision.datasets.images"
local options = require "torch.utils.options"
local torch = require "torch"

local mnist = {}

--- The path of `file` or `file`.gz in the first folder that has it.
local function find(name, file, folders, package)
  for _, folder in ipairs(folders) do
    for _, suffix in ipairs{"", ".gz"} do
      local path = ("%s/%s%s"):format(folder, file, suffix)
      if files.exists(path) then return path end
    end
  end
  options.raise(("%s: no file '%s' or '%s.gz' in '%s'%s; download = true fetches it"):format(name, file, file,
    table.concat(folders, "', '"), package and (" (Debian: apt install %s)"):format(package) or ""))
end

--- The images and the 0-based labels of one split, checked against each other.
local function read_split(self, name, folders, prefix)
  local image_path = find(name, prefix .. "-images-idx3-ubyte", folders, self.package)
  local label_path = find(name, prefix .. "-labels-idx1-ubyte", folders, self.package)
  local images, labels = c.read_idx(image_path, name), c.read_idx(label_path, name)
  if images.dtype ~= torch.uint8 or images.ndim ~= 3 then
    options.raise(("%s: %s: expected uint8 images (N×H×W), got %s (offset 2)"):format(name, image_path,
      options.describe(images)))
  end
  if labels.dtype ~= torch.uint8 or labels.ndim ~= 1 or labels.shape[1] ~= images.shape[1] then
    options.raise(("%s: %s: expected %d uint8 labels, got %s (offset 2)"):format(name, label_path,
      images.shape[1], options.describe(labels)))
  end
  return images, self:to_targets(name, labels, function(k) return label_path, 8 + k - 1 end)
end

--- Whether both files of a split are in one of the folders.
local function is_there(folders, prefix)
  for _, file in ipairs {prefix .. "-images-idx3-ubyte", prefix .. "-labels-idx1-ubyte"} do
    local found = false
    for _, folder in ipairs(folders) do
      found = found or files.exists(folder .. "/" .. file) or files.exists(folder .. "/" .. file .. ".gz")
    end
    if not found then return false end
  end
  return true
end

--- Downloads the four files that are missing, where `sums` are their MD5 checksums in the order of FILES.
local FILES <const> = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte"}
local function download(self, name, folder)
  for i, file in ipairs(FILES) do
    local urls = {}
    for k, mirror in ipairs(self.mirrors) do urls[k] = mirror .. file .. ".gz" end
    files.download(name, folder, {file = file .. ".gz", md5 = self.sums[i], urls = urls})
  end
end

--- Fills `self` from the IDX files. `folder` is the data set's own below a root.
local function load_idx(self, name, given, default_root, prefix)
  local root = given.root or default_root
  if root == nil then
    options.raise(("%s: 'root' (argument 1): expected the folder of the IDX files, got nothing"):format(name))
  end
  self.root, self.full = root, 255
  prefix = prefix or given.train and "train" or "t10k"
  local raw = ("%s/%s/raw"):format(root, name)
  local folders = {root, raw}
  if given.download and not is_there(folders, prefix) then self:_fetch(name, raw) end
  local ok, images, targets = options.try(read_split, self, name, folders, prefix)
  if not ok then options.raise(images) end
  self.data, self.targets = images, targets
  self:set_up(name, given)
end

--- MNIST and its kin: a class for each, which differ in these fields.
local function kin(name, fields, default_root)
  local class = torch.class("torchvision.datasets." .. name, ImageDataset)
  for key, value in pairs(fields) do class[key] = value end
  class._fetch = class._fetch or download
  function class:__init(...)
    load_idx(self, name, options.read(name, ImageDataset.parameters, ...), default_root)
  end
  return class
end

--- torchvision.datasets.MNIST(root: path, {train: bool = true, transform: function =, target_transform: function =,
-- download: bool = false}): Handwritten digits from the four IDX files, plain or .gz, in `root` or `root`/MNIST/raw,
-- where download = true puts them. `data` is uint8 (N, 28, 28), `targets` int64 (N): class 1 is the digit 0. An item
-- is a float32 image (1, 28, 28) in [0, 1] and its label. Files that are missing or damaged raise.
local MNIST = kin("MNIST", {classes = require "torchvision.datasets.names".digits,
  mirrors = {"https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"},
  sums = {"f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432", "9fb629c4189551a2d022fa330f9573f3",
    "ec29112dd5afa0611ce80d1b7f02629c"}})
mnist.MNIST = MNIST

--- torchvision.datasets.FashionMNIST(root: path = nil, {train: bool = true, transform: function =, target_transform:
-- function =, download: bool = false}): Zalando's articles in the format of MNIST, in `root` or
-- `root`/FashionMNIST/raw; without a root where Debian's package dataset-fashion-mnist puts them. Otherwise like
-- MNIST.
local FashionMNIST = kin("FashionMNIST", {package = "dataset-fashion-mnist",
  classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
  mirrors = {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"},
  sums = {"8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe", "bef4ecab320f06d8554ea6380940ec79",
    "bb300cfdad3c16e7a12a480ee83cd310"}}, "/usr/share/datasets/fashion-mnist")
mnist.FashionMNIST = FashionMNIST

--- torchvision.datasets.KMNIST(root: path, {train: bool = true, transform: function =, target_transform: function =,
-- download: bool = false}): Ten cursive letters of Japanese (Kuzushiji) in the format of MNIST: like MNIST.
local KMNIST = kin("KMNIST", {classes = {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"},
  mirrors = {"http://codh.rois.ac.jp/kmnist/dataset/kmnist/"},
  sums = {"bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344", "5c965bf0a639b31b8f53240b1b52f4d7",
    "7320c461ea6c1c855c0b718fb2a4b134"}})
mnist.KMNIST = KMNIST

-- ---- EMNIST ---------------------------------------------------------------------------------------

--- The characters from one to another.
local function characters(from, to, list, left_out)
  for code = from:byte(), to:byte() do
    local character = string.char(code)
    if not (left_out and left_out:find(character, 1, true)) then list[#list + 1] = character end
  end
  return list
end

local function letters_and_digits(left_out)
  return characters("a", "z", characters("A", "Z", characters("0", "9", {})), left_out)
end

local ALIKE <const> = "cijklmopsuvwxyz" -- letters that are one class, small or not
local EMNIST_CLASSES <const> = {byclass = letters_and_digits(), bymerge = letters_and_digits(ALIKE),
  balanced = letters_and_digits(ALIKE), letters = characters("a", "z", {"N/A"}), digits = characters("0", "9", {}),
  mnist = characters("0", "9", {})}

--- torchvision.datasets.EMNIST(root: path, split: string, {train: bool = true, transform: function =,
-- target_transform: function =, download: bool = false}): Handwritten letters and digits in the format of MNIST, from
-- the files emnist-SPLIT-train-images-idx3-ubyte and so on. split: byclass, bymerge, balanced, letters, digits or
-- mnist. Otherwise like MNIST; the images of these files are turned: their rows are columns.
local EMNIST = torch.class("torchvision.datasets.EMNIST", ImageDataset)
mnist.EMNIST = EMNIST

function EMNIST:_fetch(name, folder)
  local archive = files.download(name, folder, {file = "gzip.zip", md5 = "58c8d27c78d21e728a6bc7b3cc06412e",
    urls = {"https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"}})
  require "torchvision.datasets.archive".extract(name, archive, folder, {flat = true})
end

function EMNIST:__init(...)
  local parameters = {ImageDataset.parameters[1], {"split", kind = "string", required = true}}
  local given = options.read("EMNIST", table.move(ImageDataset.parameters, 2, 5, 3, parameters), ...)
  self.split_name, self.classes = given.split, EMNIST_CLASSES[given.split]
  if self.classes == nil then
    options.wrong("EMNIST", "split", 2, "byclass, bymerge, balanced, letters, digits or mnist", given.split)
  end
  load_idx(self, "EMNIST", given, nil, ("emnist-%s-%s"):format(given.split, given.train and "train" or "test"))
end

return mnist
