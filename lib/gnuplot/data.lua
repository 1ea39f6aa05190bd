--- What is plotted, as gnuplot gets it: tensors of any real dtype and arrays of numbers
-- become columns of doubles that it reads as bytes, so that nothing is rounded and
-- nothing is parsed. What is not finite becomes NaN, which gnuplot leaves out: a gap.
local arguments = require "gnuplot.arguments"
local host = require "gnuplot.host"
local options = require "torch.utils.options"
local torch = require "torch"

local data = {}

function data.is_tensor(value)
  return type(value) == "userdata" and torch.is_tensor(value)
end

--- Whether `value` can be plotted: a tensor, or an array of numbers.
function data.is_data(value)
  return data.is_tensor(value) or type(value) == "table" and type(value[1]) == "number"
end

local function check_numbers(name, list)
  for i, value in ipairs(list) do
    if type(value) ~= "number" then
      arguments.fail("%s: expected an array of numbers, element %d is %s", name, i,
        options.describe(value))
    end
  end
end

--- The tensor `t` on the CPU and without history. `value`: what the caller gave, for messages.
function data.values(name, t, value)
  if t:is_complex() then
    arguments.fail("%s: expected real numbers, got %s; x:abs() and x.real are real", name, options.describe(value))
  end
  if t:numel() == 0 then
    arguments.fail("%s: there is nothing to plot in %s", name, options.describe(value))
  end
  return t:detach():cpu()
end

--- `value`, a tensor or an array of numbers, as a tensor of float64 without history; an array of arrays is a matrix.
-- It must have `dims` dimensions, or from `dims` to `most`; nil: any number.
function data.tensor(name, value, dims, most)
  local t = value
  if type(value) == "table" and type(value[1]) == "table" then
    for i, row in ipairs(value) do
      check_numbers(name, row)
      if #row ~= #value[1] then
        arguments.fail("%s: expected rows of one length, row %d has %d and row 1 has %d", name, i,
          #row, #value[1])
      end
    end
    t = torch.tensor(value, {dtype = "float64"})
  elseif type(value) == "table" then
    check_numbers(name, value)
    t = torch.tensor(value, {dtype = "float64"})
  elseif not data.is_tensor(value) then
    arguments.fail("%s: expected a tensor or an array of numbers, got %s", name,
      options.describe(value))
  end
  most = most or dims
  if dims and (t.ndim < dims or t.ndim > most) then
    arguments.fail("%s: expected a tensor of %s, got %s", name,
      most == dims and ("%d dimension%s"):format(dims, dims == 1 and "" or "s")
      or ("%d or %d dimensions"):format(dims, most), options.describe(value))
  end
  return data.values(name, t, value):to("float64")
end

--- A vector.
function data.vector(name, value) return data.tensor(name, value, 1) end

--- A matrix: a vector becomes its one column.
function data.matrix(name, value)
  local t = data.tensor(name, value, 1, 2)
  return t.ndim == 1 and t:unsqueeze(2) or t
end

--- 1, 2, … n.
function data.count(n) return torch.arange(1, n + 1, {dtype = "float64"}) end

--- Infinities as NaN, in row-major order.
local function clean(t) return t:masked_fill(t:isinf(), 0 / 0):contiguous() end

--- The bytes of a float64 tensor.
function data.bytes(t) return host.bytes(clean(t)) end

--- "1:2:3": gnuplot guesses the number of columns otherwise.
local function using(columns)
  local list = {}
  for i = 1, #columns do list[i] = i end
  return table.concat(list, ":")
end

local function format(n, columns)
  return ("record=(%d) format='%s'"):format(n, ("%double"):rep(columns))
end

--- Columns (vectors of one length) as one layer's data. `empty`: no row of them can
-- be drawn.
function data.rows(columns)
  local t = clean(torch.stack(columns, 2))
  local good = torch.isfinite(t):sum(2):eq(#columns):any():item()
  return {points = t, empty = not good, using = using(columns), binary = format(t.shape[1], #columns)}
end

local LONG = 5000 -- points of a line from which on it is thinned

--- Whether a layer of (x, y) that is drawn as a line is so long that it is thinned.
function data.is_long(columns) return #columns == 2 and #columns[1] > LONG end

--- The bytes of a layer and how they are read, on an axis from `low` to `high` (nil: to
-- the end of the data); `whole`: all of them.
function data.drawn(layer, low, high, whole)
  if not layer.points then return layer.bytes, layer.binary end
  local bytes, n
  if layer.long and not whole then bytes, n = host.thin(layer.points, low, high) end
  if bytes then return bytes, format(n, 2) end
  return host.bytes(layer.points), layer.binary -- perhaps x goes back and forth
end

--- The first two columns of a layer as arrays x and y, thinned as above.
function data.numbers(layer, low, high)
  local bytes, n
  if layer.long then bytes, n = host.thin(layer.points, low, high) end
  if not bytes then return layer.points:select(2, 1):tolist(), layer.points:select(2, 2):tolist() end
  local x, y, at = {}, {}, 1
  for i = 1, n do x[i], y[i], at = string.unpack("=dd", bytes, at) end
  return x, y
end

--- A matrix per column, all of one shape, as a mesh of lines.
function data.mesh(columns)
  local t = torch.stack(columns, 3)
  return {bytes = data.bytes(t), empty = not torch.isfinite(t):all(3):any():item(),
    using = using(columns),
    binary = ("record=(%d,%d) format='%s'"):format(t.shape[2], t.shape[1],
      ("%double"):rep(#columns)), mesh = columns, spans = {x = {1}, y = {2}, z = {3}}}
end

return data
