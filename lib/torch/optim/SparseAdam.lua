local demand = require "torch.optim.demand"
local define = require "torch.optim.define"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"lr", kind = "number", default = 1e-3}, {"betas", kind = "table", default = {0.9, 0.999}},
  {"eps", kind = "number", default = 1e-8}, {"maximize", kind = "boolean", default = false}}

--- optim.SparseAdam(params: Tensor[]|table, lr: number = 1e-3, betas: table = {0.9, 0.999}, eps: number = 1e-8,
-- maximize: bool = false): Adam for sparse gradients: parameters and means of rows without a gradient stay as they are.
-- - `betas`: the shares of the past in both means
-- - `maximize`: climbs instead
-- Example: optim.SparseAdam(nn.Embedding(10, 3, {sparse = true}):parameters(), {lr = 0.01})
local SparseAdam = torch.class("torch.optim.SparseAdam", torch.optim.Optimizer)
SparseAdam.takes_sparse = true

local function check(name, group)
  for _, option in ipairs {"lr", "eps"} do demand.at_least(name, group, option, 0) end
  demand.betas(name, group)
end

define(SparseAdam, "SparseAdam", PARAMETERS, check)

function SparseAdam:_update(group, p, grad, state)
  if torch.is_tensor(grad) then
    options.raise "SparseAdam: expected sparse gradients, got a dense one; optim.Adam takes those"
  end
  local beta1, beta2 = table.unpack(group.betas)
  local step = (state.step or 0) + 1
  local mean, square = state.exp_avg or torch.zeros_like(p), state.exp_avg_sq or torch.zeros_like(p)
  local once = grad:coalesce()
  local rows, g = once:indices():select(1, 1), once:values()
  if group.maximize then g = -g end
  local new_mean = mean:index_select(1, rows):lerp_(g, 1 - beta1)
  local new_square = square:index_select(1, rows):mul_(beta2):addcmul_(g, g, {value = 1 - beta2})
  mean[{rows}] = new_mean
  square[{rows}] = new_square
  local rate = group.lr * math.sqrt(1 - beta2 ^ step) / (1 - beta1 ^ step)
  p:index_add_(1, rows, new_mean / new_square:sqrt_():add_(group.eps), {alpha = -rate})
  state.step, state.exp_avg, state.exp_avg_sq = step, mean, square
end

return SparseAdam
