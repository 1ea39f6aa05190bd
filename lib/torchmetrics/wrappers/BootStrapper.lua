local Wrapper = require "torchmetrics.wrappers.wrapper"
local options = require "torch.utils.options"

--- torchmetrics.wrappers.BootStrapper(base_metric: any, num_bootstraps: int = 10, mean: bool = true, std: bool = true,
-- quantile: any = nil, raw: bool = false, sampling_strategy: poisson|multinomial = poisson, generator: Generator =
-- nil): A metric with error bars: num_bootstraps copies take each batch resampled; the value is {mean =, std =,
-- quantile =, raw =} of theirs.
-- Example:
--     local boot = torchmetrics.wrappers.BootStrapper(torchmetrics.MeanMetric())
--     boot:update(torch.rand(20))
--     return boot:compute().std
local Boot = torch.class("torchmetrics.wrappers.BootStrapper", Wrapper)

function Boot:__init(...)
  local given = options.read("BootStrapper", {{"base_metric", kind = "any", required = true},
    {"num_bootstraps", kind = "positive", default = 10}, {"mean", kind = "boolean", default = true},
    {"std", kind = "boolean", default = true}, {"quantile"}, {"raw", kind = "boolean", default = false},
    {"sampling_strategy", kind = "string", default = "poisson"}, {"generator"}}, ...)
  Wrapper.check("BootStrapper", "base_metric", 1, given.base_metric)
  if given.sampling_strategy ~= "poisson" and given.sampling_strategy ~= "multinomial" then
    options.wrong("BootStrapper", "sampling_strategy", 7, "poisson or multinomial", given.sampling_strategy)
  end
  local list = {}
  for i = 1, given.num_bootstraps do list[i] = given.base_metric:clone() end
  self.metrics = torch.nn.ModuleList(list)
  self._given, self._updates = given, 0
end

--- Positions of n samples, drawn with repetition.
local function draw(given, n)
  if given.sampling_strategy == "multinomial" then
    return torch.randint(1, n + 1, {n}, {generator = given.generator})
  end
  local counts = torch.poisson(torch.ones(n), {generator = given.generator})
  return torch.arange(1, n + 1):repeat_interleave(counts:long())
end

function Boot:update(...)
  local list, n = table.pack(...), nil
  for i = 1, list.n do if torch.is_tensor(list[i]) and list[i].ndim > 0 then n = n or list[i]:size(1) end end
  if not n or n == 0 then options.raise "BootStrapper: expected a tensor of samples among the arguments" end
  self._updates = self._updates + 1
  for i = 1, #self.metrics do
    local at, taken = draw(self._given, n), {}
    if #at > 0 then
      for k = 1, list.n do
        local x = list[k]
        taken[k] = torch.is_tensor(x) and x.ndim > 0 and x:index_select(1, at:to(x.device)) or x
      end
      self.metrics[i]:update(table.unpack(taken, 1, list.n))
    end
  end
end

function Boot:compute()
  local given, values = self._given, {}
  for i = 1, #self.metrics do
    if self.metrics[i].update_called then values[#values + 1] = self.metrics[i]:compute() end
  end
  if #values == 0 then options.raise "BootStrapper: compute() before the first update()" end
  local all, result = torch.stack(values), {}
  if given.mean then result.mean = all:mean(1) end
  if given.std then result.std = all:std(1) end
  if given.quantile then result.quantile = all:quantile(given.quantile, 1) end
  if given.raw then result.raw = all end
  return result
end

function Boot:forward(...)
  self:update(...)
  return self:compute()
end
function Boot:reset()
  self._updates = 0
  for i = 1, #self.metrics do self.metrics[i]:reset() end
end
function Boot:persistent(mode) for i = 1, #self.metrics do self.metrics[i]:persistent(mode) end end
function Boot:__get_update_count() return self._updates end

return Boot
