--- torch.distributions.Beta(concentration1: Tensor, concentration0: Tensor, *, validate_args: bool = true): Numbers of
-- [0, 1]: the first component of Dirichlet with two. Samples carry gradients.
-- Example: torch.distributions.Beta(2, 1):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Dirichlet = require "torch.distributions.Dirichlet"

local Beta = define("Beta", {{"concentration1", constraints.positive}, {"concentration0", constraints.positive},
  support = constraints.unit_interval, rsample = true, rebuild = function(self)
    self._dirichlet = Dirichlet(torch.stack({self.concentration1, self.concentration0}, -1), {validate_args = false})
  end})

function Beta:__get_mean() return self.concentration1 / (self.concentration1 + self.concentration0) end
function Beta:__get_mode() return self._dirichlet.mode:select(-1, 1) end
function Beta:__get_variance()
  local total = self.concentration1 + self.concentration0
  return self.concentration1 * self.concentration0 / (total:pow(2) * (total + 1))
end

function Beta:_rsample(shape) return self._dirichlet:_rsample(shape):select(-1, 1) end
function Beta:log_prob(value)
  value = self:_value(value, "log_prob")
  return self._dirichlet:log_prob(torch.stack({value, 1 - value}, -1))
end
function Beta:entropy() return self._dirichlet:entropy() end

return Beta
