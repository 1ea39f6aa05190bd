local demand = require "torch.optim.demand"
local define = require "torch.optim.define"

local PARAMETERS <const> = {{"lr", kind = "number", default = 1e-3}, {"betas", kind = "table", default = {0.9, 0.999}},
  {"eps", kind = "number", default = 1e-6}, {"weight_decay", kind = "number", default = 0.0},
  {"maximize", kind = "boolean", default = false}}

--- optim.LAMB(params: Tensor[]|table, lr: number = 1e-3, betas: table = {0.9, 0.999}, eps: number = 1e-6,
-- weight_decay: number = 0, maximize: bool = false): Adam whose step for each parameter is as long as lr times the
-- parameter, for very large batches (You et al. 2020, Large Batch Optimization for Deep Learning).
-- - `betas`: the shares of the past in both means
-- - `weight_decay`: weight_decay · p is added to the step before its length is set
-- - `maximize`: climbs instead
-- Example: optim.LAMB(nn.Linear(2, 1):parameters())
local LAMB = torch.class("torch.optim.LAMB", torch.optim.Optimizer)

local function check(name, group)
  for _, option in ipairs {"lr", "eps", "weight_decay"} do demand.at_least(name, group, option, 0) end
  demand.betas(name, group)
end

define(LAMB, "LAMB", PARAMETERS, check)

function LAMB:_update(group, p, grad, state)
  demand.real("LAMB", p)
  local beta1, beta2 = table.unpack(group.betas)
  local step = (state.step or 0) + 1
  local mean, square = state.exp_avg or torch.zeros_like(p), state.exp_avg_sq or torch.zeros_like(p)
  if group.maximize then grad = -grad end
  mean:lerp_(grad, 1 - beta1)
  square:mul_(beta2):addcmul_(grad, grad, {value = 1 - beta2})
  local update = (mean / (1 - beta1 ^ step)):div_((square / (1 - beta2 ^ step)):sqrt_():add_(group.eps))
  if group.weight_decay ~= 0 then update:add_(p, {alpha = group.weight_decay}) end
  local size, length = p:norm():item(), update:norm():item()
  p:add_(update, {alpha = -group.lr * (size > 0 and length > 0 and size / length or 1)})
  state.step, state.exp_avg, state.exp_avg_sq = step, mean, square
end

return LAMB
