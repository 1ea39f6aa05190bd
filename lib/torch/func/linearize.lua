local core = require "torch.func.core"
local options = require "torch.utils.options"

--- torch.func.linearize(func: function, ...: any) -> any, function: What func gives for the arguments, and a function
-- of tangents of them that gives the product with the Jacobian there; func runs once, however many tangents follow.
-- Example:
--     local y, push = torch.func.linearize(torch.exp, torch.zeros(2))
--     return y, push(torch.ones(2))
return function(func, ...)
  if not options.is_callable(func) then options.wrong("func.linearize", "func", 1, "a function", func) end
  local args, positions = table.pack(...), {}
  if args.n == 0 then options.raise("func.linearize: expected at least one argument for the function") end
  for i = 1, args.n do positions[i] = i end
  local run = core.watch("func.linearize", func, args, positions, false)
  local pusher = core.pusher(run)
  local function push(...)
    local vs = core.take("func.linearize", "tangents", table.pack(...), run.xs)
    local pushed = pusher(vs)
    for i, y in ipairs(run.ys) do pushed[i] = pushed[i] or torch.zeros_like(y) end
    local result = core.as_outputs(run, pushed, run.outputs.n)
    return table.unpack(result, 1, result.n)
  end
  local results = {}
  for i = 1, run.outputs.n do results[i] = core.shown(run, run.outputs[i]) end
  results[run.outputs.n + 1] = push
  return table.unpack(results, 1, run.outputs.n + 1)
end
