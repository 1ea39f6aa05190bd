local demand = require "torch.optim.demand"
local define = require "torch.optim.define"
local line_search = require "torch.optim.line_search"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"lr", kind = "number", default = 1.0}, {"max_iter", kind = "positive", default = 20},
  {"max_eval", kind = "positive"}, {"tolerance_grad", kind = "number", default = 1e-7},
  {"tolerance_change", kind = "number", default = 1e-9}, {"history_size", kind = "positive", default = 100},
  {"line_search_fn", kind = "string"}, {"maximize", kind = "boolean", default = false}}

--- optim.LBFGS(params: Tensor[]|table, lr: number = 1, max_iter: int = 20, max_eval: int = nil,
-- tolerance_grad: number = 1e-7, tolerance_change: number = 1e-9, history_size: int = 100,
-- line_search_fn: string = nil, maximize: bool = false): Newton's method with the curvature of the last history_size
-- steps (Nocedal 1980; Nocedal and Wright 2006, algorithm 7.5), for problems without noise. One group of parameters.
-- step(closure) makes up to max_iter steps; the closure sets the gradients to 0, computes the loss and its gradients,
-- and returns the loss.
-- - `max_eval`: how often the closure may be called in a step; nil: 1.25 · max_iter
-- - `tolerance_grad`: ends where no element of the gradient is larger
-- - `tolerance_change`: ends where no parameter, or the loss, changes by more
-- - `line_search_fn`: "strong_wolfe"; nil: steps of length lr
-- - `maximize`: climbs instead
-- Example:
--     local x = torch.tensor({3.0, 4.0}):requires_grad_(true)
--     local opt = optim.LBFGS({x}, {line_search_fn = "strong_wolfe"})
--     return opt:step(function()
--       opt:zero_grad()
--       local loss = (x * x):sum()
--       loss:backward()
--       return loss
--     end)
local LBFGS = torch.class("torch.optim.LBFGS", torch.optim.Optimizer)

local function check(name, group)
  for _, option in ipairs {"lr", "tolerance_grad", "tolerance_change"} do demand.at_least(name, group, option, 0) end
  if group.line_search_fn ~= nil and group.line_search_fn ~= "strong_wolfe" then
    options.wrong(name, "line_search_fn", nil, "'strong_wolfe' or nil", group.line_search_fn)
  end
end

define(LBFGS, "LBFGS", PARAMETERS, check)

local init = LBFGS.__init

function LBFGS:__init(...)
  init(self, ...)
  if #self.param_groups > 1 then options.raise "LBFGS: expected one group of parameters" end
end

function LBFGS:add_param_group(group)
  if #self.param_groups > 0 then options.raise "add_param_group: LBFGS has one group of parameters" end
  LBFGS.super.add_param_group(self, group)
end

-- ---- the parameters as one vector -----------------------------------------------------------------

local function as_vector(x) return (torch.is_complex(x) and torch.view_as_real(x) or x):reshape({-1}) end

--- All gradients, one after the other; 0 for a parameter that has none.
local function gradient(params, sign)
  local parts = {}
  for i, p in ipairs(params) do parts[i] = as_vector(torch.sparse._dense_grad(p) or torch.zeros_like(p)) end
  local flat = torch.cat(parts)
  return sign < 0 and flat:neg() or flat
end

--- Moves the parameters by t times a vector.
local function move(params, t, direction)
  local at = 1
  for _, p in ipairs(params) do
    local real = torch.is_complex(p) and torch.view_as_real(p) or p
    local n = real:numel()
    real:add_(direction[{{at, at + n - 1}}]:view(real.shape), {alpha = t})
    at = at + n
  end
end

local function largest(x) return x:abs():max():item() end

-- ---- the direction ---------------------------------------------------------------------------------

--- Adds the last step and the change of the gradient along it to the memory, where its curvature is above 0.
local function remember(state, flat, size)
  local change, step = flat - state.prev_flat_grad, state.d * state.t
  local curvature = change:dot(step):item()
  if not (curvature > 1e-10) then return end
  if #state.old_dirs == size then
    for _, list in ipairs {state.old_dirs, state.old_stps, state.ro} do table.remove(list, 1) end
  end
  table.insert(state.old_dirs, change)
  table.insert(state.old_stps, step)
  table.insert(state.ro, 1 / curvature)
  state.H_diag = curvature / change:dot(change):item()
end

--- The inverse of the curvature times the gradient, by the two loops over the memory; it points down.
local function direction(state, flat)
  local q, shares = -flat, {}
  for i = #state.old_dirs, 1, -1 do
    shares[i] = state.old_stps[i]:dot(q):item() * state.ro[i]
    q:add_(state.old_dirs[i], {alpha = -shares[i]})
  end
  q:mul_(state.H_diag)
  for i = 1, #state.old_dirs do
    local share = state.old_dirs[i]:dot(q):item() * state.ro[i]
    q:add_(state.old_stps[i], {alpha = shares[i] - share})
  end
  return q
end

-- ---- a step ------------------------------------------------------------------------------------------

--- One step of the given length; the loss and the gradient after it unless it is the last one.
local function fixed_step(run, state)
  move(run.params, state.t, state.d)
  if run.count == run.group.max_iter then return end
  run.loss, run.flat = run.evaluate()
  run.calls = run.calls + 1
end

--- One step of a length that the line search finds.
local function searched_step(run, state, slope)
  local before, group = {}, run.group
  for i, p in ipairs(run.params) do before[i] = p:clone() end
  local function evaluate(t)
    move(run.params, t, state.d)
    local loss, flat = run.evaluate()
    for i, p in ipairs(run.params) do p:copy_(before[i]) end
    return {at = t, f = loss, slope = flat:dot(state.d):item(), flat = flat}
  end
  local start = {at = 0, f = run.loss, slope = slope, flat = run.flat}
  local found, calls = line_search.strong_wolfe(evaluate, start, state.t,
    {most = run.max_eval - run.calls, length = largest(state.d), least = group.tolerance_change})
  state.t, run.loss, run.flat = found.at, found.f, found.flat
  run.calls = run.calls + calls
  move(run.params, state.t, state.d)
end

--- One iteration; whether there shall be another one.
local function iterate(run, state)
  local group = run.group
  run.count, state.n_iter = run.count + 1, state.n_iter + 1
  if state.n_iter == 1 then
    state.old_dirs, state.old_stps, state.ro, state.H_diag = {}, {}, {}, 1
    state.d = -run.flat
    state.t = math.min(1, 1 / run.flat:abs():sum():item()) * group.lr
  else
    remember(state, run.flat, group.history_size)
    state.d, state.t = direction(state, run.flat), group.lr
  end
  state.prev_flat_grad, state.prev_loss = run.flat:clone(), run.loss
  local slope = run.flat:dot(state.d):item()
  if slope > -group.tolerance_change then return false end
  if group.line_search_fn then searched_step(run, state, slope) else fixed_step(run, state) end
  return run.count < group.max_iter and run.calls < run.max_eval and largest(run.flat) > group.tolerance_grad
    and largest(state.d) * math.abs(state.t) > group.tolerance_change
    and not (math.abs(run.loss - state.prev_loss) < group.tolerance_change)
end

--- optim.LBFGS:step(closure: function) -> any: Up to max_iter steps. Returns what the closure returned first.
function LBFGS:step(closure)
  if not options.is_callable(closure) then options.wrong("LBFGS.step", "closure", 1, "a function", closure) end
  local group = self.param_groups[1]
  check("LBFGS", group)
  local params, sign = group.params, group.maximize and -1 or 1
  local state = rawget(self.state, params[1]) or {func_evals = 0, n_iter = 0}
  self.state[params[1]] = state
  local function evaluate()
    local loss = torch.enable_grad(closure)
    local number = torch.is_tensor(loss) and loss:item() or loss
    if type(number) ~= "number" then options.raise "LBFGS.step: the closure must return the loss" end
    return sign * number, gradient(params, sign), loss
  end
  return torch.no_grad(function()
    local loss, flat, first = evaluate()
    local run = {group = group, params = params, evaluate = evaluate, loss = loss, flat = flat, calls = 1, count = 0,
      max_eval = group.max_eval or group.max_iter * 5 // 4}
    if largest(flat) > group.tolerance_grad then
      while iterate(run, state) do end
    end
    state.func_evals = state.func_evals + run.calls
    return first
  end)
end

return LBFGS
