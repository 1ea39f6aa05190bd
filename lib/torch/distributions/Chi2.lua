--- torch.distributions.Chi2(df: Tensor, *, validate_args: bool = true): Sums of df squares of standard normal numbers.
-- Example: torch.distributions.Chi2(3):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Gamma = require "torch.distributions.Gamma"

local Chi2 = define("Chi2", {{"df", constraints.positive}, parent = Gamma, support = constraints.nonnegative,
  rsample = true, rebuild = function(self)
    self.concentration, self.rate = self.df * 0.5, torch.full_like(self.df, 0.5)
  end})

return Chi2
