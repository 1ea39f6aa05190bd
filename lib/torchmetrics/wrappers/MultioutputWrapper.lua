local Wrapper = require "torchmetrics.wrappers.wrapper"
local options = require "torch.utils.options"

--- torchmetrics.wrappers.MultioutputWrapper(base_metric: any, num_outputs: int, output_dim: dim = -1,
-- remove_nans: bool = true, squeeze_outputs: bool = true): A metric for each of several outputs, which lie along
-- output_dim; the values stand one after another. Samples with a NaN are left out for that output.
-- Example:
--     local r2 = torchmetrics.wrappers.MultioutputWrapper(torchmetrics.R2Score(), 2)
--     r2:update(torch.tensor({{1., 2}, {3, 4}}), torch.tensor({{1., 2}, {3, 5}}))
--     return r2:compute()
local Multioutput = torch.class("torchmetrics.wrappers.MultioutputWrapper", Wrapper)

function Multioutput:__init(...)
  local given = options.read("MultioutputWrapper", {{"base_metric", kind = "any", required = true},
    {"num_outputs", kind = "positive", required = true}, {"output_dim", kind = "integer", default = -1},
    {"remove_nans", kind = "boolean", default = true}, {"squeeze_outputs", kind = "boolean", default = true}}, ...)
  Wrapper.check("MultioutputWrapper", "base_metric", 1, given.base_metric)
  local list = {}
  for i = 1, given.num_outputs do list[i] = given.base_metric:clone() end
  self.metrics = torch.nn.ModuleList(list)
  self._given = given
end

--- The arguments for output i.
local function part(self, i, ...)
  local given, list, bad = self._given, {...}, nil
  for k, x in ipairs(list) do
    if torch.is_tensor(x) then
      local dim = options.dim("MultioutputWrapper", "output_dim", 3, given.output_dim, x.ndim)
      if x:size(dim) < i then
        options.wrong("MultioutputWrapper", "preds", k, ("%d outputs in dimension %d"):format(given.num_outputs, dim),
          x)
      end
      list[k] = given.squeeze_outputs and x:select(dim, i) or x:narrow(dim, i, 1)
      if given.remove_nans and x:is_floating_point() then
        local here = list[k]:reshape(list[k]:size(1), -1):isnan():any(2)
        bad = bad and bad:logical_or(here) or here
      end
    end
  end
  if bad and bad:any():item() then
    local keep = bad:logical_not():nonzero():squeeze(2)
    for k, x in ipairs(list) do if torch.is_tensor(x) then list[k] = x:index_select(1, keep) end end
  end
  return table.unpack(list)
end

local function each(self, f)
  local values = {}
  for i = 1, #self.metrics do values[i] = f(self.metrics[i], i) end
  return torch.is_tensor(values[1]) and torch.stack(values) or values
end

function Multioutput:update(...)
  for i = 1, #self.metrics do self.metrics[i]:update(part(self, i, ...)) end
end
function Multioutput:forward(...)
  local list = table.pack(...)
  return each(self, function(m, i) return m(part(self, i, table.unpack(list, 1, list.n))) end)
end
function Multioutput:compute() return each(self, function(m) return m:compute() end) end
function Multioutput:reset() for i = 1, #self.metrics do self.metrics[i]:reset() end end
function Multioutput:persistent(mode) for i = 1, #self.metrics do self.metrics[i]:persistent(mode) end end
function Multioutput:__get_update_count() return self.metrics[1].update_count end

return Multioutput
