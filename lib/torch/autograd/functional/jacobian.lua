local jacobians = require "torch.func.jacobians"
local options = require "torch.utils.options"
local reading = require "torch.autograd.functional.reading"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"inputs", required = true},
  {"create_graph", kind = "boolean", default = false}, {"strict", kind = "boolean", default = false},
  {"vectorize", kind = "boolean", default = false}, {"strategy", kind = "string", default = "reverse-mode"}}

local STRATEGIES <const> = {["reverse-mode"] = jacobians.rows, ["forward-mode"] = jacobians.columns}

--- torch.autograd.functional.jacobian(func: function, inputs: Tensor|Tensor[], create_graph: bool = false,
-- strict: bool = false, vectorize: bool = false, strategy: string = "reverse-mode") -> Tensor|table: The derivatives of
-- every element of the result by every element of the inputs: the shape of the result followed by that of the input.
-- For an array of inputs it is an array, for several results an array of such arrays. strategy = "forward-mode"
-- goes by inputs instead of results. vectorize changes nothing here.
-- Example: torch.autograd.functional.jacobian(torch.sin, torch.zeros(2))
return function(...)
  local given, name = options.read("functional.jacobian", PARAMETERS, ...), "functional.jacobian"
  local make = STRATEGIES[given.strategy]
  if not make then options.wrong(name, "strategy", 6, "reverse-mode or forward-mode", given.strategy) end
  local run = reading.run(name, given.func, given.inputs, given.create_graph)
  local result = make(run)
  for i, y in ipairs(run.ys) do
    for j, x in ipairs(run.xs) do
      if not result[i][j] and given.strict then
        options.raise(("%s: with strict = true, output %d does not depend on input %d"):format(name, i, j))
      end
      result[i][j] = result[i][j] or jacobians.zeros(y, x)
    end
    result[i] = reading.like_inputs(run, result[i])
  end
  return reading.like_outputs(run, result)
end
