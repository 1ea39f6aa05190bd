local options = require "torch.utils.options"

local function rows(loader)
  if type(loader) == "table" and getmetatable(loader) == nil then
    local i = 0
    return function()
      i = i + 1
      return loader[i]
    end
  end
  if options.field(loader, "iter") then return loader:iter() end
  options.wrong("update_bn", "loader", 1, "a DataLoader or an array of batches", loader)
end

--- optim.swa_utils.update_bn(loader: any, model: Module, device: device = nil): Computes the running statistics of the
-- batch normalisations of a model anew, from one pass over a DataLoader or an array of batches: an average of weights
-- has none of its own. Of a batch of several values the first is the input.
-- Example: optim.swa_utils.update_bn({torch.rand(4, 2)}, nn.BatchNorm1d(2))
return function(loader, model, device)
  if not torch.isinstance(model, torch.nn.Module) then options.wrong("update_bn", "model", 2, "a module", model) end
  local norms = {}
  for _, module in ipairs(model:modules()) do
    if torch.typename(module):find "BatchNorm" and module.running_mean ~= nil then
      norms[#norms + 1] = {module, module.momentum}
    end
  end
  local next_row = rows(loader)
  if #norms == 0 then return end
  local was = model.training
  model:train()
  local _ <close> = setmetatable({}, {__close = function()
    for _, entry in ipairs(norms) do entry[1].momentum = entry[2] end
    model:train(was)
  end})
  torch.no_grad(function()
    for _, entry in ipairs(norms) do
      entry[1].running_mean:zero_()
      entry[1].running_var:fill_(1)
      entry[1].num_batches_tracked:zero_()
      entry[1].momentum = false -- the plain mean
    end
    for batch in next_row do
      local input = batch
      if not torch.is_tensor(batch) then input = batch[1] end
      model(device and input:to(device) or input)
    end
  end)
end
