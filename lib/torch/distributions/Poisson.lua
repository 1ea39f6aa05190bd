--- torch.distributions.Poisson(rate: Tensor, *, validate_args: bool = true): Numbers of events that happen at a rate.
-- Example: torch.distributions.Poisson(3):log_prob(torch.tensor(2.0))
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"

local Poisson = define("Poisson", {{"rate", constraints.nonnegative}, support = constraints.nonnegative_integer})

function Poisson:__get_mean() return self.rate end
function Poisson:__get_mode() return self.rate:floor() end
function Poisson:__get_variance() return self.rate end

function Poisson:_sample(shape) return torch.poisson(self.rate:expand(self:_extended_shape(shape))) end
function Poisson:log_prob(value)
  value = self:_value(value, "log_prob")
  return values.xlogy(value, self.rate) - self.rate - (value + 1):lgamma()
end

return Poisson
