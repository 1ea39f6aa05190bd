--- torchvision.models: Models for images: their networks, and what is known of published weights. A constructor takes
-- weights = "file.pth" (or .safetensors), a name such as "DEFAULT" of weights that lie in torch.hub's folder, or
-- nothing, and num_classes.
local options = require "torch.utils.options"

local models = torch._C.lazy({}, "torchvision.models")
local meta = getmetatable(models)
local lazy = meta.__index

-- By file, what it has: constructors begin with a small letter, classes with a capital.
local FILES <const> = {
  alexnet = "alexnet AlexNet",
  convnext = "convnext_tiny convnext_small convnext_base convnext_large ConvNeXt",
  densenet = "densenet121 densenet161 densenet169 densenet201 DenseNet",
  efficientnet = "efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 " ..
    "efficientnet_b6 efficientnet_b7 efficientnet_v2_s efficientnet_v2_m efficientnet_v2_l EfficientNet",
  googlenet = "googlenet GoogLeNet", inception = "inception_v3 Inception3", maxvit = "maxvit_t MaxVit",
  mnasnet = "mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3 MNASNet", mobilenetv2 = "mobilenet_v2 MobileNetV2",
  mobilenetv3 = "mobilenet_v3_large mobilenet_v3_small MobileNetV3",
  regnet = "regnet_y_400mf regnet_y_800mf regnet_y_1_6gf regnet_y_3_2gf regnet_y_8gf regnet_y_16gf regnet_y_32gf " ..
    "regnet_y_128gf regnet_x_400mf regnet_x_800mf regnet_x_1_6gf regnet_x_3_2gf regnet_x_8gf regnet_x_16gf " ..
    "regnet_x_32gf RegNet",
  resnet = "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d " ..
    "wide_resnet50_2 wide_resnet101_2 ResNet",
  shufflenetv2 = "shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 ShuffleNetV2",
  squeezenet = "squeezenet1_0 squeezenet1_1 SqueezeNet",
  swin_transformer = "swin_t swin_s swin_b swin_v2_t swin_v2_s swin_v2_b SwinTransformer",
  vgg = "vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn VGG",
  vision_transformer = "vit_b_16 vit_b_32 vit_l_16 vit_l_32 vit_h_14 VisionTransformer",
  segmentation = "fcn_resnet50 fcn_resnet101 deeplabv3_resnet50 deeplabv3_resnet101 deeplabv3_mobilenet_v3_large " ..
    "lraspp_mobilenet_v3_large"}
-- Files that are libraries of their own: what they have is not a field here.
local LIBRARIES <const> = {segmentation = true}

local file_of, constructors = {}, {} -- by name; the names of constructors by file
for file, names in pairs(FILES) do
  for name in names:gmatch "%S+" do
    if name:find "^%l" then constructors[name] = file end
    if not LIBRARIES[file] then file_of[name] = file end
  end
end

for name, file in pairs(file_of) do meta.__lazy[name] = "torchvision.models." .. file end

meta.__lazy.Weights = "torchvision.models.weights"

function meta.__index(self, key)
  if type(key) == "string" and key:find "_Weights$" then
    return require("torchvision.models.weights").of_class(key) or lazy(self, key)
  end
  local file = key == "Weights" and "weights" or file_of[key]
  if not file then return lazy(self, key) end
  local value = require("torchvision.models." .. file)[key]
  rawset(self, key, value)
  return value
end

-- By name ------------------------------------------------------------------------------------

--- Whether a name fits one of the patterns, in which * stands for any letters.
local function fits(name, patterns)
  if type(patterns) == "string" then patterns = {patterns} end
  for _, pattern in ipairs(patterns) do
    local text = pattern:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".")
    if name:find("^" .. text .. "$") then return true end
  end
  return false
end

local LIST <const> = {{"module", kind = "any"}, {"include"}, {"exclude"}}

--- torchvision.models.list_models(module: any = nil, include: any = nil, exclude: any = nil) -> string[]: The names of
-- all models in order, or of those of a library (torchvision.models.segmentation). include, exclude: patterns or
-- arrays of them, in which * stands for any letters.
-- Example: torchvision.models.list_models {include = "resnet*"}
function models.list_models(...)
  local given, list = options.read("list_models", LIST, ...), {}
  for _, key in ipairs {"include", "exclude"} do
    local patterns = given[key]
    for _, pattern in ipairs(type(patterns) == "table" and patterns or {patterns}) do
      if type(pattern) ~= "string" then
        options.wrong("list_models", key, nil, "a pattern or an array of them", pattern)
      end
    end
  end
  for name, file in pairs(constructors) do
    local library = LIBRARIES[file] and require("torchvision.models." .. file) or models
    if (not given.module or given.module == library) and (not given.include or fits(name, given.include))
      and not (given.exclude and fits(name, given.exclude)) then
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return list
end

local function names()
  local list = {}
  for name in pairs(constructors) do list[#list + 1] = name end
  return list
end

--- torchvision.models.get_model_builder(name: string) -> function: The constructor of that name.
-- Example: torchvision.models.get_model_builder("squeezenet1_1")
function models.get_model_builder(name)
  local file = type(name) == "string" and constructors[name:lower()]
  if not file then
    local hint = type(name) == "string" and options.suggest(name, names()) or ""
    options.raise(("get_model_builder: 'name' (argument 1): expected the name of a model, got %s%s"):format(
      options.describe(name), hint))
  end
  return require("torchvision.models." .. file)[name:lower()]
end

--- torchvision.models.get_model(name: string, ...: any) -> Module: The model of that name; all else goes to its
-- constructor.
-- Example: #torchvision.models.get_model("squeezenet1_1", {num_classes = 10}):parameters()
function models.get_model(name, ...) return models.get_model_builder(name)(...) end

--- torchvision.models.get_model_weights(name: any) -> table: The published weights of the model of that name (or of
-- that constructor) by their names, with the default one as DEFAULT.
-- Example: torchvision.models.get_model_weights("resnet50").DEFAULT.url
function models.get_model_weights(name)
  local found
  if type(name) == "string" then
    models.get_model_builder(name)
    found = name:lower()
  else
    for key, file in pairs(constructors) do
      if name ~= nil and rawequal(name, require("torchvision.models." .. file)[key]) then found = key end
    end
  end
  if not found then options.wrong("get_model_weights", "name", 1, "the name of a model", name) end
  return require("torchvision.models.weights").of_model(found) or {}
end

--- torchvision.models.get_weight(name: string) -> any: The published weights of that name: "ResNet18_Weights.DEFAULT".
-- Example: torchvision.models.get_weight("ResNet18_Weights.IMAGENET1K_V1").meta.num_params
function models.get_weight(name)
  local class, key = nil, nil
  if type(name) == "string" then class, key = name:match "^([%w_]+)%.([%w_]+)$" end
  local all = class and require("torchvision.models.weights").of_class(class)
  if not (all and all[key]) then
    options.wrong("get_weight", "name", 1, "the name of weights, as \"ResNet18_Weights.DEFAULT\"", name)
  end
  return all[key]
end

return models
