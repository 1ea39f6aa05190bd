--- Classes of metrics from rows; see rows.lua.
local Metric = require "torchmetrics.Metric"
local read_arguments = require "torchmetrics.arguments"
local options = require "torch.utils.options"

local combine <const> = {
  sum = function(a, b) return a + b end,
  max = function(a, b) return torch.is_tensor(a) and a:maximum(b) or math.max(a, b) end,
  min = function(a, b) return torch.is_tensor(a) and a:minimum(b) or math.min(a, b) end,
}

local function states_of(row, o)
  if type(row.states) == "function" then return row.states(o) end
  return row.states
end

local function rank_one(x) return x.ndim == 0 and x:reshape(1) or x end

--- One tensor of the pieces of a state, on the device of the last one.
local function joined(pieces)
  local all = {}
  for i, x in ipairs(pieces) do all[i] = rank_one(x):to(pieces[#pieces].device) end
  return #all == 1 and all[1] or torch.cat(all, 1)
end

local function detached(x) return torch.is_tensor(x) and x:detach() or x end

--- Sets a state: a tensor is a buffer, so that it moves with the module. nil is the state before the first batch.
local function set(self, name, value)
  if value == nil and self._is_buffer[name] then
    self._is_buffer[name], self[name] = nil, nil
  elseif not torch.is_tensor(value) then
    torch._C.fields_of(self)._values[name] = value
  elseif self._is_buffer[name] then
    self[name] = value
  else
    self._is_buffer[name] = true
    self:register_buffer(name, value, {persistent = self:_own().persistent})
  end
end

local function get(self, name)
  local value = self._values[name]
  if value == nil and self._is_buffer[name] then value = self[name] end
  return value
end

--- The state as `compute` takes it.
local function whole(self)
  local state = {}
  for name, how in pairs(self._states) do
    local value = get(self, name)
    if how == "cat" and value then value = joined(value) end
    state[name] = value
  end
  return state
end

--- What a batch adds, as `compute` takes it.
local function alone(self, added)
  local state = {}
  for name, how in pairs(self._states) do
    local value = added[name]
    if how == "cat" then value = rank_one(value) end
    state[name] = value
  end
  return state
end

local function append(self, name, how, value)
  local list = get(self, name)
  if list == nil then
    list = {}
    set(self, name, list)
  end
  if how == "cat" then list[#list + 1] = detached(value)
  else table.move(value, 1, #value, #list + 1, list) end
end

--- Takes what a batch adds into the state.
local function merge(self, added)
  local m = self:_own()
  m.value, m.count = nil, m.count + 1
  if self._row.merge and m.count > 1 then
    added = self._row.merge(self._options, whole(self), added)
    for name in pairs(self._states) do set(self, name, detached(added[name])) end
    return
  end
  for name, how in pairs(self._states) do
    local value = added[name]
    if how == "cat" or how == "list" then append(self, name, how, value)
    else
      local before = get(self, name)
      value = detached(value)
      if before ~= nil and torch.is_tensor(before) and torch.is_tensor(value) then before = before:to(value.device) end
      if before ~= nil then value = combine[how](before, value) end
      set(self, name, value)
    end
  end
end

--- Takes the part of the state that `value` was made of; whether it has something. What no batch has been taken into
-- is an empty tensor in a state_dict.
local function take_part(me, name, how, value)
  local has = value:numel() > 0
  if how == "cat" and has then set(me, name, {value})
  else set(me, name, has and value:clone() or nil) end
  return has
end

--- With its state in the state_dict, the pieces of a list are there as one tensor; a state that is read is taken.
local function add_hooks(self)
  self:register_state_dict_post_hook(function(me, state, prefix)
    if not me:_own().persistent then return end
    for name, how in pairs(me._states) do
      local value = get(me, name)
      if value == nil then state[prefix .. name] = torch.empty(0)
      elseif how == "cat" then state[prefix .. name] = joined(value)
      elseif type(value) == "number" then state[prefix .. name] = torch.tensor(value) end
    end
  end)
  self:register_load_state_dict_pre_hook(function(me, state, prefix)
    local m, taken, has = me:_own(), false, false
    m.value = nil
    for name, how in pairs(me._states) do
      local value = state[prefix .. name]
      if value ~= nil then
        taken = true
        if take_part(me, name, how, value) then has = true end
        if not me._is_buffer[name] then state[prefix .. name] = nil end
      end
    end
    if taken then m.count = has and math.max(m.count, 1) or 0 end
  end)
end

local function update(self, given)
  local row, inputs = self._row, {}
  for i, p in ipairs(row.inputs) do inputs[i] = given[p[1]] end
  return row.update(self._options, table.unpack(inputs, 1, #row.inputs))
end

local function read(self, ...) return read_arguments(self._row.class, self._row.inputs, ...) end

local RowMetric = torch.class("torchmetrics.RowMetric", Metric)

function RowMetric:__init(...)
  local row = self._row
  local o = read_arguments(row.class, self._parameters, ...)
  if o.dist_sync_on_step then options.raise(row.class .. ": 'dist_sync_on_step': not in Hecate yet") end
  if row.check then row.check(o) end
  self._options, self._values, self._is_buffer = o, {}, {}
  self._states = states_of(row, o)
  for name in pairs(self._states) do table.insert(self:_own().order, name) end
  add_hooks(self)
end

--- What a batch adds to the state, with its gradient.
function RowMetric:_added(...) return update(self, read(self, ...)) end
function RowMetric:_take(added) merge(self, added) end

function RowMetric:update(...)
  local given = read(self, ...)
  self:_take(torch.no_grad(function() return update(self, given) end))
end

--- The value of what a batch adds, which is taken in.
function RowMetric:_value(added, ...)
  added = added or self:_added(...)
  local results = table.pack(self._row.compute(self._options, alone(self, added)))
  self:_take(added)
  return table.unpack(results, 1, results.n)
end
function RowMetric:forward(...) return self:_value(nil, ...) end

function RowMetric:compute()
  local m, row = self:_own(), self._row
  if m.count == 0 then options.raise(row.class .. ": compute() before the first update()") end
  if m.value and self._options.compute_with_cache then return table.unpack(m.value, 1, m.value.n) end
  m.value = table.pack(torch.no_grad(function() return row.compute(self._options, whole(self)) end))
  return table.unpack(m.value, 1, m.value.n)
end

function RowMetric:reset()
  local m = self:_own()
  m.count, m.value = 0, nil
  self._values = {}
  for name in pairs(self._is_buffer) do self[name] = nil end
  self._is_buffer = {}
end

function RowMetric:__get_metric_state() return whole(self) end
function RowMetric:__tostring() return self._row.class .. "()" end

--- A class for the row whose constructor takes these parameters.
return function(row, parameters)
  local class = torch.class("torchmetrics." .. row.class, RowMetric)
  class.higher_is_better = row.higher_is_better
  class.is_differentiable = row.differentiable == true
  class._row, class._parameters = row, parameters
  return class
end
