-- Street View House Numbers, of files of MATLAB.
local files = require "torchvision.datasets.files"
local ImageDataset = require "torchvision.datasets.images"
local options = require "torch.utils.options"
local torch = require "torch"

local SUMS <const> = {train = "e26dedcc434d2e4c54c9b2d4a06d8373", test = "eb5a983be6a315427106f1b164d9cef3",
  extra = "a93ce644f1a588dc4d68dda5feec44a7"}

--- torchvision.datasets.SVHN(root: path, split: string = "train", {transform: function =, target_transform: function
-- =, download: bool = false}): Digits of house numbers (Netzer et al. 2011), from `root`/train_32x32.mat,
-- test_32x32.mat or extra_32x32.mat: split "train", "test" or "extra". `data` is uint8 (N, 3, 32, 32), `targets`
-- int64 (N): class 1 is the digit 0. An item is a float32 image (3, 32, 32) in [0, 1] and its label.
local SVHN = torch.class("torchvision.datasets.SVHN", ImageDataset)
SVHN.classes = require "torchvision.datasets.names".digits

local function read(path)
  local ok, content = options.try(torch.load, path)
  if not ok then options.raise("SVHN: " .. tostring(content):gsub("^[^\n]-torch%.load: ", "")) end
  local x, y = content.X, content.y
  if not torch.is_tensor(x) or not torch.is_tensor(y) or x.ndim ~= 4 or x.dtype ~= torch.uint8 or x.shape[3] ~= 3
    or y:numel() ~= x.shape[4]
  then options.raise(("SVHN: %s: no images X (H×W×3×N) with labels y"):format(path)) end
  local digits = y:reshape(-1):to "int64"
  if digits:numel() > 0 and (digits:min():item() < 0 or digits:max():item() > 10) then
    options.raise(("SVHN: %s: labels from %d to %d, expected 1 to 10"):format(path, digits:min():item(),
      digits:max():item()))
  end
  return x:permute(4, 3, 1, 2):contiguous(), digits % 10 + 1 -- 10 stands for the digit 0
end

function SVHN:__init(...)
  local given = options.read("SVHN", {{"root", kind = "string", required = true},
    {"split", kind = "string", default = "train"}, {"transform", kind = "callable"},
    {"target_transform", kind = "callable"}, {"download", kind = "boolean", default = false}}, ...)
  if not SUMS[given.split] then options.wrong("SVHN", "split", 2, "train, test or extra", given.split) end
  local file = given.split .. "_32x32.mat"
  local path = given.root .. "/" .. file
  if given.download then
    files.download("SVHN", given.root, {file = file, md5 = SUMS[given.split],
      urls = {"http://ufldl.stanford.edu/housenumbers/" .. file}})
  end
  if not files.exists(path) then
    options.raise(("SVHN: no file '%s' in '%s'; download = true fetches it"):format(file, given.root))
  end
  self.root, self.full, self.split_name = given.root, 255, given.split
  self.data, self.targets = read(path)
  self:set_up("SVHN", {train = given.split ~= "test", transform = given.transform,
    target_transform = given.target_transform})
end

return {SVHN = SVHN}
