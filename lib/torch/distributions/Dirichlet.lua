--- torch.distributions.Dirichlet(concentration: Tensor, *, validate_args: bool = true): Vectors of probabilities that
-- sum to 1. Samples carry the gradient of the concentration.
-- Example: torch.distributions.Dirichlet(torch.tensor{0.5, 0.5}):log_prob(torch.tensor{0.2, 0.8})
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"
local options = require "torch.utils.options"

local Dirichlet = define("Dirichlet", {{"concentration", constraints.independent(constraints.positive, 1), event = 1},
  support = constraints.simplex, rsample = true, init = function(self, given)
    local c = given.concentration
    if not torch.is_tensor(c) or c.ndim < 1 then
      options.wrong("Dirichlet", "concentration", 1, "a tensor of at least one dimension", c)
    end
    self.concentration, self._given = c, {"concentration"}
    self:_shapes(values.part(c.shape, 1, -2), values.part(c.shape, -1))
  end})

function Dirichlet:__get_mean() return self.concentration / self.concentration:sum(-1, true) end
--- The corner of the largest concentration where all are below 1.
function Dirichlet:__get_mode()
  local c = self.concentration
  local more = (c - 1):clamp(0)
  local corner = torch.nn.functional.one_hot(c:argmax(-1), c.shape[-1]):to(c.dtype)
  return torch.where(c:lt(1):all(-1, true), corner, more / more:sum(-1, true))
end
function Dirichlet:__get_variance()
  local c = self.concentration
  local total = c:sum(-1, true)
  return c * (total - c) / (total:pow(2) * (total + 1))
end

function Dirichlet:_rsample(shape)
  return torch._sample_dirichlet(self.concentration:expand(self:_extended_shape(shape)))
end
function Dirichlet:log_prob(value)
  value = self:_value(value, "log_prob")
  local c = self.concentration
  return values.xlogy(c - 1, value):sum(-1) + c:sum(-1):lgamma() - c:lgamma():sum(-1)
end
function Dirichlet:entropy()
  local c = self.concentration
  local total = c:sum(-1)
  return c:lgamma():sum(-1) - total:lgamma() - (c.shape[-1] - total) * total:digamma()
    - ((c - 1) * c:digamma()):sum(-1)
end

return Dirichlet
