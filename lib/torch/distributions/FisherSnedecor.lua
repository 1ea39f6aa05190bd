--- torch.distributions.FisherSnedecor(df1: Tensor, df2: Tensor, *, validate_args: bool = true): Quotients of Chi2
-- over their degrees of freedom.
-- Example: torch.distributions.FisherSnedecor(3, 4):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Gamma = require "torch.distributions.Gamma"

local FisherSnedecor = define("FisherSnedecor", {{"df1", constraints.positive}, {"df2", constraints.positive},
  support = constraints.positive, rsample = true})

function FisherSnedecor:__get_mean()
  return (self.df2 / (self.df2 - 2)):masked_fill(self.df2:le(2), 0 / 0)
end
function FisherSnedecor:__get_mode()
  local mode = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
  return mode:masked_fill(self.df1:le(2), 0 / 0)
end
function FisherSnedecor:__get_variance()
  local a, b = self.df1, self.df2
  local variance = b:pow(2) * 2 * (a + b - 2) / (a * (b - 2):pow(2) * (b - 4))
  return variance:masked_fill(b:le(4), 0 / 0)
end

--- Chi2 of df over df.
local function mean_square(df, shape) return Gamma(df * 0.5, df * 0.5, {validate_args = false}):_rsample(shape) end

function FisherSnedecor:_rsample(shape) return mean_square(self.df1, shape) / mean_square(self.df2, shape) end
function FisherSnedecor:log_prob(value)
  value = self:_value(value, "log_prob")
  local a, b, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
  return (a + b):lgamma() - a:lgamma() - b:lgamma() + a * ratio:log() + (a - 1) * value:log()
    - (a + b) * (ratio * value):log1p()
end

return FisherSnedecor
