local options = require "torch.utils.options"
local power = require "torch.nn.utils.power_iteration"

local SpectralNorm = torch.class("nn.utils.parametrizations._SpectralNorm", torch.nn.Module)

function SpectralNorm:__init(weight, n_power_iterations, dim, eps)
  self.n_power_iterations, self.dim, self.eps = n_power_iterations, dim, eps
  if weight.ndim < 2 then return end
  local matrix = power.matrix(weight, dim)
  local u, v = power.start(matrix, eps)
  self:register_buffer("_u", u)
  self:register_buffer("_v", v)
  power.iterate(matrix, u, v, 15, eps)
end

function SpectralNorm:forward(weight)
  if weight.ndim < 2 then return torch.nn.functional.normalize(weight, {dim = 1, eps = self.eps}) end
  local matrix = power.matrix(weight, self.dim)
  if self.training then power.iterate(matrix, self._u, self._v, self.n_power_iterations, self.eps) end
  local u, v = self._u:clone(), self._v:clone() -- the next iteration changes them in place
  return weight / torch.dot(u, torch.mv(matrix, v))
end

function SpectralNorm:right_inverse(value) return value end

local PARAMETERS <const> = {{"module", required = true}, {"name", kind = "string", default = "weight"},
  {"n_power_iterations", kind = "positive", default = 1}, {"eps", kind = "number", default = 1e-12},
  {"dim", kind = "integer"}}

--- nn.utils.parametrizations.spectral_norm(module: Module, name: string = "weight", n_power_iterations: int = 1,
-- eps: float = 1e-12, dim: int = nil) -> Module: The weight is divided by its largest singular value, as a matrix whose
-- rows are along dim (by default 1, for transposed convolutions 2). That is found by so many steps of power iteration
-- in each forward in training (Miyato et al. 2018).
-- Example: nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2)).weight.shape
return function(...)
  local given = options.read("spectral_norm", PARAMETERS, ...)
  power.check("spectral_norm", given.module, given.name)
  local weight = given.module[given.name]
  local dim = power.dim("spectral_norm", given.module, weight, given.dim)
  return torch.nn.utils.parametrize.register_parametrization(given.module, given.name,
    SpectralNorm(weight:detach(), given.n_power_iterations, dim, given.eps))
end
