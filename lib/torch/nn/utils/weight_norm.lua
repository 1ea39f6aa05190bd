local options = require "torch.utils.options"
local recomputed = require "torch.nn.utils.recomputed"

local PARAMETERS <const> = {{"module", required = true}, {"name", kind = "string", default = "weight"},
  {"dim", kind = "integer", off = true, default = 1}}

--- nn.utils.weight_norm(module: Module, name: string = "weight", dim: int = 1) -> Module: The older form of
-- nn.utils.parametrizations.weight_norm: the parameters are module.weight_g (lengths) and module.weight_v
-- (directions), and module.weight is computed of them before every forward.
-- Example: nn.utils.weight_norm(nn.Linear(3, 2)).weight_g.shape
return function(...)
  local given = options.read("weight_norm", PARAMETERS, ...)
  local module, name, dim = given.module, given.name, given.dim == false and -1 or given.dim
  recomputed.check("weight_norm", module, name)
  local weight = module[name]:detach()
  module:register_parameter(name .. "_g", torch.nn.Parameter(torch.norm_except_dim(weight, 2, dim)))
  module:register_parameter(name .. "_v", torch.nn.Parameter(weight:clone()))
  recomputed.begin(module, name, {kind = "weight_norm"}, function(m)
    local v = m[name .. "_v"]
    return v * (m[name .. "_g"] / torch.norm_except_dim(v, 2, dim))
  end)
  return module
end
