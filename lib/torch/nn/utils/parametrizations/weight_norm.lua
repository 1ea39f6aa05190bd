local options = require "torch.utils.options"

local WeightNorm = torch.class("nn.utils.parametrizations._WeightNorm", torch.nn.Module)
function WeightNorm:__init(dim) self.dim = dim end
function WeightNorm:forward(g, v) return v * (g / torch.norm_except_dim(v, 2, self.dim)) end
function WeightNorm:right_inverse(weight) return torch.norm_except_dim(weight, 2, self.dim), weight:clone() end

local PARAMETERS <const> = {{"module", required = true}, {"name", kind = "string", default = "weight"},
  {"dim", kind = "integer", off = true, default = 1}}

--- nn.utils.parametrizations.weight_norm(module: Module, name: string = "weight", dim: int = 1) -> Module: The weight
-- is direction times length: g · v / ‖v‖, one length for each slice along dim (false: one for all). Learned are
-- module.parametrizations.weight.original0 (g) and original1 (v) (Salimans and Kingma 2016).
-- Example: nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)).parametrizations.weight.original0.shape
return function(...)
  local given = options.read("weight_norm", PARAMETERS, ...)
  return (torch.nn.utils.parametrize.register_parametrization(given.module, given.name,
    WeightNorm(given.dim == false and -1 or given.dim), true))
end
