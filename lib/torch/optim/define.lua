-- Optimisers in Lua: constructor, checks and the loop over the parameters.
local options = require "torch.utils.options"

--- Gives a class of optimisers its constructor, add_param_group and step. `parameters` are its options (see
-- options.read), which each group has; `check(name, group)` raises where a group has a wrong one, when it is added and
-- at each step. The class has a method _update(group, p, grad, state), which changes a parameter by its gradient, with
-- its table of the state, or a step of its own. Sparse gradients come as they are where class.takes_sparse is true,
-- else they are made dense.
return function(class, name, parameters, check)
  local Optimizer = torch.optim.Optimizer
  local all = table.move(parameters, 1, #parameters, 2, {{"params"}})

  local function check_group(group)
    for _, parameter in ipairs(parameters) do
      if parameter.kind == "number" and type(group[parameter[1]]) ~= "number" then
        options.wrong(name, parameter[1], nil, "a number", group[parameter[1]])
      end
    end
    check(name, group)
  end

  function class:__init(...)
    local given = options.read(name, all, ...)
    local params = given.params
    given.params = nil
    Optimizer.__init(self, params, given)
    for _, group in ipairs(self.param_groups) do check_group(group) end
  end

  function class:add_param_group(group)
    if type(group) == "table" then
      local whole = {}
      for key, value in pairs(self.defaults) do whole[key] = value end
      for key, value in pairs(group) do whole[key] = value end
      check_group(whole)
    end
    Optimizer.add_param_group(self, group)
  end

  function class:step(closure)
    if closure ~= nil and not options.is_callable(closure) then
      options.wrong(name .. ".step", "closure", 1, "a function", closure)
    end
    local loss = closure and torch.enable_grad(closure)
    torch.no_grad(function()
      for _, group in ipairs(self.param_groups) do
        check_group(group)
        for _, p in ipairs(group.params) do
          local grad = class.takes_sparse and p.grad or torch.sparse._dense_grad(p)
          if grad then
            local state = self.state[p] or {}
            self:_update(group, p, grad, state)
            self.state[p] = state
          end
        end
      end
    end)
    return loss
  end
end
