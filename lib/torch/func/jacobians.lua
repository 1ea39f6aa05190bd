-- Jacobians row by row (func.jacrev) and column by column (func.jacfwd).
local core = require "torch.func.core"
local vmap = require "torch.func.vmap"
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

-- product(unit) for the tensors of one element 1 and else 0 in the shape of `from`, all at once: it gives an array with
-- a tensor like each of `to`, or false. Gives these with one more dimension in front, false where it was false.
local function products(product, from, to)
  local units, used = basis(from), {}
  if not units then return {} end
  local all = vmap(function(unit)
    local list, result = product(unit), {}
    for j, like in ipairs(to) do
      used[j] = used[j] or list[j] and true
      result[j] = list[j] or torch.zeros_like(like)
    end
    return result
  end)(units)
  for j in ipairs(to) do all[j] = used[j] and all[j] or false end
  return all
end

--- The Jacobians of a run by rows: result[i][j] is that of output i by input j, false where it is no function of it.
function jacobians.rows(run)
  local result = {}
  for i, y in ipairs(run.ys) do
    local all = products(function(unit)
      local us = {}
      for other, z in ipairs(run.ys) do us[other] = other == i and unit or torch.zeros_like(z) end
      return core.pull_raw(run, us)
    end, y, run.xs)
    result[i] = {}
    for j, x in ipairs(run.xs) do result[i][j] = all[j] and all[j]:reshape(shape_of(y, x)) or false end
  end
  return result
end

--- The same by columns.
function jacobians.columns(run)
  local push, result = core.pusher(run), {}
  for i in ipairs(run.ys) do result[i] = {} end
  for j, x in ipairs(run.xs) do
    local all = products(function(unit)
      local vs = {}
      for other, z in ipairs(run.xs) do vs[other] = other == j and unit or torch.zeros_like(z) end
      return push(vs)
    end, x, run.ys)
    for i, y in ipairs(run.ys) do
      result[i][j] = all[i] and all[i]:reshape(x:numel(), -1):t():reshape(shape_of(y, x)) or false
    end
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
