--- torchvision.models.feature_extraction: What modules inside of a model give.
local torch = require "torch"
local nn = require "torch.nn"
local options = require "torch.utils.options"

local extraction = {}

local function check_model(name, model)
  if not torch.isinstance(model, nn.Module) then options.wrong(name, "model", 1, "a module", model) end
end

--- torchvision.models.feature_extraction.get_graph_node_names(model: Module) -> string[]: The names of the modules
-- inside a model, in the order in which they are registered: what create_feature_extractor takes.
-- Example: torchvision.models.feature_extraction.get_graph_node_names(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
function extraction.get_graph_node_names(model)
  check_model("get_graph_node_names", model)
  local names = {}
  for name in model:named_modules() do
    if name ~= "" then names[#names + 1] = name end
  end
  return names
end

-- The extractor ------------------------------------------------------------------------------

local Extractor = torch.class("torchvision.models.feature_extraction.FeatureExtractor", nn.Module)

function Extractor:__init(model, wanted)
  self.model, self.return_nodes = model, wanted
  for name, module in model:named_modules() do
    local key = wanted[name]
    if key then
      module:register_forward_hook(function(_, _, output)
        -- A layer that works in place would change what was kept.
        if self.kept then self.kept[key] = torch.is_tensor(output) and output:clone() or output end
      end)
    end
  end
end

function Extractor:forward(...)
  self.kept = {}
  local ok, why = options.try(self.model, ...)
  local kept = self.kept
  self.kept = nil
  if not ok then error(why, 0) end
  return kept
end

--- {name of a module = name of the result}, of an array of names or of such a table.
local function nodes_of(model, given)
  local known, wanted = {}, {}
  for _, name in ipairs(extraction.get_graph_node_names(model)) do known[name] = true end
  for key, value in pairs(given) do
    local node = math.type(key) == "integer" and value or key
    if type(node) ~= "string" or type(value) ~= "string" or not known[node] then
      local names = {}
      for name in pairs(known) do names[#names + 1] = name end
      options.raise(("create_feature_extractor: 'return_nodes' (argument 2): the model has no module %s%s"):format(
        options.describe(node), type(node) == "string" and options.suggest(node, names) or ""))
    end
    wanted[node] = value
  end
  return wanted
end

--- torchvision.models.feature_extraction.create_feature_extractor(model: Module, return_nodes: table) -> Module: A
-- module that runs the model and gives what the modules of these names inside it give: {name = result, …}.
-- return_nodes: an array of names of modules ("layer3.1.relu"), or a table of name = name of the result. The
-- parameters are those of the model. Of a module that is called several times the last result counts.
function extraction.create_feature_extractor(model, return_nodes)
  check_model("create_feature_extractor", model)
  if type(return_nodes) ~= "table" or next(return_nodes) == nil then
    options.wrong("create_feature_extractor", "return_nodes", 2, "an array of names of modules", return_nodes)
  end
  return Extractor(model, nodes_of(model, return_nodes))
end

return extraction
