--- Scaling of the loss, so that small gradients do not vanish in float16.
local options = require "torch.utils.options"

local PARAMETERS = {{"device", kind = "string", default = "cuda"}, {"init_scale", kind = "number", default = 65536.0},
  {"growth_factor", kind = "number", default = 2.0}, {"backoff_factor", kind = "number", default = 0.5},
  {"growth_interval", kind = "positive", default = 2000}, {"enabled", kind = "boolean", default = true}}

--- torch.amp.GradScaler(device: string = "cuda", {init_scale: number = 65536, growth_factor: number = 2,
-- backoff_factor: number = 0.5, growth_interval: int = 2000, enabled: bool = true}): Multiplies the loss by a
-- scale, and divides the gradients by it before the step. A step whose gradients are infinite or NaN is left out
-- and the scale halved; after growth_interval good steps it is doubled.
--
--     scaler:scale(loss):backward()
--     scaler:step(optimizer)
--     scaler:update()
--
-- Example: torch.amp.GradScaler("cpu"):get_scale()
local GradScaler = torch.class("torch.amp.GradScaler")

-- Where an optimiser is between two calls of update().
local READY, UNSCALED, STEPPED = "ready", "unscaled", "stepped"

local function growth_factor(who, name, position, value)
  if type(value) ~= "number" or not (value > 1) then options.wrong(who, name, position, "a number above 1", value) end
  return value + 0.0
end

local function backoff_factor(who, name, position, value)
  if type(value) ~= "number" or not (value > 0 and value < 1) then
    options.wrong(who, name, position, "a number between 0 and 1", value)
  end
  return value + 0.0
end

function GradScaler:__init(...)
  local given = options.read("GradScaler", PARAMETERS, ...)
  local device = given.device:match "^(%a+)$" or given.device:match "^(%a+):%d+$"
  if device ~= "cuda" and device ~= "cpu" and device ~= "meta" then
    options.wrong("GradScaler", "device", 1, "'cuda', 'cpu' or 'meta'", given.device)
  end
  self._enabled, self._scale = given.enabled, given.init_scale + 0.0
  self._growth_factor = growth_factor("GradScaler", "growth_factor", 3, given.growth_factor)
  self._backoff_factor = backoff_factor("GradScaler", "backoff_factor", 4, given.backoff_factor)
  self._growth_interval, self._growth_tracker = given.growth_interval, 0
  self._used = false -- scale() was called
  self._optimizers = {} -- optimiser → {stage =, found_inf =} since the last update()
end

local function state_of(self, optimizer)
  local state = self._optimizers[optimizer]
  if not state then
    state = {stage = READY}
    self._optimizers[optimizer] = state
  end
  return state
end

local function check_optimizer(who, optimizer)
  if type(options.field(optimizer, "param_groups")) ~= "table" then
    options.wrong(who, "optimizer", 1, "an optimiser", optimizer)
  end
end

local function check_used(self, who)
  if not self._used then
    options.raise(who .. ": scale() was not called: use scaler:scale(loss) before the backward pass")
  end
end

local function scaled(self, outputs)
  if torch.is_tensor(outputs) then return outputs * self._scale end
  if type(outputs) ~= "table" then options.wrong("scale", "outputs", 1, "a tensor or a table of tensors", outputs) end
  local list = {}
  for key, value in pairs(outputs) do list[key] = scaled(self, value) end
  return list
end

--- scaler:scale(outputs: Tensor|table) -> Tensor|table: outputs times the scale; of a table, of all tensors in it.
function GradScaler:scale(outputs)
  if not self._enabled then return outputs end
  self._used = true
  return scaled(self, outputs)
end

--- Divides the gradients of an optimiser by the scale; whether one of them is infinite or NaN.
local function unscale(self, optimizer)
  local inverse, found = 1 / self._scale, false
  torch.no_grad(function()
    for _, group in ipairs(optimizer.param_groups) do
      for _, p in ipairs(group.params) do
        local grad = torch.sparse._dense_grad(p)
        if grad then
          if grad.dtype == torch.float16 then
            options.raise "unscale_: a gradient is of float16: parameters must stay in float32, autocast casts them"
          end
          grad:mul_(inverse)
          found = found or not torch.isfinite(grad):all():item()
        end
      end
    end
  end)
  return found
end

--- scaler:unscale_(optimizer: any): Divides the gradients by the scale, so that they can be looked at or clipped
-- before step(), which does not do it again.
function GradScaler:unscale_(optimizer)
  if not self._enabled then return end
  check_optimizer("unscale_", optimizer)
  check_used(self, "unscale_")
  local state = state_of(self, optimizer)
  if state.stage == UNSCALED then
    options.raise "unscale_: it was called for this optimiser already since the last update()"
  elseif state.stage == STEPPED then
    options.raise "unscale_: it was called after step()"
  end
  state.found_inf = unscale(self, optimizer)
  state.stage = UNSCALED
end

--- scaler:step(optimizer: any) -> any: optimizer:step(), unless a gradient is infinite or NaN; divides the
-- gradients by the scale before, unless unscale_ has done it. Returns what optimizer:step() returns.
function GradScaler:step(optimizer, closure)
  check_optimizer("step", optimizer)
  if not self._enabled then return optimizer:step(closure) end
  if closure ~= nil then options.raise "step: a closure cannot be used while the gradients are scaled" end
  check_used(self, "step")
  local state = state_of(self, optimizer)
  if state.stage == STEPPED then options.raise "step: it was called already since the last update()" end
  if state.stage == READY then self:unscale_(optimizer) end
  state.stage = STEPPED
  if not state.found_inf then return optimizer:step() end
end

--- The scale after a step in which an infinite gradient was found or not.
local function adapt(self, found)
  if found then
    self._scale, self._growth_tracker = self._scale * self._backoff_factor, 0
    return
  end
  self._growth_tracker = self._growth_tracker + 1
  if self._growth_tracker < self._growth_interval then return end
  self._growth_tracker = 0
  local grown = self._scale * self._growth_factor
  if grown < 3.4e38 then self._scale = grown end -- it stays a number of float32
end

--- scaler:update(new_scale: number = nil): After the steps of all optimisers: the scale is halved where a step was
-- left out, and doubled after enough good ones; new_scale sets it.
function GradScaler:update(new_scale)
  if not self._enabled then return end
  check_used(self, "update")
  if new_scale ~= nil then
    local value = torch.is_tensor(new_scale) and new_scale:item() or new_scale
    if type(value) ~= "number" then options.wrong("update", "new_scale", 1, "a number", new_scale) end
    self._scale = value + 0.0
  else
    local checked, found = false, false
    for _, state in pairs(self._optimizers) do
      checked = checked or state.found_inf ~= nil
      found = found or state.found_inf == true
    end
    if not checked then options.raise "update: no step() or unscale_() came before it" end
    adapt(self, found)
  end
  self._optimizers = {}
end

--- scaler:get_scale() -> number: The scale; 1 where the scaler is not enabled.
function GradScaler:get_scale() return self._enabled and self._scale or 1.0 end

--- scaler:get_growth_factor() -> number: By what the scale grows.
function GradScaler:get_growth_factor() return self._growth_factor end

--- scaler:set_growth_factor(new_factor: number): By what the scale grows from now on.
function GradScaler:set_growth_factor(new_factor)
  self._growth_factor = growth_factor("set_growth_factor", "new_factor", 1, new_factor)
end

--- scaler:get_backoff_factor() -> number: What the scale is multiplied by after an infinite gradient.
function GradScaler:get_backoff_factor() return self._backoff_factor end

--- scaler:set_backoff_factor(new_factor: number): What the scale is multiplied by from now on.
function GradScaler:set_backoff_factor(new_factor)
  self._backoff_factor = backoff_factor("set_backoff_factor", "new_factor", 1, new_factor)
end

--- scaler:get_growth_interval() -> int: After how many good steps the scale grows.
function GradScaler:get_growth_interval() return self._growth_interval end

--- scaler:set_growth_interval(new_interval: int): After how many good steps the scale grows from now on.
function GradScaler:set_growth_interval(...)
  local parameters = {{"new_interval", kind = "positive", required = true}}
  self._growth_interval = options.read("set_growth_interval", parameters, ...).new_interval
end

--- scaler:is_enabled() -> bool: Whether it scales at all.
function GradScaler:is_enabled() return self._enabled end

--- scaler:state_dict() -> table: What load_state_dict takes; empty where the scaler is not enabled.
function GradScaler:state_dict()
  if not self._enabled then return {} end
  return {scale = self._scale, growth_factor = self._growth_factor, backoff_factor = self._backoff_factor,
    growth_interval = self._growth_interval, _growth_tracker = self._growth_tracker}
end

--- scaler:load_state_dict(state_dict: table): Goes on where the scaler of the state was.
function GradScaler:load_state_dict(state_dict)
  if not self._enabled then return end
  if type(state_dict) ~= "table" then options.wrong("load_state_dict", "state_dict", 1, "a table", state_dict) end
  if next(state_dict) == nil then
    options.raise "load_state_dict: the state is empty: it may be that of a scaler that was not enabled"
  end
  for _, key in ipairs {"scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker"} do
    if type(state_dict[key]) ~= "number" then
      options.wrong("load_state_dict", key, nil, "a number", state_dict[key])
    end
  end
  self._scale, self._growth_factor = state_dict.scale, state_dict.growth_factor
  self._backoff_factor, self._growth_interval = state_dict.backoff_factor, state_dict.growth_interval
  self._growth_tracker = state_dict._growth_tracker
end

return GradScaler
