-- What schedulers do with the groups of an optimiser.
local options = require "torch.utils.options"

local groups = {}

--- Raises unless `optimizer` has parameter groups.
function groups.check_optimizer(name, optimizer)
  if type(options.field(optimizer, "param_groups")) ~= "table" then
    options.wrong(name, "optimizer", 1, "an optimiser", optimizer)
  end
end

--- Whether `value` is an array with a function in it.
function groups.is_functions(value)
  if type(value) ~= "table" then return false end
  for _, item in ipairs(value) do
    if options.is_callable(item) then return true end
  end
  return false
end

--- The rates of an optimiser's groups.
function groups.lrs(optimizer)
  local list = {}
  for i, group in ipairs(optimizer.param_groups) do list[i] = group.lr end
  return list
end

--- Gives the groups their new rates, and notes them in the scheduler.
function groups.set_lrs(scheduler, lrs)
  for i, group in ipairs(scheduler.optimizer.param_groups) do group.lr = lrs[i] end
  scheduler._last_lr = groups.lrs(scheduler.optimizer)
end

--- One value for each group: `value` itself is one for all, or an array with one for each.
function groups.each(name, parameter, optimizer, value, expected, is_right)
  local n, list = #optimizer.param_groups, {}
  if type(value) == "table" and not options.is_callable(value) then
    if #value ~= n then
      options.raise(("%s: '%s': expected one for each of the %d groups, got %d"):format(name, parameter, n, #value))
    end
    for i, item in ipairs(value) do list[i] = item end
  else
    for i = 1, n do list[i] = value end
  end
  for _, item in ipairs(list) do
    if not is_right(item) then options.wrong(name, parameter, nil, expected .. ", or an array of them", item) end
  end
  return list
end

local function is_number(value) return type(value) == "number" end

--- A number for each group; see groups.each.
function groups.numbers(name, parameter, optimizer, value)
  return groups.each(name, parameter, optimizer, value, "a number", is_number)
end

--- Makes the option lr_lambda of a scheduler its functions `lr_lambdas`, one for each group.
function groups.take_lambdas(scheduler, name, optimizer)
  scheduler.lr_lambdas = groups.each(name, "lr_lambda", optimizer, scheduler.lr_lambda, "a function",
    options.is_callable)
  scheduler.lr_lambda = nil
end

--- The momentum of a group: the field `momentum`, or the first of `betas`.
function groups.set_momentum(group, value)
  if group.betas then
    local betas = table.move(group.betas, 1, #group.betas, 1, {})
    betas[1] = value
    group.betas = betas
  else
    group.momentum = value
  end
end

--- Raises unless the groups have a momentum that a schedule can change.
function groups.check_momentum(name, optimizer)
  for i, group in ipairs(optimizer.param_groups) do
    if group.betas == nil and group.momentum == nil then
      options.raise(("%s: 'optimizer': group %d has neither 'momentum' nor 'betas': give cycle_momentum = false")
        :format(name, i))
    end
  end
end

return groups
