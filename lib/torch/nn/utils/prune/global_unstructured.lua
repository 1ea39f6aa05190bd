local methods = require "torch.nn.utils.prune.methods"
local options = require "torch.utils.options"
local recomputed = require "torch.nn.utils.recomputed"

local PARAMETERS <const> = {{"parameters", required = true}, {"pruning_method", required = true},
  {"importance_scores"}, {"amount", required = true}}
local GLOBAL <const> = {L1Unstructured = true, RandomUnstructured = true}

local function name_of(method)
  if type(method) == "string" then return method end
  return type(method) == "table" and method.method or nil
end

--- nn.utils.prune.global_unstructured(parameters: table, pruning_method: any, {amount: float|int,
-- importance_scores: table = nil}): Prunes several parameters, {{module, name}, …}, as if they were one: what is
-- smallest of all goes. pruning_method is prune.L1Unstructured or prune.RandomUnstructured; importance_scores has
-- tensors in the order of parameters.
-- Example:
--     local net = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
--     local prune = nn.utils.prune
--     prune.global_unstructured({{net[1], "weight"}, {net[2], "weight"}}, prune.L1Unstructured, {amount = 0.5})
--     return net[1].weight_mask:sum() + net[2].weight_mask:sum()
return function(...)
  local given = options.read("global_unstructured", PARAMETERS, ...)
  local method = name_of(given.pruning_method)
  if not GLOBAL[method] then
    options.wrong("global_unstructured", "pruning_method", 2, "prune.L1Unstructured or prune.RandomUnstructured",
      given.pruning_method)
  end
  if type(given.parameters) ~= "table" or #given.parameters == 0 then
    options.wrong("global_unstructured", "parameters", 1, "an array of {module, name}", given.parameters)
  end
  local values, masks = {}, {}
  for i, pair in ipairs(given.parameters) do
    local module, name = type(pair) == "table" and pair[1], type(pair) == "table" and pair[2]
    local record = module and recomputed.find(module, name)
    if not (record and record.kind == "prune") then recomputed.check("global_unstructured", module, name) end
    local original = record and module[name .. "_orig"] or module[name]
    values[i] = (given.importance_scores and given.importance_scores[i] or original):detach():reshape(-1)
    masks[i] = (record and module[name .. "_mask"] or torch.ones_like(original):detach()):reshape(-1)
  end
  local whole = torch.no_grad(methods.kinds[method], torch.cat(values), torch.cat(masks),
    {amount = given.amount})
  local at = 1
  for _, pair in ipairs(given.parameters) do
    methods.apply("global_unstructured", pair[1], pair[2], function(t)
      at = at + t:numel()
      return whole:narrow(1, at - t:numel(), t:numel()):reshape(t.shape)
    end)
  end
end
