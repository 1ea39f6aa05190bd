local demand = require "torch.optim.demand"
local define = require "torch.optim.define"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"lr", kind = "number", default = 0.01}, {"beta2_decay", kind = "number", default = -0.8},
  {"eps", kind = "table", default = {nil, 1e-3}}, {"d", kind = "number", default = 1.0},
  {"weight_decay", kind = "number", default = 0.0}, {"foreach", kind = "boolean"},
  {"maximize", kind = "boolean", default = false}}

--- optim.Adafactor(params: Tensor[]|table, lr: number = 0.01, beta2_decay: number = -0.8, eps: table = {nil, 1e-3}, d:
-- number = 1, weight_decay: number = 0, foreach: bool = nil, maximize: bool = false): Adam without a mean of the
-- gradients, whose mean of their squares is kept for the rows and the columns of the last two dimensions alone, which
-- takes little memory. The step is in proportion to the size of the parameter (Shazeer and Stern 2018).
-- - `lr`: the largest relative step
-- - `beta2_decay`: 0 or less: the new squares get the share step ^ beta2_decay
-- - `eps`: added to the squares (nil: that of the dtype), and the least size of a parameter
-- - `d`: a larger step, measured as the root of the mean square, is cut to it
-- - `weight_decay`: p is multiplied by 1 - lr · weight_decay first
-- - `foreach`: how PyTorch computes a step; it changes nothing here
-- - `maximize`: climbs instead
-- Example: optim.Adafactor(nn.Linear(2, 1):parameters())
local Adafactor = torch.class("torch.optim.Adafactor", torch.optim.Optimizer)

local function check(name, group)
  demand.at_least(name, group, "lr", 0)
  demand.at_least(name, group, "d", 1)
  demand.at_least(name, group, "weight_decay", 0)
  if not (group.beta2_decay <= 0) then
    options.wrong(name, "beta2_decay", nil, "a number, 0 or less", group.beta2_decay)
  end
  local eps = group.eps
  if type(eps) ~= "table" or type(eps[2]) ~= "number" or not (eps[2] >= 0)
    or eps[1] and (type(eps[1]) ~= "number" or not (eps[1] >= 0)) then
    options.wrong(name, "eps", nil, "nil or a number, and a number, both 0 or more", eps)
  end
end

--- The root of the mean square of all elements.
local function rms(x) return x:norm():item() / x:numel() ^ 0.5 end

--- The mean square along one dimension, which is kept.
local function mean_square(x, dim) return x:norm(2, dim, true):square_():div_(x:size(dim)) end

--- The estimate of the squared gradient after this one.
local function variance(grad, state, share, least)
  if grad.ndim < 2 then
    state.variance = state.variance or torch.zeros_like(grad)
    return state.variance:lerp_(grad * grad, share):clone()
  end
  local rows, columns = mean_square(grad, -1), mean_square(grad, -2)
  state.row_var = state.row_var or torch.zeros_like(rows)
  state.col_var = state.col_var or torch.zeros_like(columns)
  state.row_var:lerp_(rows, share)
  state.col_var:lerp_(columns, share)
  return (state.row_var:matmul(state.col_var)):div_(state.row_var:mean(-2, true):clamp_(least))
end

define(Adafactor, "Adafactor", PARAMETERS, check)

function Adafactor:_update(group, p, grad, state)
  demand.real("Adafactor", p)
  local step = (state.step or 0) + 1
  local least = group.eps[1] or torch.finfo(p.dtype).eps
  local rate = math.max(group.eps[2], rms(p)) * math.min(group.lr, step ^ -0.5)
  if group.maximize then grad = -grad end
  local update = variance(grad, state, step ^ group.beta2_decay, least):clamp_(least * least):rsqrt_():mul_(grad)
  if group.weight_decay ~= 0 then p:mul_(1 - group.lr * group.weight_decay) end
  p:add_(update, {alpha = -rate / math.max(1, rms(update) / group.d)})
  state.step = step
end

return Adafactor
