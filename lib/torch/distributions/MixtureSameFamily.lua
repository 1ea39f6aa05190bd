--- torch.distributions.MixtureSameFamily(mixture_distribution: table, component_distribution: table, *,
-- validate_args: bool = true): Each sample comes from one of the components, the last dimension of the batch of
-- component_distribution; mixture_distribution, a Categorical, says how often from which.
-- Example:
--     local D = torch.distributions
--     local two = D.Normal(torch.tensor{-1.0, 1.0}, 0.1)
--     return D.MixtureSameFamily(D.Categorical(torch.ones(2)), two):log_prob(torch.tensor(1.0))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local options = require "torch.utils.options"

local Categorical = require "torch.distributions.Categorical"
local Distribution = require "torch.distributions.Distribution"

local MixtureSameFamily = torch.class("MixtureSameFamily", Distribution)
local Mixture = MixtureSameFamily
Mixture._event = {}

local function set(self, mixture, component)
  self.mixture_distribution, self.component_distribution = mixture, component
  self:_shapes(values.part(component.batch_shape, 1, -2), component.event_shape)
end

function Mixture:__init(...)
  if Distribution._is_blank((...)) then return end
  local given = options.read("MixtureSameFamily", {{"mixture_distribution", kind = "any"},
    {"component_distribution"}, {"validate_args", kind = "boolean", off = true}}, ...)
  local mixture, component = given.mixture_distribution, given.component_distribution
  if not torch.isinstance(mixture, Categorical) then
    options.wrong("MixtureSameFamily", "mixture_distribution", 1, "a Categorical", mixture)
  end
  if not torch.isinstance(component, Distribution) or #component.batch_shape == 0 then
    options.wrong("MixtureSameFamily", "component_distribution", 2, "a distribution with a batch", component)
  end
  local own, theirs = mixture.batch_shape, values.part(component.batch_shape, 1, -2)
  local n = component.batch_shape[-1]
  if not pcall(torch.broadcast_shapes, own, theirs) or mixture._num_events ~= n then
    options.raise(("MixtureSameFamily: expected components for %s, got a batch of {%s}"):format(mixture,
      table.concat(component.batch_shape, ", ")))
  end
  if given.validate_args ~= nil then self._validates = given.validate_args end
  set(self, mixture, component)
end
function Mixture:_expand(shape)
  local new = self:_blank()
  set(new, self.mixture_distribution:expand(shape),
    self.component_distribution:expand(values.join(shape, {self.mixture_distribution._num_events})))
  return new
end

--- The support of the components, for values without their dimension.
function Mixture:__get_support()
  local inner = self.component_distribution.support
  return constraints.make("MixtureSameFamilyConstraint", "MixtureSameFamilyConstraint", function(x)
    return inner:check(x):any(-1)
  end, {event_dim = inner.event_dim, is_discrete = inner.is_discrete, base_constraint = inner, shown = tostring(inner),
    is_dependent = true})
end

--- The component's dimension is put into values: before those of the event.
local function spread(self, x) return x:unsqueeze(-1 - #self.event_shape) end
--- Probabilities of the components beside their numbers.
local function weights(self)
  local p = self.mixture_distribution.probs
  for _ = 1, #self.event_shape do p = p:unsqueeze(-1) end
  return p
end
local function average(self, x) return (weights(self) * x):sum(-1 - #self.event_shape) end

function Mixture:__get_mean() return average(self, self.component_distribution.mean) end
function Mixture:__get_variance()
  local c = self.component_distribution
  return average(self, c.variance) + average(self, (c.mean - spread(self, self.mean)):pow(2))
end

function Mixture:_sample(shape)
  local chosen = self.mixture_distribution:sample(shape)
  local all = self.component_distribution:sample(shape)
  local n = #self.event_shape
  for _ = 1, n + 1 do chosen = chosen:unsqueeze(-1) end
  local dim = -1 - n
  local size = values.join(values.part(all.shape, 1, all.ndim - n - 1), {1}, self.event_shape)
  return all:gather(dim, chosen:expand(size)):squeeze(dim)
end

--- The value with the dimension of the components; each of them checks it.
local function checked(self, value, method)
  if type(value) == "number" then value = torch.tensor(value) end
  return spread(self, self:_value(value, method))
end
function Mixture:log_prob(value)
  local each = self.component_distribution:log_prob(checked(self, value, "log_prob"))
  return (each + self.mixture_distribution.logits:log_softmax(-1)):logsumexp(-1)
end
function Mixture:cdf(value)
  local each = self.component_distribution:cdf(checked(self, value, "cdf"))
  return (each * self.mixture_distribution.probs):sum(-1)
end
function Mixture:__tostring()
  return ("MixtureSameFamily(\n  %s,\n  %s)"):format(self.mixture_distribution, self.component_distribution)
end

return MixtureSameFamily
