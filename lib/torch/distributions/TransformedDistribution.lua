--- torch.distributions.TransformedDistribution(base_distribution: table, transforms: table, *,
-- validate_args: bool = true): What transforms make of the samples of a distribution.
-- Example:
--     local D = torch.distributions
--     return D.TransformedDistribution(D.Normal(0, 1), {D.ExpTransform()}):cdf(torch.tensor(1.0))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local options = require "torch.utils.options"
local Distribution = require "torch.distributions.Distribution"
local Transform = require "torch.distributions.transforms.Transform"
local Compose = require "torch.distributions.transforms.combined".ComposeTransform

local Transformed = torch.class("TransformedDistribution", Distribution)
Transformed._event = {}

local function transforms_of(given)
  local list = torch.isinstance(given, Transform) and {given} or given
  if type(list) ~= "table" then
    options.wrong("TransformedDistribution", "transforms", 2, "a transform or an array of them", given)
  end
  return list
end

function Transformed:__init(...)
  if Distribution._is_blank((...)) then return end
  local given = options.read("TransformedDistribution", {{"base_distribution", kind = "any"}, {"transforms"},
    {"validate_args", kind = "boolean", off = true}}, ...)
  if not torch.isinstance(given.base_distribution, Distribution) then
    options.wrong("TransformedDistribution", "base_distribution", 1, "a distribution", given.base_distribution)
  end
  if given.validate_args ~= nil then self._validates = given.validate_args end
  self:_set_base(given.base_distribution, transforms_of(given.transforms))
end

--- Sets base and transforms. Dimensions of the batch that the transforms take for events become part of the event.
function Transformed:_set_base(base, list)
  local whole = Compose(list)
  local domain, codomain = whole.domain.event_dim, whole.codomain.event_dim
  local base_shape = values.join(base.batch_shape, base.event_shape)
  if #base_shape < domain then
    options.raise(("%s: expected a base distribution of at least %d dimensions, got %s"):format(self:_name(), domain,
      base))
  end
  local shape = whole:forward_shape(base_shape)
  local expanded = whole:inverse_shape(shape)
  if table.concat(expanded, ",") ~= table.concat(base_shape, ",") then
    base = base:expand(values.part(expanded, 1, #expanded - #base.event_shape))
  end
  local more = domain - #base.event_shape
  if more > 0 then base = require "torch.distributions.Independent"(base, more) end
  self.base_dist, self.transforms = base, list
  local event = codomain + math.max(#base.event_shape - domain, 0)
  self:_shapes(values.part(shape, 1, #shape - event), values.part(shape, #shape - event + 1))
end

function Transformed:_expand(shape)
  local whole = Compose(self.transforms)
  local new = self:_blank()
  local n = #self.event_shape
  if self._rebuild then return Transformed.super._expand(self, shape) end
  local inner = whole:inverse_shape(values.join(shape, self.event_shape))
  local base = self.base_dist:expand(values.part(inner, 1, #inner - #self.base_dist.event_shape))
  new.base_dist, new.transforms = base, self.transforms
  new:_shapes(shape, values.part(self.event_shape, 1, n))
  return new
end

function Transformed:__get_has_rsample() return self.base_dist.has_rsample end
function Transformed:__get_support()
  if self._support then return self._support end
  local list = self.transforms
  if #list == 0 then return self.base_dist.support end
  local support, n = list[#list].codomain, #self.event_shape
  return n > support.event_dim and constraints.independent(support, n - support.event_dim) or support
end

local function forward(self, x)
  for _, t in ipairs(self.transforms) do x = t(x) end
  return x
end
function Transformed:_sample(shape) return forward(self, self.base_dist:sample(shape)) end
function Transformed:_rsample(shape) return forward(self, self.base_dist:rsample(shape)) end

function Transformed:log_prob(value)
  local y, n, total = self:_value(value, "log_prob"), #self.event_shape, 0
  for i = #self.transforms, 1, -1 do
    local t = self.transforms[i]
    local x = t:_inverse_of(y)
    n = n + t.domain.event_dim - t.codomain.event_dim
    total = total - values.sum_rightmost(t:log_abs_det_jacobian(x, y), n - t.domain.event_dim)
    y = x
  end
  return values.sum_rightmost(self.base_dist:log_prob(y), n - #self.base_dist.event_shape) + total
end

--- A probability turned round where the transforms fall.
local function turned(self, p)
  local sign = 1
  for _, t in ipairs(self.transforms) do sign = t.sign * sign end
  if not torch.is_tensor(sign) and sign == 1 then return p end
  return (p - 0.5) * sign + 0.5
end
function Transformed:cdf(value)
  local x = self:_value(value, "cdf")
  for i = #self.transforms, 1, -1 do x = self.transforms[i]:_inverse_of(x) end
  return turned(self, self.base_dist:cdf(x))
end
function Transformed:icdf(value)
  if type(value) ~= "number" then options.tensor(self:_name() .. ":icdf", "value", 1, value) end
  return forward(self, self.base_dist:icdf(turned(self, value)))
end

return Transformed
