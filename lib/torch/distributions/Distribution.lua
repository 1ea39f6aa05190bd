--- torch.distributions.Distribution: The class that all distributions are derived from. Attributes: batch_shape,
-- event_shape, mean, mode, variance, stddev, support, arg_constraints, has_rsample, has_enumerate_support; methods:
-- sample, rsample, log_prob, cdf, icdf, entropy, perplexity, enumerate_support, expand.
-- Example: torch.isinstance(torch.distributions.Normal(0, 1), torch.distributions.Distribution)
local options = require "torch.utils.options"
local values = require "torch.distributions.values"

local Distribution = torch.class "Distribution"

Distribution.arg_constraints = {}
Distribution._validates = true -- unless an object says otherwise
Distribution._given = {}       -- the parameters that an object was made with, in order

--- What makes an object of a class without its parameters; see `blank`.
local BLANK = {}

--- Whether __init was called by `blank` and has nothing to do.
function Distribution._is_blank(first) return rawequal(first, BLANK) end

--- Distribution(batch_shape, event_shape, {validate_args}): what the __init of a class of the program calls.
function Distribution:__init(...)
  if rawequal((...), BLANK) then return end
  local given = options.read("Distribution", {{"batch_shape", kind = "any"}, {"event_shape"},
    {"validate_args", kind = "boolean", off = true}}, ...)
  for i, name in ipairs {"batch_shape", "event_shape"} do
    if not pcall(torch.empty, given[name] or {}, {device = "meta"}) then
      options.wrong("Distribution", name, i, "an array of sizes", given[name])
    end
  end
  self:_shapes(given.batch_shape or {}, given.event_shape or {})
  if given.validate_args ~= nil then self._validates = given.validate_args end
end

--- Distribution.set_default_validate_args(value): whether parameters and values are checked where a constructor
-- does not say. They are.
function Distribution.set_default_validate_args(value)
  if type(value) ~= "boolean" then options.wrong("set_default_validate_args", "value", 1, "a boolean", value) end
  Distribution._validates = value
end

--- The shapes, as torch.Size.
function Distribution:_shapes(batch, event)
  self.batch_shape = torch.empty(batch, {device = "meta"}).shape
  self.event_shape = torch.empty(event, {device = "meta"}).shape
end

--- The name of the class, for messages.
function Distribution:_name() return torch.typename(self) end

function Distribution:_undefined(what)
  options.raise(("%s: %s is not defined"):format(self:_name(), what))
end

for _, name in ipairs {"mean", "mode", "variance"} do
  Distribution["__get_" .. name] = function(self) self:_undefined(name) end
end
--- torch.distributions.Distribution:log_prob(value: Tensor) -> Tensor: The logarithm of the density, or of the
-- probability, at value.
--- torch.distributions.Distribution:cdf(value: Tensor) -> Tensor: The probability of what is at most value.
--- torch.distributions.Distribution:icdf(value: Tensor) -> Tensor: Where cdf is value, from 0 to 1.
--- torch.distributions.Distribution:entropy() -> Tensor: The mean of -log_prob, in nats, for each of the batch.
--- torch.distributions.Distribution:enumerate_support(expand: bool = true) -> Tensor: All values that a discrete
-- distribution has, along a new first dimension; expanded to the batch.
for _, name in ipairs {"cdf", "icdf", "log_prob", "entropy", "enumerate_support"} do
  Distribution[name] = function(self) self:_undefined(name) end
end
function Distribution:__get_has_rsample() return false end
function Distribution:__get_has_enumerate_support() return false end
function Distribution:__get_stddev() return self.variance:sqrt() end
function Distribution:__get_support() return self._support or self:_undefined "support" end

--- Attributes are functions __get_NAME of the class.
function Distribution:__getattr(key)
  local get = self["__get_" .. key]
  return get and get(self)
end

--- torch.distributions.Distribution:perplexity() -> Tensor: exp of the entropy, for each of the batch.
function Distribution:perplexity() return self:entropy():exp() end

--- The shape of samples: that of the argument, the batch, the event.
function Distribution:_extended_shape(sample_shape)
  return values.join(sample_shape, self.batch_shape, self.event_shape)
end

--- distribution:sample(shape): numbers of the distribution, without gradients.
function Distribution:sample(...)
  local shape = values.shape(self:_name() .. ":sample", ...)
  local draw = self._sample or self._rsample or function() self:_undefined "sample" end
  local _ <close> = torch.no_grad()
  return draw(self, shape)
end

--- distribution:rsample(shape): samples that are functions of the parameters and carry their gradients.
function Distribution:rsample(...)
  local shape = values.shape(self:_name() .. ":rsample", ...)
  if not self.has_rsample then
    options.raise(("%s: rsample is not defined: its samples have no gradient"):format(self:_name()))
  end
  return self:_rsample(shape)
end

--- distribution:expand(batch_shape): the distribution for a larger batch; its parameters are views.
function Distribution:expand(...)
  local who = self:_name() .. ":expand"
  local shape = values.shape(who, ...)
  local ok, common = pcall(torch.broadcast_shapes, shape, self.batch_shape)
  if not ok or table.concat(common, "×") ~= table.concat(shape, "×") then
    options.wrong(who, "batch_shape", 1, ("a shape to which (%s) expands"):format(table.concat(self.batch_shape, "×")),
      shape)
  end
  return self:_expand(shape)
end
function Distribution:_expand(shape)
  local new = self:_blank()
  for _, name in ipairs(self._given) do
    local own = self[name]
    local event = self._event[name] or 0
    new[name] = own:expand(values.join(shape, event > 0 and values.part(own.shape, -event) or {}))
  end
  new:_shapes(shape, self.event_shape)
  if self._rebuild then new:_rebuild() end
  return new
end
--- An object of the class that shares what is no tensor with self.
function Distribution:_blank()
  local new = values.class_of(self)(BLANK)
  for _, name in ipairs(self._plain or {}) do new[name] = self[name] end
  new._given = self._given
  new._validates = self._validates
  return new
end

--- The first element that a mask of elements or events leaves out, as text.
local function first_outside(value, ok)
  if ok.ndim > 0 then value = value:expand(values.join(ok.shape, values.part(value.shape, ok.ndim + 1))) end
  if value.ndim > ok.ndim then return "one of shape " .. tostring(value.shape) .. " that is not" end
  return tostring(value:masked_select(ok:logical_not())[1]:item())
end
Distribution._first_outside = first_outside

--- The parameters given are in their sets.
function Distribution:_check_parameters(positions)
  for _, name in ipairs(self._given) do
    local constraint, value = self.arg_constraints[name], self[name]
    if constraint and not constraint.is_dependent and options.has_data(value) then
      local ok = constraint:check(value)
      if not ok:all():item() then
        options.raise(("%s: '%s' (argument %d): expected values of %s, got %s"):format(self:_name(), name,
          positions[name], constraint, first_outside(value, ok)))
      end
    end
  end
end

local function check_shape(self, value, what)
  local event = self.event_shape
  local n = #event
  local fits = value.ndim >= n
  for i = 1, n do fits = fits and value.shape[value.ndim - n + i] == event[i] end
  if fits then
    fits = pcall(torch.broadcast_shapes, values.part(value.shape, 1, value.ndim - n), self.batch_shape)
  end
  if fits then return end
  options.wrong(what, "value", 1, ("a tensor that fits batch_shape %s and event_shape %s"):format(
    table.concat(self.batch_shape, "×"), table.concat(event, "×")), value)
end

--- The value that a method got, a tensor or a number, checked.
function Distribution:_value(value, method)
  local what = self:_name() .. ":" .. method
  if type(value) == "number" then
    local like = self._given[1] and self[self._given[1]]
    value = torch.tensor(value, {dtype = like and like.dtype, device = like and like.device})
  end
  if not torch.is_tensor(value) then options.wrong(what, "value", 1, "a tensor", value) end
  if not self._validates then return value end
  check_shape(self, value, what)
  local support = self.support
  if support.is_dependent or not options.has_data(value) then return value end
  local ok = support:check(value)
  if not ok:all():item() then
    options.raise(("%s: 'value' (argument 1): expected values of the support, %s, got %s"):format(what, support,
      first_outside(value, ok)))
  end
  return value
end

--- One number is shown itself, more by their shape.
local function shown(value)
  if not torch.is_tensor(value) or value.ndim == 0 then
    return tostring(torch.is_tensor(value) and options.has_data(value) and value:item() or value)
  end
  return tostring(value:numel() == 1 and value or value.shape)
end
function Distribution:__tostring()
  local parts = {}
  for i, name in ipairs(self._shown or self._given) do parts[i] = ("%s: %s"):format(name, shown(self[name])) end
  return ("%s(%s)"):format(self:_name(), table.concat(parts, ", "))
end

--- Entropy of an array of events: with values from 1 on the first dimension.
function Distribution:_enumerated(first, n, expand, dtype)
  if expand ~= nil and type(expand) ~= "boolean" then
    options.wrong(self:_name() .. ":enumerate_support", "expand", 1, "a boolean", expand)
  end
  local list = torch.arange(first, first + n, {dtype = dtype})
  local ones = {}
  for i = 1, #self.batch_shape do ones[i] = 1 end
  list = list:view(values.join({n}, ones))
  if expand == false then return list end
  return list:expand(values.join({n}, self.batch_shape))
end

Distribution._join = values.join
return Distribution
