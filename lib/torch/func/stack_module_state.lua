local options = require "torch.utils.options"

-- name → the tensors of all models on top of each other.
local function stacked(models, walk)
  local lists, result = {}, {}
  for i, model in ipairs(models) do
    for name, part in model[walk](model) do
      lists[name] = lists[name] or {}
      lists[name][i] = part
    end
  end
  for name, list in pairs(lists) do
    local wanted = list[1].requires_grad
    for i = 1, #models do
      if list[i] == nil or list[i].shape ~= list[1].shape then
        options.raise(("stack_module_state: 'models' (argument 1): model %d has another '%s' than model 1"):format(i,
          name))
      end
    end
    result[name] = torch.no_grad(function() return torch.stack(list, 1) end):requires_grad_(wanted)
  end
  return result
end

--- torch.func.stack_module_state(models: Module[]) -> table, table: The parameters and the buffers of models of one
-- class, by name, each stacked along a new first dimension: for func.vmap over an ensemble with func.functional_call.
-- Example: torch.func.stack_module_state({nn.Linear(2, 1), nn.Linear(2, 1)})
return function(models)
  if type(models) ~= "table" or #models == 0 then
    options.wrong("stack_module_state", "models", 1, "an array of modules", models)
  end
  for i, model in ipairs(models) do
    if not torch.isinstance(model, torch.nn.Module) then
      options.wrong("stack_module_state", ("models[%d]"):format(i), nil, "a module", model)
    end
    if torch.typename(model) ~= torch.typename(models[1]) then
      options.raise(("stack_module_state: 'models' (argument 1): expected one class, got %s and %s"):format(
        torch.typename(models[1]), torch.typename(model)))
    end
    if model.training ~= models[1].training then
      options.raise("stack_module_state: 'models' (argument 1): some are in training mode, others are not")
    end
  end
  return stacked(models, "named_parameters"), stacked(models, "named_buffers")
end
