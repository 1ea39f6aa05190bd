--- torch.distributions.Independent(base_distribution: table, reinterpreted_batch_ndims: int, *, validate_args: bool =
-- true): A distribution whose last dimensions of the batch are one event: log_prob sums over them.
-- Example: torch.distributions.Independent(torch.distributions.Normal(torch.zeros(3), 1), 1):log_prob(torch.zeros(3))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local options = require "torch.utils.options"
local Distribution = require "torch.distributions.Distribution"

local Independent = torch.class("Independent", Distribution)
Independent._event = {}

local function set(self, base, n)
  self.base_dist, self.reinterpreted_batch_ndims = base, n
  local batch = base.batch_shape
  self:_shapes(values.part(batch, 1, #batch - n), values.join(values.part(batch, #batch - n + 1), base.event_shape))
end

function Independent:__init(...)
  if Distribution._is_blank((...)) then return end
  local given = options.read("Independent", {{"base_distribution", kind = "any"},
    {"reinterpreted_batch_ndims", kind = "count", required = true}, {"validate_args", kind = "boolean", off = true}},
    ...)
  local base, n = given.base_distribution, given.reinterpreted_batch_ndims
  if not torch.isinstance(base, Distribution) then
    options.wrong("Independent", "base_distribution", 1, "a distribution", base)
  end
  if n > #base.batch_shape then
    options.wrong("Independent", "reinterpreted_batch_ndims", 2, ("at most %d, the dimensions of the batch"):format(
      #base.batch_shape), n)
  end
  if given.validate_args ~= nil then self._validates = given.validate_args end
  set(self, base, n)
end

function Independent:_expand(shape)
  local new = self:_blank()
  local n = self.reinterpreted_batch_ndims
  set(new, self.base_dist:expand(values.join(shape, values.part(self.event_shape, 1, n))), n)
  return new
end

function Independent:__get_has_rsample() return self.base_dist.has_rsample end
function Independent:__get_has_enumerate_support()
  return self.reinterpreted_batch_ndims == 0 and self.base_dist.has_enumerate_support
end
function Independent:__get_support()
  local n = self.reinterpreted_batch_ndims
  return n == 0 and self.base_dist.support or constraints.independent(self.base_dist.support, n)
end
for _, name in ipairs {"mean", "mode", "variance"} do
  Independent["__get_" .. name] = function(self) return self.base_dist[name] end
end
function Independent:__get_stddev() return self.base_dist.stddev end

function Independent:_sample(shape) return self.base_dist:sample(shape) end
function Independent:_rsample(shape) return self.base_dist:rsample(shape) end
function Independent:log_prob(value)
  return values.sum_rightmost(self.base_dist:log_prob(value), self.reinterpreted_batch_ndims)
end
function Independent:entropy()
  return values.sum_rightmost(self.base_dist:entropy(), self.reinterpreted_batch_ndims)
end
function Independent:enumerate_support(expand)
  if self.reinterpreted_batch_ndims > 0 then self:_undefined "enumerate_support" end
  return self.base_dist:enumerate_support(expand)
end
function Independent:__tostring()
  return ("Independent(%s, %d)"):format(self.base_dist, self.reinterpreted_batch_ndims)
end

return Independent
