local demand = require "torch.optim.demand"
local define = require "torch.optim.define"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"lr", kind = "number", default = 1e-3}, {"weight_decay", kind = "number", default = 0.1},
  {"momentum", kind = "number", default = 0.95}, {"nesterov", kind = "boolean", default = true},
  {"ns_coefficients", kind = "table", default = {3.4445, -4.775, 2.0315}}, {"eps", kind = "number", default = 1e-7},
  {"ns_steps", kind = "count", default = 5}, {"adjust_lr_fn", kind = "string"}}

-- By what the rate of a matrix of rows × columns is multiplied.
local adjustments = {
  original = function(rows, columns) return math.max(1, rows / columns) ^ 0.5 end,
  match_rms_adamw = function(rows, columns) return 0.2 * math.max(rows, columns) ^ 0.5 end,
  spectral_unclamped = function(rows, columns) return (rows / columns) ^ 0.5 end,
}

--- optim.Muon(params: Tensor[]|table, lr: number = 1e-3, weight_decay: number = 0.1, momentum: number = 0.95,
-- nesterov: bool = true, ns_coefficients: table = {3.4445, -4.775, 2.0315}, eps: number = 1e-7, ns_steps: int = 5,
-- adjust_lr_fn: string = nil): For matrices, the hidden weights of a network: each step is the orthogonal matrix next
-- to the momentum, found by Newton and Schulz's iteration in bfloat16 (Jordan 2024). Embeddings, biases and the last
-- layer are for AdamW.
-- - `ns_coefficients`: those of x, x³ and x⁵ in the polynomial of the iteration
-- - `adjust_lr_fn`: "original" (also nil), "match_rms_adamw" for a rate that fits AdamW, or "spectral_unclamped"
-- - `weight_decay`: p is multiplied by 1 - lr · weight_decay first
-- Example: optim.Muon({nn.Linear(4, 2).weight}, {lr = 0.02})
local Muon = torch.class("torch.optim.Muon", torch.optim.Optimizer)

local function check(name, group)
  for _, option in ipairs {"lr", "momentum", "weight_decay", "eps"} do demand.at_least(name, group, option, 0) end
  demand.at_least(name, group, "ns_steps", 0, 100)
  if group.adjust_lr_fn and not adjustments[group.adjust_lr_fn] then
    options.wrong(name, "adjust_lr_fn", nil, "'original', 'match_rms_adamw' or 'spectral_unclamped'",
      group.adjust_lr_fn)
  elseif type(group.ns_coefficients) ~= "table" or #group.ns_coefficients ~= 3 then
    options.wrong(name, "ns_coefficients", nil, "three numbers", group.ns_coefficients)
  end
  for i, p in ipairs(torch.is_tensor(group.params) and {group.params} or group.params or {}) do
    if torch.is_tensor(p) and (p.ndim ~= 2 or torch.is_complex(p)) then
      options.raise(("%s: 'params': entry %d: expected a real matrix, got %s"):format(name, i, options.describe(p)))
    end
  end
end

--- An orthogonal matrix near to that of the singular vectors of x. A polynomial of odd powers moves all singular
-- values towards 1, x is turned so that its square is the smaller one.
local function orthogonal(x, coefficients, steps, eps)
  local a, b, c = table.unpack(coefficients)
  local turned = x:size(1) > x:size(2)
  local y = x:to(torch.bfloat16)
  if turned then y = y:t() end
  y = y / y:norm():clamp(eps)
  for _ = 1, steps do
    local square = y:mm(y:t())
    y = torch.addmm(y, torch.addmm(square, square, square, {beta = b, alpha = c}), y, {beta = a})
  end
  return (turned and y:t() or y):to(x.dtype)
end

define(Muon, "Muon", PARAMETERS, check)

function Muon:_update(group, p, grad, state)
  local buffer = state.momentum_buffer or torch.zeros_like(grad)
  buffer:lerp_(grad, 1 - group.momentum)
  state.momentum_buffer = buffer
  local update = group.nesterov and grad:lerp(buffer, group.momentum) or buffer
  update = orthogonal(update, group.ns_coefficients, group.ns_steps, group.eps)
  p:mul_(1 - group.lr * group.weight_decay)
  local adjust = adjustments[group.adjust_lr_fn or "original"]
  p:add_(update, {alpha = -group.lr * adjust(p:size(1), p:size(2))})
end

return Muon
