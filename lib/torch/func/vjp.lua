local core = require "torch.func.core"
local options = require "torch.utils.options"

local function all(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return list
end

--- torch.func.vjp(func: function, ...: any, {has_aux: bool = false}) -> any, function: What func gives for the
-- arguments, and a function of weights in its form (a tensor for each result) that gives the products of the weights
-- with the Jacobian: a gradient for each argument. With has_aux the last result of func is not differentiated and
-- comes behind the function.
-- Example:
--     local y, pull = torch.func.vjp(torch.sin, torch.zeros(2))
--     return y, pull(torch.ones(2))
return function(func, ...)
  if not options.is_callable(func) then options.wrong("func.vjp", "func", 1, "a function", func) end
  local args, has_aux = table.pack(...), false
  local last = args[args.n]
  if type(last) == "table" and getmetatable(last) == nil and type(last.has_aux) == "boolean" and #last == 0 then
    has_aux, args.n = last.has_aux, args.n - 1
  end
  if args.n == 0 then options.raise("func.vjp: expected at least one argument for the function") end
  local run = core.watch("func.vjp", func, args, all(args.n), has_aux)
  local n = run.outputs.n - (has_aux and 1 or 0)
  local function pull(...)
    local us = core.take("func.vjp", "cotangents", table.pack(...), run.ys)
    local gradients = core.as_arguments(run, args, core.pull(run, us))
    return table.unpack(gradients, 1, gradients.n)
  end
  local results = {}
  for i = 1, n do results[i] = core.shown(run, run.outputs[i]) end
  results[n + 1] = pull
  if has_aux then results[n + 2] = core.aux(run) end
  return table.unpack(results, 1, n + (has_aux and 2 or 1))
end
