-- What func.grad and func.grad_and_value share.
local core = require "torch.func.core"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"argnums", default = 1},
  {"has_aux", kind = "boolean", default = false}}

--- gradient(name, func, argnums, has_aux): a function that returns the gradients (packed), the value, and what func
-- returns beside it (packed; nil without has_aux).
return function(name, ...)
  local given = options.read("func." .. name, PARAMETERS, ...)
  name = "func." .. name
  return function(...)
    local args = table.pack(...)
    local positions = core.positions(name, given.argnums, args.n)
    local run = core.watch(name, given.func, args, positions, given.has_aux)
    if #run.ys ~= 1 or run.ys[1]:numel() ~= 1 then
      options.raise(("%s: the function returns one element, got %s"):format(name,
        #run.ys == 1 and options.describe(run.ys[1]) or #run.ys .. " tensors"))
    end
    local gradients = core.as_arguments(run, args, core.pull(run))
    local aux = given.has_aux and {core.aux(run), n = 1} or nil
    return gradients, core.shown(run, run.outputs[1]), aux
  end
end
