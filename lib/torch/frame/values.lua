--- Methods of torch.frame.Frame that make values of columns: numbers of texts, what stands for missing ones,
-- statistics.
local options = require "torch.utils.options"

local values = {}

local function is_missing(column)
  if torch.is_tensor(column) then
    if column:is_floating_point() then return column:isnan() end
    return torch.zeros(#column, {dtype = "bool"})
  end
  local list = {}
  for i, text in ipairs(column) do list[i] = text == "" end
  return torch.tensor(list, {dtype = "bool"})
end

local function numeric(self, names)
  if names then return self._list("names", names) end
  local list = {}
  for _, name in ipairs(self._names) do
    local column = self:column(name)
    if torch.is_tensor(column) and column.dtype ~= torch.bool then list[#list + 1] = name end
  end
  return list
end

--- Names and options of a method whose first argument, the names, may be left out.
local function read(method, parameters, names, given)
  if given == nil and type(names) == "table" and next(names) ~= nil and options.is_named(names) then
    names, given = nil, names
  end
  if given ~= nil and type(given) ~= "table" then options.wrong(method, "options", 2, "a table", given) end
  return names, options.read(method, parameters, given or {})
end

local function check_numbers(method, name, column)
  if not torch.is_tensor(column) then
    options.raise(("%s: column '%s' is of texts; one_hot or codes make numbers of them"):format(method, name))
  end
  return column
end

--- torch.frame.Frame:isna(name: string) -> Tensor: Which values of a column are missing.
function values:isna(name) return is_missing(self:column(name)) end

--- torch.frame.Frame:dropna(names: any = nil) -> any: The rows in which none of these columns is missing; by default
-- of all.
function values:dropna(names)
  local keep = torch.ones(#self, {dtype = "bool"})
  for _, name in ipairs(names and self._list("dropna", names) or self._names) do
    keep = keep:logical_and(is_missing(self:column(name)):logical_not())
  end
  return self:filter(keep)
end

--- What takes the place of the missing values of a column.
local function filling(name, column, with)
  if with == "mean" or with == "median" then
    local known = check_numbers("fillna", name, column):masked_select(is_missing(column):logical_not()):double()
    if #known == 0 then options.raise(("fillna: column '%s' has no values"):format(name)) end
    return (with == "mean" and known:mean() or known:quantile(0.5)):item()
  end
  return with
end

--- torch.frame.Frame:fillna(value: any) -> any: With a value in place of missing ones: a number, a text, "mean" or
-- "median" (of the column), or {name = value, …}.
function values:fillna(value)
  local result = self
  if type(value) == "table" then for name in pairs(value) do self:column(name) end
  elseif type(value) ~= "number" and type(value) ~= "string" then
    options.wrong("fillna", "value", 1, "a number, a string or {name = value, …}", value)
  end
  for _, name in ipairs(self._names) do
    local column, with = self:column(name), value
    if type(value) == "table" then with = value[name] end
    local missing = is_missing(column)
    local suits = torch.is_tensor(column) and (type(with) == "number" or with == "mean" or with == "median")
      or not torch.is_tensor(column) and type(with) == "string" and with ~= "mean" and with ~= "median"
    if type(value) == "table" and with ~= nil and not suits then
      options.wrong("fillna", "value." .. name, nil,
        torch.is_tensor(column) and "a number, mean or median" or "a string", with)
    end
    if suits and missing:any():item() then
      with = filling(name, column, with)
      if torch.is_tensor(column) then result = result:with(name, column:masked_fill(missing, with))
      else
        local texts = {}
        for i, text in ipairs(column) do texts[i] = text == "" and with or text end
        result = result:with(name, texts)
      end
    end
  end
  return result
end

--- torch.frame.Frame:codes(name: string) -> Positions, any: The values of a column as positions among its different
-- values, and these, in order: class labels.
-- Example: torch.frame.Frame({k = {"b", "a", "b"}}):codes("k")
function values:codes(name)
  local column = self:column(name)
  if torch.is_tensor(column) then
    local unique, inverse = torch.unique(column, {return_inverse = true})
    return inverse:reshape(-1), unique:tolist()
  end
  local ranks, known = require "torch.frame.order".ranks(column), {}
  for i, at in ipairs(ranks:tolist()) do known[at] = column[i] end
  return ranks, known
end

--- torch.frame.Frame:one_hot(names: any = nil) -> any: With a column of 0 and 1 for each value of these columns, named
-- "column=value", in their place; by default of all columns of texts.
function values:one_hot(names)
  local which, wanted = {}, {}
  if names then which = self._list("one_hot", names)
  else
    for _, name in ipairs(self._names) do
      if not torch.is_tensor(self:column(name)) then which[#which + 1] = name end
    end
  end
  for _, name in ipairs(which) do
    self:column(name)
    wanted[name] = true
  end
  local order, columns = {}, {}
  for _, name in ipairs(self._names) do
    if not wanted[name] then order[#order + 1], columns[name] = name, self:column(name)
    else
      local at, known = self:codes(name)
      for i, value in ipairs(known) do
        local full = ("%s=%s"):format(name, value)
        order[#order + 1], columns[full] = full, at:eq(i):float()
      end
    end
  end
  return self._make(order, columns)
end

--- torch.frame.Frame:standardise(names: any = nil, {statistics: any = nil}) -> any, any: With these columns (by
-- default all of numbers) less their mean and over their standard deviation; and the statistics {name = {mean, std}},
-- which make the same of other rows.
-- Example: torch.frame.Frame({x = {1, 2, 3}}):standardise({"x"}, {statistics = {x = {2, 1}}})
function values:standardise(names, given)
  names, given = read("standardise", {{"statistics", kind = "any", default = {}}}, names, given)
  local statistics, result, used = given.statistics, self, {}
  if type(statistics) ~= "table" then options.wrong("standardise", "statistics", nil, "a table", statistics) end
  for _, name in ipairs(numeric(self, names)) do
    local x = check_numbers("standardise", name, self:column(name)):double()
    local s = statistics[name]
    if s ~= nil and not (type(s) == "table" and type(s[1]) == "number" and type(s[2]) == "number") then
      options.wrong("standardise", "statistics", nil, ("{mean, deviation} of '%s'"):format(name), s)
    elseif not s then
      local known = x:masked_select(x:isnan():logical_not())
      s = {known:mean():item(), known:std({correction = 0}):item()}
    end
    used[name] = s
    result = result:with(name, (x - s[1]) / (s[2] > 0 and s[2] or 1))
  end
  return result, used
end

--- torch.frame.Frame:describe() -> any: Count, mean, standard deviation, minimum, quartiles and maximum of each column
-- of numbers, one row each.
function values:describe()
  local names = numeric(self)
  local stats = {count = {}, mean = {}, std = {}, min = {}, q25 = {}, median = {}, q75 = {}, max = {}, missing = {}}
  for i, name in ipairs(names) do
    local x = self:column(name):double()
    local known = x:masked_select(x:isnan():logical_not())
    local n = #known
    local function of(f) return n > 0 and f(known):item() or 0 / 0 end
    stats.count[i], stats.missing[i] = n, #x - n
    stats.mean[i], stats.std[i] = of(function(v) return v:mean() end), of(function(v) return v:std() end)
    stats.min[i], stats.max[i] = of(function(v) return v:min() end), of(function(v) return v:max() end)
    for key, q in pairs {q25 = 0.25, median = 0.5, q75 = 0.75} do
      stats[key][i] = of(function(v) return v:quantile(q) end)
    end
  end
  local columns = {name = names}
  for key, list in pairs(stats) do
    columns[key] = torch.tensor(list, {dtype = (key == "count" or key == "missing") and "int64" or "float64"})
  end
  return self._make({"name", "count", "missing", "mean", "std", "min", "q25", "median", "q75", "max"}, columns)
end

--- torch.frame.Frame:to_tensor(names: any = nil, {dtype: dtype = "float32"}) -> Tensor: A matrix of these columns, by
-- default of all.
-- Example: torch.frame.Frame({a = {1, 2}, b = {0.5, 3}}):to_tensor({"b", "a"}, {dtype = "float64"})
function values:to_tensor(names, given)
  names, given = read("to_tensor", {{"dtype", kind = "any", default = "float32"}}, names, given)
  local list = {}
  for i, name in ipairs(names and self._list("to_tensor", names) or self._names) do
    list[i] = check_numbers("to_tensor", name, self:column(name)):to(given.dtype)
  end
  if #list == 0 then return torch.zeros(#self, 0, {dtype = given.dtype}) end
  return torch.stack(list, 2)
end

--- torch.frame.Frame:to_dataset(target: string, names: any = nil) -> any: A TensorDataset of the matrix of these
-- columns (by default all others) and the column `target`: numbers, or the positions of texts.
function values:to_dataset(target, names)
  if type(target) ~= "string" then options.wrong("to_dataset", "target", 1, "the name of a column", target) end
  local y = self:column(target)
  if not torch.is_tensor(y) then y = self:codes(target) end
  return torch.utils.data.TensorDataset((names and self:select(names) or self:drop(target)):to_tensor(), y)
end

--- torch.frame.Frame:to_csv(path: path, {delimiter: string = ",", header: bool = true}): Writes comma-separated
-- values, so that read_csv gives the frame again.
function values:to_csv(path, given)
  if type(path) ~= "string" then options.wrong("to_csv", "path", 1, "a string", path) end
  local read = options.read("to_csv", {{"delimiter", kind = "string", default = ","},
    {"header", kind = "boolean", default = true}}, given or {})
  require "torch.csv".write(self._columns, path, {names = self._names, delimiter = read.delimiter,
    header = read.header})
end

--- torch.frame.Frame:plot(x: string, ...): Plots columns over the column x as points, or with one name its histogram.
function values:plot(x, ...)
  local names = self._list("plot", ...)
  local over = check_numbers("plot", x, self:column(x)):double()
  local gnuplot = require "gnuplot"
  if #names == 0 then return gnuplot.hist(over) end
  local curves = {}
  for i, name in ipairs(names) do
    curves[i] = {name, over, check_numbers("plot", name, self:column(name)):double(), "+"}
  end
  gnuplot.plot(table.unpack(curves))
end

return values
