--- torch.distributions.LKJCholesky(dim: int, concentration: Tensor = 1, *, validate_args: bool = true): Cholesky
-- factors of correlation matrices of dim rows (Lewandowski, Kurowicka and Joe 2009); concentration 1: all matrices
-- equally likely.
-- Example: torch.distributions.LKJCholesky(3, 1):sample().shape
local constraints = require "torch.distributions.constraints"
local values = require "torch.distributions.values"
local define = require "torch.distributions.define"
local options = require "torch.utils.options"

local Beta = require "torch.distributions.Beta"

local LKJCholesky = define("LKJCholesky", {{"dim", plain = true, kind = "positive", required = true},
  {"concentration", constraints.positive, default = 1.0}, support = constraints.corr_cholesky,
  finish = function(self)
    if self.dim < 2 then options.wrong("LKJCholesky", "dim", 1, "at least 2", self.dim) end
    self:_shapes(self.batch_shape, {self.dim, self.dim})
  end})

--- Row by row: the length of the part before the diagonal is the root of a Beta number, its direction is uniform (the
-- onion method).
function LKJCholesky:_sample(shape)
  local c, n = self.concentration, self.dim
  local like = {dtype = c.dtype, device = c.device}
  local before = torch.cat({torch.zeros(1, like), torch.arange(0, n - 1, like)})
  local beta = Beta(before + 0.5, c:unsqueeze(-1) + (n - 2) / 2 - before * 0.5, {validate_args = false})
  local length = beta:sample(shape):unsqueeze(-1)
  local direction = torch.randn(self:_extended_shape(shape), like):tril(-1)
  direction = direction / torch.linalg.norm(direction, nil, {dim = -1, keepdim = true})
  direction:select(-2, 1):zero_()
  local w = length:sqrt() * direction
  local rest = (1 - w:pow(2):sum(-1)):clamp(torch.finfo(w.dtype).tiny)
  return w + rest:sqrt():diag_embed()
end
function LKJCholesky:log_prob(value)
  value = self:_value(value, "log_prob")
  local c, n = self.concentration, self.dim
  local below = n - 1
  local diagonal = value:diagonal(0, -2, -1):narrow(-1, 2, below)
  local order = ((c - 1) * 2):unsqueeze(-1) + n - torch.arange(2, n + 1, {dtype = c.dtype, device = c.device})
  local alpha = c + 0.5 * below
  local norm = torch.special.multigammaln(alpha - 0.5, below) - alpha:lgamma() * below
  return (order * diagonal:log()):sum(-1) - (norm + 0.5 * below * math.log(math.pi))
end

return LKJCholesky
