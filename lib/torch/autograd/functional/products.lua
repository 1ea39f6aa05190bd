-- Products of second derivatives with vectors: functional.hvp and functional.vhp.
local core = require "torch.func.core"
local options = require "torch.utils.options"
local reading = require "torch.autograd.functional.reading"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"inputs", required = true}, {"v"},
  {"create_graph", kind = "boolean", default = false}, {"strict", kind = "boolean", default = false}}

-- The gradient of a run as a run of its own: its outputs are the gradients.
local function gradient_of(name, run, strict)
  if #run.ys ~= 1 or run.ys[1]:numel() ~= 1 then
    options.raise(("%s: the function returns one element, got %s"):format(name,
      #run.ys == 1 and options.describe(run.ys[1]) or #run.ys .. " tensors"))
  end
  local inner = {xs = run.xs, ys = run.ys, keep = true}
  local gradients = torch.enable_grad(function() return core.pull_raw(inner) end)
  return {xs = run.xs, ys = reading.fill(name, gradients, run.xs, strict, "input"), keep = run.keep}
end

--- The function `name`; pushes: H v, column by column; else vᵀ H.
return function(name, pushes)
  return function(...)
    local given = options.read(name, PARAMETERS, ...)
    local run = reading.run(name, given.func, given.inputs, given.create_graph)
    local vs = reading.vectors(name, given.v, run.xs)
    local gradient = gradient_of(name, run, given.strict)
    local product = pushes and core.pusher(gradient)(vs) or core.pull_raw(gradient, vs)
    reading.fill(name, product, run.xs, given.strict, "input")
    return reading.outputs(run), reading.like_inputs(run, product)
  end
end
