-- What the functions of torch.func and torch.autograd.functional share: one run of a function on inputs that are
-- watched, and the products of its Jacobian with vectors. Both are reverse passes: J v is the derivative of
-- u ↦ Jᵀ u in the direction v.
local options = require "torch.utils.options"
local tree = require "torch.func.tree"

local core = {}

-- A tensor to differentiate by: x itself as a view where others want its gradient, too; else a leaf of its own.
local function watched(name, x)
  if not (x:is_floating_point() or x:is_complex()) then
    options.raise(("%s: a gradient is wanted of tensors of floating point, got %s"):format(name, options.describe(x)))
  end
  if x.requires_grad then return x:view_as(x), true end
  return x:detach():requires_grad_(), false
end

--- Runs func(args) with gradients. The tensors of the arguments at `positions` are the inputs. `create`: whether
-- what is computed of this run can be differentiated further: true, false, or nil, where it is kept when something
-- else than the inputs has a part in it. Returns a table:
--   outputs  what func returned (packed),  ys      the tensors in it,
--   xs       the inputs,                   args    the arguments with them in their places,
--   positions, keep
function core.run(name, func, args, positions, create)
  local outer = torch.is_grad_enabled() and create ~= false
  local run = {xs = {}, ys = {}, positions = positions, args = {n = args.n}}
  local connected = false
  for i = 1, args.n do run.args[i] = args[i] end
  torch.enable_grad(function()
    for _, i in ipairs(positions) do
      run.args[i] = tree.map(args[i], function(x)
        local input, has_history = watched(name, outer and x or x:detach())
        connected = connected or has_history
        run.xs[#run.xs + 1] = input
        return input
      end)
    end
    if #run.xs == 0 then options.raise(name .. ": there is no tensor to differentiate by") end
    run.outputs = table.pack(func(table.unpack(run.args, 1, run.args.n)))
  end)
  return run, outer and (create or connected)
end

--- Notes the tensors of the first `n` results of a run as what is differentiated, and whether the graph is kept.
function core.finish(name, run, n, keep)
  for i = 1, n do
    local value = run.outputs[i]
    if not torch.is_tensor(value) and type(value) ~= "table" then
      options.raise(("%s: the function returns tensors, got %s"):format(name, options.describe(value)))
    end
    tree.collect(value, run.ys)
  end
  run.keep = keep
  return run
end

--- core.run and core.finish; `has_aux`: the last result is not differentiated.
function core.watch(name, func, args, positions, has_aux)
  local run, keep = core.run(name, func, args, positions)
  local n = run.outputs.n - (has_aux and 1 or 0)
  if n < 1 then
    options.raise(("%s: the function returns %s"):format(name, has_aux and "a tensor and something else" or "nothing"))
  end
  core.finish(name, run, n, keep)
  if not run.keep and torch.is_grad_enabled() then
    run.keep = torch._C.graph_leads_elsewhere(run.ys, run.xs)
  end
  return run
end

--- What the program may see of a tensor of the run.
function core.shown(run, value)
  if run.keep then return value end
  return tree.map(value, function(x) return x:detach() end)
end

--- The last result, where func has one beside what is differentiated.
function core.aux(run) return core.shown(run, run.outputs[run.outputs.n]) end

-- Those of the outputs that have a history, and what belongs to them in `list`.
local function recorded(ys, list)
  local roots, gradients = {}, {}
  for i, y in ipairs(ys) do
    if y.requires_grad then
      roots[#roots + 1] = y
      gradients[#roots] = list and list[i]
    end
  end
  return roots, gradients
end

local function any_requires(list)
  for _, x in ipairs(list) do
    if x.requires_grad then return true end
  end
  return false
end

-- The gradients of `roots` by `xs` as an array; false where there is none.
local function gradients_of(roots, xs, weights, create)
  if #roots == 0 then
    local none = {}
    for i = 1, #xs do none[i] = false end
    return none
  end
  local given = table.pack(torch.autograd.grad(roots, xs, weights,
    {retain_graph = true, create_graph = create, allow_unused = true}))
  for i = 1, #xs do given[i] = given[i] or false end
  return given
end

local function filled(gradients, xs)
  for i, x in ipairs(xs) do gradients[i] = gradients[i] or torch.zeros_like(x) end
  return gradients
end

--- Jᵀ u: the gradients of the inputs for the weights `us` of the outputs (nil: 1, of scalars); false where an input
-- has no part in them.
function core.pull_raw(run, us)
  local create = torch.is_grad_enabled() and (run.keep or us ~= nil and any_requires(us)) or false
  local roots, weights = recorded(run.ys, us)
  return gradients_of(roots, run.xs, us and weights or nil, create)
end

--- The same with zeros in place of false.
function core.pull(run, us) return filled(core.pull_raw(run, us), run.xs) end

--- A function of tangents of the inputs (an array), which gives J v: an array for the outputs, with false where an
-- output does not depend on the inputs.
function core.pusher(run)
  local us, roots, weights
  local pulled = torch.enable_grad(function()
    us = {}
    for i, y in ipairs(run.ys) do us[i] = torch.zeros_like(y):detach():requires_grad_() end
    roots, weights = recorded(run.ys, us)
    return gradients_of(roots, run.xs, weights, true)
  end)
  return function(vs)
    local linear, directions = {}, {}
    for i, g in ipairs(pulled) do
      if g and g.requires_grad and vs[i] then
        linear[#linear + 1] = g
        directions[#linear] = vs[i]
      end
    end
    local create = torch.is_grad_enabled() and (run.keep or any_requires(directions)) or false
    return gradients_of(linear, us, directions, create)
  end
end

--- J v for tangents `vs`, with zeros in place of false.
function core.push(run, vs) return filled(core.pusher(run)(vs), run.ys) end

--- A list of tensors in the form of the differentiated arguments: one value for each of run.positions.
function core.as_arguments(run, args, list)
  local result, at = {n = #run.positions}, 1
  for k, i in ipairs(run.positions) do result[k], at = tree.replace(args[i], list, at) end
  return result
end

--- A list of tensors in the form of the first n results.
function core.as_outputs(run, list, n)
  local result, at = {n = n}, 1
  for i = 1, n do result[i], at = tree.replace(run.outputs[i], list, at) end
  return result
end

--- The tensors of `values` (packed), which must have the form of those of `like` (an array of tensors).
function core.take(name, parameter, values, like)
  local list = {}
  for i = 1, values.n do
    if not torch.is_tensor(values[i]) and type(values[i]) ~= "table" then
      options.wrong(name, parameter, i, "a tensor", values[i])
    end
    tree.collect(values[i], list)
  end
  if #list ~= #like then
    options.raise(("%s: '%s': expected %d tensors, got %d"):format(name, parameter, #like, #list))
  end
  for i, x in ipairs(list) do
    if x.shape ~= like[i].shape then
      options.raise(("%s: '%s': tensor %d: expected a tensor (%s), got %s"):format(name, parameter, i,
        table.concat(like[i].shape, "×"), options.describe(x)))
    end
  end
  return list
end

--- `argnums` as an array of positions, and whether it was an array.
function core.positions(name, argnums, n)
  local list, many = argnums, type(argnums) == "table"
  if not many then list = {argnums} end
  local result = {}
  for k, value in ipairs(list) do
    local i = options.integer(value)
    if i and i < 0 then i = n + i + 1 end
    if not i or i < 1 or i > n then
      options.raise(("%s: 'argnums' (argument 2): expected positions from 1 to %d, got %s"):format(name, n,
        options.describe(value)))
    end
    result[k] = i
  end
  if #result == 0 then options.wrong(name, "argnums", 2, "a position or an array of positions", argnums) end
  return result, many
end

return core
