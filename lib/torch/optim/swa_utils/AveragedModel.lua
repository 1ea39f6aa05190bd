local options = require "torch.utils.options"

--- optim.swa_utils.AveragedModel(model: Module, device: device = nil, avg_fn: function = nil,
-- multi_avg_fn: function = nil, use_buffers: bool = false): A copy of a model whose parameters are the average of those
-- that the model had at each update_parameters(model): their plain mean, or what avg_fn(averaged, current, n_averaged)
-- or multi_avg_fn(averaged, current, n_averaged), of arrays, in place, makes of them (get_ema_avg_fn,
-- get_ema_multi_avg_fn). Buffers are those of the model, or averaged, too, with use_buffers. Calling it calls the copy.
-- Example:
--     local net = nn.Linear(2, 1)
--     local average = optim.swa_utils.AveragedModel(net)
--     average:update_parameters(net)
--     return average(torch.ones(1, 2)).shape, average.n_averaged:item()
local Averaged = torch.class("optim.swa_utils.AveragedModel", torch.nn.Module)

local PARAMETERS <const> = {{"model", required = true}, {"device"}, {"avg_fn", kind = "callable"},
  {"multi_avg_fn", kind = "callable"}, {"use_buffers", kind = "boolean", default = false}}

function Averaged:__init(...)
  local given = options.read("AveragedModel", PARAMETERS, ...)
  if not torch.isinstance(given.model, torch.nn.Module) then
    options.wrong("AveragedModel", "model", 1, "a module", given.model)
  end
  if given.avg_fn and given.multi_avg_fn then
    options.raise("AveragedModel: only one of avg_fn and multi_avg_fn is taken")
  end
  self.module = given.model:clone()
  self.module:zero_grad()
  if given.device then self.module:to(given.device) end
  self:register_buffer("n_averaged", torch.tensor(0, {dtype = "int64", device = given.device}))
  self.avg_fn, self.multi_avg_fn, self.use_buffers = given.avg_fn, given.multi_avg_fn, given.use_buffers
end

function Averaged:forward(...) return self.module(...) end

local function is_averaged(x) return x:is_floating_point() or x:is_complex() end

-- The tensors that are averaged and those of the model, and those that are copied.
local function pairs_of(self, model)
  local own, theirs = self.module:parameters(), model:parameters()
  local copied, from = self.module:buffers(), model:buffers()
  if self.use_buffers then
    table.move(copied, 1, #copied, #own + 1, own)
    table.move(from, 1, #from, #theirs + 1, theirs)
    copied, from = {}, {}
  end
  if #own ~= #theirs or #copied ~= #from then
    options.raise("update_parameters: 'model' (argument 1): it has other parameters than the averaged model")
  end
  return own, theirs, copied, from
end

local function average(self, own, theirs)
  local means, values, n = {}, {}, self.n_averaged:item()
  for i, mean in ipairs(own) do
    local value = theirs[i]:detach():to(mean.device)
    if n == 0 or not is_averaged(mean) then mean:copy_(value)
    else means[#means + 1], values[#values + 1] = mean, value end
  end
  if #means == 0 then return end
  if self.multi_avg_fn then self.multi_avg_fn(means, values, n) return end
  local avg_fn = self.avg_fn or torch.optim.swa_utils.get_swa_avg_fn()
  for i, mean in ipairs(means) do mean:copy_(avg_fn(mean, values[i], n)) end
end

--- optim.swa_utils.AveragedModel:update_parameters(model: Module): Takes the parameters of the model into the average.
function Averaged:update_parameters(model)
  if not torch.isinstance(model, torch.nn.Module) then
    options.wrong("update_parameters", "model", 1, "a module", model)
  end
  local own, theirs, copied, from = pairs_of(self, model)
  torch.no_grad(function()
    average(self, own, theirs)
    for i, buffer in ipairs(copied) do buffer:copy_(from[i]:to(buffer.device)) end
    self.n_averaged:add_(1)
  end)
end

return Averaged
