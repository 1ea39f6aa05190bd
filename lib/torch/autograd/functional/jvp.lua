local core = require "torch.func.core"
local options = require "torch.utils.options"
local reading = require "torch.autograd.functional.reading"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"inputs", required = true}, {"v"},
  {"create_graph", kind = "boolean", default = false}, {"strict", kind = "boolean", default = false}}

--- torch.autograd.functional.jvp(func: function, inputs: Tensor|Tensor[], v: Tensor|Tensor[] = nil,
-- create_graph: bool = false, strict: bool = false) -> Tensor|Tensor[], Tensor|Tensor[]: What func gives for the
-- inputs, and its Jacobian times v, in the form of the result. v has the form of the inputs and is 1 for an input of
-- one element. With strict a result that does not depend on the inputs is an error; else its product is 0.
-- Example: torch.autograd.functional.jvp(torch.sin, torch.zeros(2), torch.ones(2))
return function(...)
  local given, name = options.read("functional.jvp", PARAMETERS, ...), "functional.jvp"
  local run = reading.run(name, given.func, given.inputs, given.create_graph)
  local vs = reading.vectors(name, given.v, run.xs)
  local product = reading.fill(name, core.pusher(run)(vs), run.ys, given.strict, "output")
  return reading.outputs(run), reading.like_outputs(run, product)
end
