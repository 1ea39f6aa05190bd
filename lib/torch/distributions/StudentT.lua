--- torch.distributions.StudentT(df: Tensor, loc: Tensor = 0, scale: Tensor = 1, *, validate_args: bool = true): Normal
-- numbers over the root of Chi2 / df.
-- Example: torch.distributions.StudentT(3):log_prob(torch.tensor(0.5))
local constraints = require "torch.distributions.constraints"
local define = require "torch.distributions.define"

local Chi2 = require "torch.distributions.Chi2"

local StudentT = define("StudentT", {{"df", constraints.positive}, {"loc", constraints.real, default = 0.0},
  {"scale", constraints.positive, default = 1.0}, support = constraints.real, rsample = true})

function StudentT:__get_mean() return self.loc:masked_fill(self.df:le(1), 0 / 0) end
function StudentT:__get_mode() return self.loc end
function StudentT:__get_variance()
  local df = self.df
  return (self.scale:pow(2) * df / (df - 2)):masked_fill(df:le(2), math.huge):masked_fill(df:le(1), 0 / 0)
end

function StudentT:_rsample(shape)
  local size = self:_extended_shape(shape)
  local z = torch.randn(size, {dtype = self.loc.dtype, device = self.loc.device})
  local square = Chi2(self.df, {validate_args = false}):_rsample(shape)
  return self.loc + self.scale * z * (square / self.df):rsqrt()
end
function StudentT:log_prob(value)
  local df = self.df
  local y = (self:_value(value, "log_prob") - self.loc) / self.scale
  local norm = self.scale:log() + df:log() * 0.5 + math.log(math.pi) / 2 + (df * 0.5):lgamma()
    - ((df + 1) * 0.5):lgamma()
  return (df + 1) * -0.5 * (y:pow(2) / df):log1p() - norm
end
function StudentT:entropy()
  local half, more = self.df * 0.5, (self.df + 1) * 0.5
  local beta = half:lgamma() + math.log(math.pi) / 2 - more:lgamma()
  return self.scale:log() + more * (more:digamma() - half:digamma()) + self.df:log() * 0.5 + beta
end

return StudentT
