-- Jacobians row by row (func.jacrev) and column by column (func.jacfwd).
local core = require "torch.func.core"
local options = require "torch.utils.options"
local tree = require "torch.func.tree"

local PARAMETERS <const> = {{"func", kind = "callable", required = true}, {"argnums", default = 1},
  {"has_aux", kind = "boolean", default = false}}

local jacobians = {}

-- The tensors of one element 1 and else 0 in the shape of x.
local function basis(x)
  local n = x:numel()
  return n > 0 and torch.eye(n, {dtype = x.dtype, device = x.device}):reshape(n, table.unpack(x.shape)) or nil
end

local function shape_of(y, x)
  local shape = {}
  for _, n in ipairs(y.shape) do shape[#shape + 1] = n end
  for _, n in ipairs(x.shape) do shape[#shape + 1] = n end
  return shape
end

--- The derivatives of y by x where y is no function of x.
function jacobians.zeros(y, x) return x:new_zeros(shape_of(y, x)) end

-- `list`: what belongs to the elements of `from`, in their order, each like `to`; nil: nothing does.
local function gathered(list, y, x, along_inputs)
  local shape = shape_of(y, x)
  if #list == 0 then return x:new_zeros(shape) end
  if not along_inputs then return torch.stack(list, 1):reshape(shape) end
  for i, column in ipairs(list) do list[i] = column:reshape(-1) end
  return torch.stack(list, 2):reshape(shape)
end

--- The Jacobians of a run by rows: result[i][j] is that of output i by input j, false where it is no function of it.
function jacobians.rows(run)
  local result = {}
  for i, y in ipairs(run.ys) do
    local units, lists, used = basis(y), {}, {}
    for j in ipairs(run.xs) do lists[j] = {} end
    for k = 1, y:numel() do
      local us = {}
      for other, z in ipairs(run.ys) do us[other] = other == i and units[k] or torch.zeros_like(z) end
      local gradients = core.pull_raw(run, us)
      for j, x in ipairs(run.xs) do
        used[j] = used[j] or gradients[j] and true
        lists[j][k] = gradients[j] or torch.zeros_like(x)
      end
    end
    result[i] = {}
    for j, x in ipairs(run.xs) do result[i][j] = used[j] and gathered(lists[j], y, x, false) or false end
  end
  return result
end

--- The same by columns.
function jacobians.columns(run)
  local push, lists, used = core.pusher(run), {}, {}
  for i in ipairs(run.ys) do
    lists[i], used[i] = {}, {}
    for j in ipairs(run.xs) do lists[i][j] = {} end
  end
  for j, x in ipairs(run.xs) do
    local units, vs = basis(x), {}
    for other, z in ipairs(run.xs) do vs[other] = torch.zeros_like(z) end
    for k = 1, x:numel() do
      vs[j] = units[k]
      local column = push(vs)
      for i, y in ipairs(run.ys) do
        used[i][j] = used[i][j] or column[i] and true
        lists[i][j][k] = column[i] or torch.zeros_like(y)
      end
    end
  end
  local result = {}
  for i, y in ipairs(run.ys) do
    result[i] = {}
    for j, x in ipairs(run.xs) do result[i][j] = used[i][j] and gathered(lists[i][j], y, x, true) or false end
  end
  return result
end

-- The Jacobians of one output in the form of the argument at `position`, whose tensors are run.xs from `at` on.
local function by_argument(row, run, y, value, at)
  return tree.map(value, function()
    local x = run.xs[at]
    at = at + 1
    return row[at - 1] or jacobians.zeros(y, x)
  end), at
end

--- The function func.<name> of rows or columns.
function jacobians.define(name, make)
  name = "func." .. name
  return function(...)
    local given = options.read(name, PARAMETERS, ...)
    return function(...)
      local args = table.pack(...)
      local positions, many = core.positions(name, given.argnums, args.n)
      local run = core.watch(name, given.func, args, positions, given.has_aux)
      local rows, n = make(run), run.outputs.n - (given.has_aux and 1 or 0)
      local whole, i = {}, 0
      for k = 1, n do
        whole[k] = tree.map(run.outputs[k], function(y)
          i = i + 1
          local list, at = {}, 1
          for p, position in ipairs(positions) do list[p], at = by_argument(rows[i], run, y, args[position], at) end
          return many and list or list[1]
        end)
      end
      if n == 1 and many and torch.is_tensor(run.outputs[1]) then whole, n = whole[1], #positions end
      if given.has_aux then whole[n + 1], n = core.aux(run), n + 1 end
      return table.unpack(whole, 1, n)
    end
  end
end

return jacobians
