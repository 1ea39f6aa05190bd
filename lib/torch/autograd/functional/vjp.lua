local core = require "torch.func.core"
local options = require "torch.utils.options"
local reading = require "torch.autograd.functional.reading"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"inputs", required = true}, {"v"},
  {"create_graph", kind = "boolean", default = false}, {"strict", kind = "boolean", default = false}}

--- torch.autograd.functional.vjp(func: function, inputs: Tensor|Tensor[], v: Tensor|Tensor[] = nil,
-- create_graph: bool = false, strict: bool = false) -> Tensor|Tensor[], Tensor|Tensor[]: What func gives for the
-- inputs, and vᵀ times its Jacobian, in the form of the inputs. v has the form of the result and is 1 for a result of
-- one element. With strict an input that has no part in the result is an error; else its product is 0.
-- Example: torch.autograd.functional.vjp(torch.sin, torch.zeros(2), torch.ones(2))
return function(...)
  local given, name = options.read("functional.vjp", PARAMETERS, ...), "functional.vjp"
  local run = reading.run(name, given.func, given.inputs, given.create_graph)
  local vs = reading.vectors(name, given.v, run.ys)
  local product = reading.fill(name, core.pull_raw(run, vs), run.xs, given.strict, "input")
  return reading.outputs(run), reading.like_inputs(run, product)
end
