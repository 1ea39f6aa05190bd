local core = require "torch.func.core"
local options = require "torch.utils.options"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"primals", required = true},
  {"tangents", required = true}, {"strict", kind = "boolean", default = false},
  {"has_aux", kind = "boolean", default = false}}

local function packed(name, parameter, position, value)
  if torch.is_tensor(value) then return {value, n = 1} end
  if type(value) ~= "table" or #value == 0 then
    options.wrong(name, parameter, position, "an array of tensors", value)
  end
  return table.pack(table.unpack(value))
end

-- A result as the program gets it: the value itself, of several an array.
local function one_or_array(list)
  if list.n == 1 then return list[1] end
  return {table.unpack(list, 1, list.n)}
end

--- torch.func.jvp(func: function, primals: Tensor[], tangents: Tensor[], strict: bool = false,
-- has_aux: bool = false) -> any, any: What func gives for the arguments primals, and the product of its Jacobian with
-- tangents (one for each argument): the change of the result when the arguments move that way. With strict a result
-- that does not depend on the arguments is an error; with has_aux the last result of func comes last and is not
-- differentiated.
-- Example: torch.func.jvp(torch.sin, {torch.zeros(2)}, {torch.ones(2)})
return function(...)
  local given = options.read("func.jvp", PARAMETERS, ...)
  local primals = packed("func.jvp", "primals", 2, given.primals)
  local tangents = packed("func.jvp", "tangents", 3, given.tangents)
  local positions = {}
  for i = 1, primals.n do positions[i] = i end
  local run = core.watch("func.jvp", given.func, primals, positions, given.has_aux)
  local vs = core.take("func.jvp", "tangents", tangents, run.xs)
  local pushed = core.pusher(run)(vs)
  for i, y in ipairs(run.ys) do
    if given.strict and not pushed[i] then
      options.raise(("func.jvp: with strict = true, output %d does not depend on the primals"):format(i))
    end
    pushed[i] = pushed[i] or torch.zeros_like(y)
  end
  local n = run.outputs.n - (given.has_aux and 1 or 0)
  local values = {n = n}
  for i = 1, n do values[i] = core.shown(run, run.outputs[i]) end
  local value, tangent = one_or_array(values), one_or_array(core.as_outputs(run, pushed, n))
  if given.has_aux then return value, tangent, core.aux(run) end
  return value, tangent
end
