local options = require "torch.utils.options"
local power = require "torch.nn.utils.power_iteration"
local recomputed = require "torch.nn.utils.recomputed"

local PARAMETERS <const> = {{"module", required = true}, {"name", kind = "string", default = "weight"},
  {"n_power_iterations", kind = "positive", default = 1}, {"eps", kind = "number", default = 1e-12},
  {"dim", kind = "integer"}}

--- nn.utils.spectral_norm(module: Module, name: string = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
-- dim: int = nil) -> Module: The older form of nn.utils.parametrizations.spectral_norm: the parameter is
-- module.weight_orig, buffers are weight_u and weight_v, and module.weight is computed before every forward.
-- Example: nn.utils.spectral_norm(nn.Linear(3, 2)).weight_orig.shape
return function(...)
  local given = options.read("spectral_norm", PARAMETERS, ...)
  local module, name, eps = given.module, given.name, given.eps
  recomputed.check("spectral_norm", module, name)
  local weight = module[name]
  local dim = power.dim("spectral_norm", module, weight, given.dim)
  local u, v = power.start(power.matrix(weight:detach(), dim), eps)
  module:register_parameter(name .. "_orig", weight)
  module:register_buffer(name .. "_u", u)
  module:register_buffer(name .. "_v", v)
  local first = true
  recomputed.begin(module, name, {kind = "spectral_norm"}, function(m, still)
    local matrix = power.matrix(m[name .. "_orig"], dim)
    local u_now, v_now = m[name .. "_u"], m[name .. "_v"]
    if first then -- as PyTorch: before the first forward the weight is as it was
      first = false
      return m[name .. "_orig"]:detach()
    end
    if m.training and not still then
      torch.no_grad(function()
        for _ = 1, given.n_power_iterations do
          power.half(matrix:t():conj(), u_now, v_now, eps)
          power.half(matrix, v_now, u_now, eps)
        end
      end)
      u_now, v_now = u_now:clone(), v_now:clone()
    end
    return m[name .. "_orig"] / torch.dot(u_now, torch.mv(matrix, v_now))
  end)
  return module
end
