local core = require "torch.func.core"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"inputs", required = true},
  {"create_graph", kind = "boolean", default = false}, {"strict", kind = "boolean", default = false},
  {"vectorize", kind = "boolean", default = false},
  {"outer_jacobian_strategy", kind = "string", default = "reverse-mode"}}

-- The gradient of func, a scalar, as a function of the same inputs.
local function gradient(func, strict)
  return function(...)
    local args, positions, name = table.pack(...), {}, "functional.hessian"
    for i = 1, args.n do positions[i] = i end
    local run, keep = core.run(name, func, args, positions, true)
    core.finish(name, run, run.outputs.n, keep)
    if #run.ys ~= 1 or run.ys[1]:numel() ~= 1 then
      options.raise(("%s: the function returns one element, got %s"):format(name,
        #run.ys == 1 and options.describe(run.ys[1]) or #run.ys .. " tensors"))
    end
    local raw = core.pull_raw(run)
    for i, x in ipairs(run.xs) do
      if not raw[i] and strict then
        options.raise(("%s: with strict = true, the result does not depend on input %d"):format(name, i))
      end
      raw[i] = raw[i] or torch.zeros_like(x)
    end
    return table.unpack(raw, 1, #run.xs)
  end
end

--- torch.autograd.functional.hessian(func: function, inputs: Tensor|Tensor[], create_graph: bool = false,
-- strict: bool = false, vectorize: bool = false, outer_jacobian_strategy: string = "reverse-mode") -> Tensor|table:
-- The second derivatives of func, which gives one element, by every pair of elements of the inputs: the shape of the
-- input twice; for an array of inputs an array of arrays.
-- Example: torch.autograd.functional.hessian(function(x) return (x ^ 3):sum() end, torch.ones(2))
return function(...)
  local given = options.read("functional.hessian", PARAMETERS, ...)
  local result = torch.autograd.functional.jacobian(gradient(given.func, given.strict), given.inputs,
    {create_graph = given.create_graph, strict = given.strict, strategy = given.outer_jacobian_strategy})
  if not torch.is_tensor(given.inputs) and #given.inputs == 1 then return {result} end
  return result
end
