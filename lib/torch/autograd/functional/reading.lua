-- What the functions of torch.autograd.functional share: their arguments and their results.
local core = require "torch.func.core"
local options = require "torch.utils.options"

local reading = {}

local function array_of(name, parameter, position, value)
  if torch.is_tensor(value) then return {value}, false end
  if type(value) ~= "table" or getmetatable(value) ~= nil or #value == 0 then
    options.wrong(name, parameter, position, "a tensor or an array of tensors", value)
  end
  for i, x in ipairs(value) do
    if not torch.is_tensor(x) then options.wrong(name, ("%s[%d]"):format(parameter, i), nil, "a tensor", x) end
  end
  return value, true
end

--- Runs func on `inputs`. The run (see core.lua) says in `many` whether inputs is an array.
function reading.run(name, func, inputs, create_graph)
  local list, many = array_of(name, "inputs", 2, inputs)
  local args, positions = {n = #list}, {}
  for i, x in ipairs(list) do args[i], positions[i] = x, i end
  local run, keep = core.run(name, func, args, positions, create_graph)
  core.finish(name, run, run.outputs.n, keep)
  run.many = many
  return run
end

--- The vectors `v` (nil: ones, of tensors of one element) in the shapes of `like`.
function reading.vectors(name, v, like)
  if v == nil then
    local list = {}
    for i, x in ipairs(like) do
      if x:numel() ~= 1 then
        options.raise(("%s: 'v' (argument 3): needed unless every tensor has one element, got %s"):format(name,
          options.describe(x)))
      end
      list[i] = torch.ones_like(x)
    end
    return list
  end
  local list = array_of(name, "v", 3, v)
  return core.take(name, "v", table.pack(table.unpack(list)), like)
end

--- A list in the form of the inputs, and one in the form of the outputs: a tensor, or an array of several.
function reading.like_inputs(run, list) return run.many and list or list[1] end
function reading.like_outputs(run, list)
  if run.outputs.n == 1 and torch.is_tensor(run.outputs[1]) then return list[1] end
  return list
end

--- The outputs as the program gets them.
function reading.outputs(run)
  local list = {}
  for i, y in ipairs(run.ys) do list[i] = run.keep and y or y:detach() end
  return reading.like_outputs(run, list)
end

--- With `strict` raises where an entry of the list is false; else fills it with zeros like those of `like`.
function reading.fill(name, list, like, strict, what)
  for i, x in ipairs(like) do
    if not list[i] and strict then
      options.raise(("%s: with strict = true, %s %d does not depend on the others"):format(name, what, i))
    end
    list[i] = list[i] or torch.zeros_like(x)
  end
  return list
end

return reading
