local options = require "torch.utils.options"

--- torchmetrics.Metric(): What is measured over many batches: update(…) takes a batch into the state, compute() gives
-- the value over all of them, reset() begins anew, and calling the metric does both for one batch: it takes it in and
-- gives the value on that batch alone. A metric is a module: it moves with the model that holds it. A class of your own
-- has the methods update and compute, and declares what it sums up with add_state.
-- Example:
--     local Hits = torch.class("Hits", torchmetrics.Metric)
--     function Hits:__init() self:add_state("hits", torch.tensor(0), {dist_reduce_fx = "sum"}) end
--     function Hits:update(preds, target) self.hits = self.hits + preds:eq(target):sum() end
--     function Hits:compute() return self.hits end
--     local hits = Hits()
--     hits:update(torch.tensor({1, 2}), torch.tensor({1, 3}))
--     return hits:compute()
local Metric = torch.class("torchmetrics.Metric", torch.nn.Module)

local REDUCE <const> = {sum = true, mean = true, max = true, min = true, cat = true, none = true}

--- The plain fields of the metric that are there whether or not its class has called a constructor of this one.
local function own(self)
  local fields = torch._C.fields_of(self)
  if not rawget(fields, "_metric") then
    fields._metric = {defaults = {}, reductions = {}, order = {}, kept = {}, count = 0, persistent = false}
  end
  return fields._metric
end
Metric._own = own

--- The state by name for a state_dict has the arrays that are kept as one tensor each, as row_metric.lua has it; an
-- empty array is an empty tensor.
local function add_lists(me, state, prefix)
  for name, kept in pairs(own(me).kept) do
    local list = me[name]
    if kept and not torch.is_tensor(list) then
      local parts = {}
      for i, x in ipairs(list) do parts[i] = x.ndim == 0 and x:reshape(1) or x end
      state[prefix .. name] = #parts > 0 and torch.cat(parts, 1) or torch.empty(0)
    end
  end
end

--- A state that is loaded counts as one update, and a value that was computed before is forgotten.
local function take_loaded(me, state, prefix)
  local m = own(me)
  m.value = nil
  for name in pairs(m.defaults) do
    local value = state[prefix .. name]
    if value ~= nil then
      m.count = math.max(m.count, 1)
      if not torch.is_tensor(me[name]) then
        me[name], state[prefix .. name] = value:numel() > 0 and {value} or {}, nil
      end
    end
  end
end

--- Installs the counting of updates and the keeping of the value around the methods of a class. What the functions know
-- of a metric they ask `me`: a copy of the metric has the same functions.
local function wrap(self)
  local m = own(self)
  if m.wrapped then return end
  m.wrapped = true
  self:register_state_dict_post_hook(add_lists)
  self:register_load_state_dict_pre_hook(take_loaded)
  local update, compute = self.update, self.compute
  self.update = function(me, ...)
    local m = own(me)
    m.value = nil
    m.count = m.count + 1
    return update(me, ...)
  end
  self.compute = function(me)
    local m = own(me)
    if m.count == 0 then options.raise(("%s: compute() before the first update()"):format(torch.typename(me))) end
    m.value = m.value or table.pack(torch.no_grad(function() return compute(me) end))
    return table.unpack(m.value, 1, m.value.n)
  end
end

local function fresh(default) return torch.is_tensor(default) and default:clone() or {} end

--- torchmetrics.Metric:add_state(name: string, default: any, dist_reduce_fx: sum|mean|max|min|cat|none = "none",
-- persistent: bool = false): A part of the state: a tensor with its value before the first batch, or {}, an array to
-- which tensors are appended. dist_reduce_fx says how the states of two parts become that of both. persistent: it is in
-- the state_dict (an array as one tensor), and a metric that loads it goes on from there.
function Metric:add_state(...)
  local given = options.read("add_state", {{"name", kind = "string", required = true}, {"default"},
    {"dist_reduce_fx", kind = "string", default = "none"}, {"persistent", kind = "boolean", default = false}}, ...)
  local default = given.default
  if not torch.is_tensor(default) and not (type(default) == "table" and next(default) == nil) then
    options.wrong("add_state", "default", 2, "a tensor or {}", default)
  end
  if not REDUCE[given.dist_reduce_fx] then
    options.wrong("add_state", "dist_reduce_fx", 3, "one of sum, mean, max, min, cat, none", given.dist_reduce_fx)
  end
  local m = own(self)
  m.defaults[given.name], m.reductions[given.name] = fresh(default), given.dist_reduce_fx
  m.order[#m.order + 1], m.kept[given.name] = given.name, given.persistent
  if torch.is_tensor(default) then self:register_buffer(given.name, fresh(default), {persistent = given.persistent})
  else self[given.name] = {} end
  wrap(self)
end

local function restore(self)
  for name, default in pairs(own(self).defaults) do
    local now = self[name]
    local value = fresh(default)
    self[name] = torch.is_tensor(now) and value:to(now.device) or value
  end
end

--- torchmetrics.Metric:reset(): The state before the first batch.
function Metric:reset()
  local m = own(self)
  m.count, m.value = 0, nil
  restore(self)
end

local combine = {
  sum = function(a, b) return a + b end, max = torch.maximum, min = torch.minimum,
  mean = function(a, b, n) return (a * (n - 1) + b) / n end,
  cat = function(a, b)
    if torch.is_tensor(a) then return torch.cat({a:reshape(-1), b:reshape(-1)}) end
    return table.move(b, 1, #b, #a + 1, a)
  end,
}

--- Whether the states of two parts can be made one.
local function merges(m)
  for _, name in ipairs(m.order) do
    if not combine[m.reductions[name]] then return false end
  end
  return #m.order > 0
end

--- torchmetrics.Metric:forward(...) -> any: Takes a batch into the state and gives the value on this batch alone, with
-- gradients where the metric has them.
function Metric:forward(...)
  local m = own(self)
  local before, count = {}, m.count
  for _, name in ipairs(m.order) do before[name] = self[name] end
  if not merges(m) then self:update(...) end -- the states after the batch are those of this update
  local after = {}
  for _, name in ipairs(m.order) do after[name] = self[name] end
  restore(self)
  m.count = 0
  self:update(...)
  local value = table.pack(self:compute())
  for _, name in ipairs(m.order) do
    if merges(m) then self[name] = combine[m.reductions[name]](before[name], self[name], count + 1)
    else self[name] = after[name] end
  end
  m.count, m.value = count + 1, nil
  return table.unpack(value, 1, value.n)
end

function Metric:_value(_, ...) return self(...) end

--- torchmetrics.Metric:update(...): Takes a batch into the state.
function Metric:update() options.raise(("%s: it has no method update"):format(torch.typename(self))) end

--- torchmetrics.Metric:compute() -> any: The value over all batches since the last reset().
function Metric:compute() options.raise(("%s: it has no method compute"):format(torch.typename(self))) end

--- torchmetrics.Metric:persistent(mode: bool = true): Whether the state is in the state_dict.
function Metric:persistent(mode)
  local m = own(self)
  m.persistent = mode ~= false
  for _, name in ipairs(m.order) do
    local value = self[name]
    m.kept[name] = m.persistent
    if torch.is_tensor(value) then self:register_buffer(name, value, {persistent = m.persistent}) end
  end
end

function Metric:__get_update_count() return own(self).count end
function Metric:__get_update_called() return own(self).count > 0 end

--- Attributes are functions __get_NAME of the class.
function Metric:__getattr(key)
  local get = type(key) == "string" and self["__get_" .. key]
  if get then return get(self) end
end

--- The state by name, as torchmetrics.Metric's attribute metric_state.
function Metric:__get_metric_state()
  local state = {}
  for _, name in ipairs(own(self).order) do state[name] = self[name] end
  return state
end

-- ---- arithmetic of metrics -----------------------------------------------------------------------

--- The metric that arithmetic of metrics gives: the same arithmetic of their values.
local Composition = torch.class("torchmetrics.CompositionalMetric", Metric)

function Composition:__init(f, a, b)
  self.operation = f
  self.metric_a, self.metric_b = a, b
end

local function is_metric(x) return torch.isinstance(x, Metric) end

local function each(self, method, ...)
  if is_metric(self.metric_a) then self.metric_a[method](self.metric_a, ...) end
  if is_metric(self.metric_b) then self.metric_b[method](self.metric_b, ...) end
end

local function value(x, method, ...)
  if is_metric(x) then return x[method](x, ...) end
  return x
end

function Composition:update(...) each(self, "update", ...) end
function Composition:reset() each(self, "reset") end
function Composition:persistent(mode) each(self, "persistent", mode) end
function Composition:compute()
  return self.operation(value(self.metric_a, "compute"), value(self.metric_b, "compute"))
end
function Composition:forward(...)
  return self.operation(value(self.metric_a, "forward", ...), value(self.metric_b, "forward", ...))
end
function Composition:__get_update_count()
  return value(is_metric(self.metric_a) and self.metric_a or self.metric_b, "__get_update_count")
end
function Composition:__get_update_called() return self.update_count > 0 end

for name, f in pairs {
  __add = function(a, b) return a + b end, __sub = function(a, b) return a - b end,
  __mul = function(a, b) return a * b end, __div = function(a, b) return a / b end,
  __mod = function(a, b) return a % b end, __pow = function(a, b) return a ^ b end,
} do
  Metric[name] = function(a, b) return Composition(f, a, b) end
end
function Metric.__unm(a) return Composition(function(x) return -x end, a) end

return Metric
