-- Published weights: what is known of each file, without the file.
local torch = require "torch"
local options = require "torch.utils.options"

local weights = {}

local URL <const> = "https://download.pytorch.org/models/"

--- torchvision.models.Weights(): One published file of weights, a field of a table such as ResNet18_Weights: name,
-- url, model, meta (num_params, min_size, and the percentages of right classes acc1 and acc5 or miou and pixel_acc).
-- weights.transforms() gives the function that makes inputs of images, weights:get_state_dict() reads the file.
local Weights = torch.class("torchvision.models.Weights")
weights.Weights = Weights

local function preset_of(row)
  return {resize_size = row.resize, crop_size = row.crop > 0 and row.crop or nil, interpolation = row.interpolation,
    mean = row.half and {0.5, 0.5, 0.5} or nil, std = row.half and {0.5, 0.5, 0.5} or nil}
end

function Weights:__init(row)
  if type(row) ~= "table" then options.wrong("Weights", "row", 1, "a row of the list of weights", row) end
  self.name, self.model, self.url, self.class = row.name, row.model, URL .. row.file, row.class
  self.meta = {num_params = row.num_params, min_size = {row.min_size, row.min_size}}
  local is_classes = row.crop > 0
  self.meta[is_classes and "acc1" or "miou"] = row.first
  self.meta[is_classes and "acc5" or "pixel_acc"] = row.second
  --- weights.transforms() -> function: a function of images (C×H×W or N×C×H×W) that gives inputs of the model.
  self.transforms = function() return require "torchvision.models.presets"(preset_of(row)) end
end

--- torchvision.models.Weights:get_state_dict(progress: bool = true, check_hash: bool = false) -> table: The state of
-- the file, which lies in the folder checkpoints of torch.hub.
function Weights:get_state_dict(...)
  local given = options.read("get_state_dict", {{"progress", kind = "boolean", default = true},
    {"check_hash", kind = "boolean", default = false}}, ...)
  return torch.hub.load_state_dict_from_url(self.url, {progress = given.progress, check_hash = given.check_hash})
end

function Weights:__tostring() return ("%s.%s"):format(self.class, self.name) end

-- The list ----------------------------------------------------------------------------------------

local by_class, class_of -- class → {name = Weights}; model → class

local ROW <const> = "^  (%S+) (%S+) (%d+) (%d+) (%d+) (%d+) (%a+) (%S+) (%S+) ?(%a*)$"

local function read_row(model, class, line)
  local name, file, params, size, resize, crop, interpolation, first, second, half = line:match(ROW)
  return {name = name:gsub("%*$", ""), is_default = name:find "%*$" ~= nil, model = model, class = class, file = file,
    num_params = math.tointeger(params), min_size = math.tointeger(size), resize = math.tointeger(resize),
    crop = math.tointeger(crop), interpolation = interpolation, first = tonumber(first), second = tonumber(second),
    half = half == "half"}
end

local function load_list()
  if by_class then return end
  by_class, class_of = {}, {}
  local model, class
  for line in require("torchvision.models.weights_list"):gmatch "[^\n]+" do
    if line:find "^%S" then
      model, class = line:match "^(%S+) (%S+)$"
      by_class[class], class_of[model] = {}, class
    else
      local row = read_row(model, class, line)
      local object = Weights(row)
      by_class[class][row.name] = object
      if row.is_default then by_class[class].DEFAULT = object end
    end
  end
end

--- {name = Weights, …, DEFAULT = Weights}: all of a class such as "ResNet18_Weights"; nil: there is no such class.
function weights.of_class(class)
  load_list()
  return by_class[class]
end

--- All of a model by name; nil: none are known.
function weights.of_model(model)
  load_list()
  return by_class[class_of[model]]
end

--- The names of all classes in order.
function weights.classes()
  load_list()
  local list = {}
  for class in pairs(by_class) do list[#list + 1] = class end
  table.sort(list)
  return list
end

--- The weights of a model that are meant: an object, "DEFAULT", "IMAGENET1K_V1" or "ResNet18_Weights.IMAGENET1K_V1";
-- nil: none.
function weights.find(model, given)
  if torch.isinstance(given, Weights) then
    if given.model == model then return given end
    options.raise(("%s: 'weights' (argument 1): expected weights of %s, got those of %s"):format(model, model,
      given.model))
  end
  if type(given) ~= "string" then return nil end
  local all = weights.of_model(model)
  local class, name = given:match "^(.*_Weights)%.(.*)$"
  if class and all and class ~= class_of[model] then
    options.raise(("%s: 'weights' (argument 1): expected weights of %s, got those of %s"):format(model,
      class_of[model], class))
  end
  return all and all[name or given]
end

return weights
