--- The arguments of gnuplot.plot: from Torch7's forms to curves, tables of
-- {title, style, rows}, where rows is an array of arrays of numbers.
local options = require "torch.utils.options"

local curves = {}

local styles = {
  ["."] = "with dots", ["+"] = "with points", ["-"] = "with lines",
  ["+-"] = "with linespoints", ["-+"] = "with linespoints", ["|"] = "with boxes",
  ["~"] = "smooth csplines", csplines = "smooth csplines", acsplines = "smooth acsplines",
  v = "with vectors", V = "with vectors",
}

local MANY = 100 -- points: beyond that a curve has no point marks by default

local function is_tensor(value)
  return type(value) == "userdata" and value.tolist ~= nil and value.shape ~= nil
end

local function is_data(value)
  return is_tensor(value) or type(value) == "table" and type(value[1]) == "number"
end

--- {"name", x, y, "-"}: what describes one curve.
local function is_curve(value)
  if type(value) ~= "table" then return false end
  local first = value[1]
  return type(first) == "string" or is_tensor(first) or is_data(first)
end

local function fail(name, ...) error(("%s: %s"):format(name, string.format(...)), 0) end

--- The columns of `data`: one for a vector, one a column for a matrix.
local function columns_of(name, data)
  if not is_tensor(data) then
    for i, value in ipairs(data) do
      if type(value) ~= "number" then
        fail(name, "expected an array of numbers, element %d is %s", i,
          options.describe(value))
      end
    end
    return {data}
  end
  local shape = data.shape
  if #shape == 0 or #shape > 2 then
    fail(name, "expected a tensor of 1 or 2 dimensions, got %s", options.describe(data))
  end
  local values = data:tolist()
  if #shape == 1 then return {values} end
  local columns = {}
  for j = 1, shape[2] do
    columns[j] = {}
    for i, row in ipairs(values) do columns[j][i] = row[j] end
  end
  return columns
end

local function count_up(n)
  local x = {}
  for i = 1, n do x[i] = i end
  return x
end

--- x and y as one list of columns in gnuplot's order.
local function join(name, x, y, vectors)
  local columns = columns_of(name, x)
  if y then
    local more = columns_of(name, y)
    if #more[1] ~= #columns[1] then
      fail(name, "x and y differ in length: %s and %s", options.describe(x),
        options.describe(y))
    end
    if vectors and #columns == 2 and #more == 2 then
      return {columns[1], more[1], columns[2], more[2]}
    end
    return table.move(more, 1, #more, #columns + 1, columns)
  end
  if #columns == 1 then return {count_up(#columns[1]), columns[1]} end
  return columns
end

local function style_of(name, format, n)
  if format == nil or format == "" then
    return n > MANY and "with lines" or "with linespoints"
  end
  if format:find("[\n;]") then fail(name, "a style has no ';' and no line break") end
  return styles[format] or "with " .. format
end

--- One curve from Torch7's [name,] x [, y] [, style].
local function read_curve(name, given)
  local data, title, format = {}, nil, nil
  local n = given.n or #given
  for i = 1, n do
    local value = given[i]
    if is_data(value) and #data < 2 and format == nil then
      data[#data + 1] = value
    elseif type(value) == "string" and #data == 0 and title == nil then
      title = value
    elseif type(value) == "string" and #data > 0 and format == nil then
      format = value
    else
      fail(name, "expected [name,] x [, y] [, style], where x and y are tensors or arrays of"
        .. " numbers; value %d is %s", i, options.describe(value))
    end
  end
  if #data == 0 then fail(name, "there is nothing to plot, expected [name,] x [, y] [, style]") end
  local weight = format and format:match("^~%s*([%d.eE+-]+)$")
  if weight then format = "acsplines" end
  local columns = join(name, data[1], data[2], format == "v" or format == "V")
  if weight then
    columns[3] = {}
    for i = 1, #columns[1] do columns[3][i] = tonumber(weight) end
  end
  return {title = title or "", style = style_of(name, format, #columns[1]), columns = columns}
end

--- Reads the arguments of the function `name`. Raises without a position: the
-- caller adds the user's.
function curves.read(name, ...)
  local given = table.pack(...)
  if given.n == 1 and type(given[1]) == "table" and is_curve(given[1][1])
    and not is_data(given[1][1]) then
    given = table.move(given[1], 1, #given[1], 1, {n = #given[1]})
  end
  if not is_curve(given[1]) or is_data(given[1]) then return {read_curve(name, given)} end
  local list = {}
  for i = 1, given.n do
    if not is_curve(given[i]) then
      fail(name, "argument %d: expected {[name,] x [, y] [, style]}, got %s", i,
        options.describe(given[i]))
    end
    list[i] = read_curve(name, given[i])
  end
  return list
end

-- A mask is a curve of ones and zeros.
local function number(value)
  if type(value) == "boolean" then value = value and 1 or 0 end
  if value ~= value or value == math.huge or value == -math.huge then return "NaN" end
  return ("%.17g"):format(value)
end

--- The rows of a curve as gnuplot reads them.
function curves.text(curve)
  local rows, columns = {}, curve.columns
  local row = {}
  for i = 1, #columns[1] do
    for j = 1, #columns do row[j] = number(columns[j][i]) end
    rows[i] = table.concat(row, " ")
  end
  return table.concat(rows, "\n")
end

return curves
