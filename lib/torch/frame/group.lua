--- Rows of frames by the values of columns: groups, and joins of two frames.
local options = require "torch.utils.options"

local group = {}

local function values_of(column) return torch.is_tensor(column) and column:tolist() or column end

local MISSING <const> = {} -- stands for NaN, which is no key of a table

--- A function of a frame and columns that gives for each row a number from 1 on, the same for rows of any frames that
-- have equal values there. Numbers are equal whatever their dtype, and none is equal to a text; missing ones are.
local function numbering()
  local known, count = {}, 0 -- number of the values before → value → number of both
  return function(frame, by)
    local numbers = {}
    for i = 1, #frame do numbers[i] = 0 end
    for _, name in ipairs(by) do
      for i, value in ipairs(values_of(frame:column(name))) do
        if value ~= value then value = MISSING end
        local values = known[numbers[i]]
        if not values then
          values = {}
          known[numbers[i]] = values
        end
        local number = values[value]
        if not number then
          count = count + 1
          number, values[value] = count, count
        end
        numbers[i] = number
      end
    end
    return numbers
  end
end

--- The number of the group of each row, in order of first appearance, and the first row of each.
local function number_groups(frame, by)
  local known, groups, first = {}, {}, {}
  for i, key in ipairs(numbering()(frame, by)) do
    if not known[key] then
      first[#first + 1] = i
      known[key] = #first
    end
    groups[i] = known[key]
  end
  return torch.tensor(groups, {dtype = "int64"}), first
end

--- Sums of integers are integers: a float64 has not all of them.
local function sums(x, groups, n, dtype)
  return torch.zeros(n, {dtype = dtype or "float64"}):index_add(1, groups, x:to(dtype or "float64"))
end
local function counts(groups, n)
  return torch.zeros(n, {dtype = "int64"}):index_add(1, groups, torch.ones_like(groups))
end

--- Aggregates of a tensor that are made for all groups at once.
local fast = {
  sum = function(x, groups, n) return sums(x, groups, n, not x:is_floating_point() and "int64" or nil) end,
  mean = function(x, groups, n) return sums(x, groups, n) / counts(groups, n) end,
  std = function(x, groups, n)
    local c = counts(groups, n):double()
    local d = x:double() - (sums(x, groups, n) / c):index_select(1, groups)
    return (sums(d * d, groups, n) / (c - 1)):masked_fill(c:lt(2), 0 / 0):sqrt() -- of one value or none there is none
  end,
}

--- Aggregates of the values of one group, a tensor or an array.
local slow = {
  min = function(x) return x:min():item() end, max = function(x) return x:max():item() end,
  median = function(x) return x:double():quantile(0.5):item() end,
  first = function(x) return torch.is_tensor(x) and x[1]:item() or x[1] end,
  last = function(x) return torch.is_tensor(x) and x[-1]:item() or x[#x] end,
  nunique = function(x)
    if torch.is_tensor(x) then return #x:unique() end
    local known, n = {}, 0
    for _, text in ipairs(x) do
      if not known[text] then known[text], n = true, n + 1 end
    end
    return n
  end,
}
local NAMES <const> = "count, sum, mean, std, min, max, median, first, last, nunique or a function"
local OF_TEXT <const> = {count = true, first = true, last = true, nunique = true}

local function part(column, at)
  if torch.is_tensor(column) then return column:index_select(1, torch.tensor(at, {dtype = "int64"})) end
  local texts = {}
  for i, k in ipairs(at) do texts[i] = column[k] end
  return texts
end

local function rows_by_group(groups, n)
  local rows_of = {}
  for g = 1, n do rows_of[g] = {} end
  for i, g in ipairs(groups:tolist()) do table.insert(rows_of[g], i) end
  return rows_of
end

--- The values of a column that are there, and their groups.
local function without_missing(self, name, groups)
  local column, missing = self:column(name), self:isna(name)
  if not missing:any():item() then return column, groups end
  local at = missing:logical_not():nonzero():reshape(-1)
  return part(column, at:tolist()), groups:index_select(1, at)
end

--- The values of an aggregate: one for each of the n groups.
local function aggregate(name, column, how, groups, n)
  if how == "count" then return counts(groups, n) end
  local f = options.is_callable(how) and how or slow[how]
  if not f and not fast[how] then options.wrong("group", "aggregates." .. name, nil, NAMES, how) end
  if not torch.is_tensor(column) and type(how) == "string" and not OF_TEXT[how] then
    options.raise(("group: '%s': %s is not for a column of texts"):format(name, how))
  end
  if fast[how] then return fast[how](column, groups, n) end
  local list = {}
  for g, at in ipairs(rows_by_group(groups, n)) do
    local value
    if #at == 0 and how == "nunique" then value = 0
    elseif #at == 0 then value = torch.is_tensor(column) and 0 / 0 or "" -- all are missing
    else value = f(part(column, at)) end
    list[g] = torch.is_tensor(value) and value:item() or value
  end
  return list
end

--- The aggregates by name, in the order of the names: an array of {name, column or nil, aggregate}.
local function read_aggregates(by, aggregates)
  local list, is_key = {}, {}
  for _, name in ipairs(by) do is_key[name] = true end
  if aggregates == nil then
    local free, k = "count", 1
    while is_key[free] do free, k = ("count.%d"):format(k), k + 1 end
    return {{free, nil, "count"}}
  end
  for name, given in pairs(aggregates) do
    local place = "aggregates." .. tostring(name)
    if type(name) ~= "string" then
      options.wrong("group", "aggregates", 2, "{name = {column, aggregate}, …}", name)
    end
    if is_key[name] then options.wrong("group", place, nil, "a name other than those of the groups", name) end
    if type(given) ~= "table" or options.is_callable(given) then list[#list + 1] = {name, nil, given}
    elseif #given ~= 2 then options.wrong("group", place, nil, "{column, aggregate}", given)
    else list[#list + 1] = {name, given[1], given[2]} end
  end
  table.sort(list, function(a, b) return a[1] < b[1] end)
  return list
end

function group.group(self, by, aggregates)
  if #by == 0 then options.wrong("group", "by", 1, "names of columns", by) end
  if aggregates ~= nil and type(aggregates) ~= "table" then
    options.wrong("group", "aggregates", 2, "{name = {column, aggregate}, …}", aggregates)
  end
  local groups, first = number_groups(self, by)
  local result = self:select(by):take(torch.tensor(first, {dtype = "int64"}))
  for _, row in ipairs(read_aggregates(by, aggregates)) do
    local name, column, how = row[1], row[2] or by[1], row[3]
    local values, of = self:column(column), groups
    if row[2] and not options.is_callable(how) then values, of = without_missing(self, column, groups) end
    result = result:with(name, aggregate(name, values, how, of, #first))
  end
  return result:sort(by)
end

-- ---- joins ---------------------------------------------------------------------------------------

--- A column at these positions, where 0 is missing: NaN, "" or 0 in a column of floats.
local function with_missing(column, at)
  if not torch.is_tensor(column) then
    local texts = {}
    for i, k in ipairs(at) do texts[i] = k == 0 and "" or column[k] end
    return texts
  end
  local places = torch.tensor(at, {dtype = "int64"})
  local gone = places:eq(0)
  if #column == 0 then return torch.full({#at}, 0 / 0, {dtype = "float64"}) end
  local x = column:index_select(1, places:clamp({min = 1}))
  if not gone:any():item() then return x end
  return (x:is_floating_point() and x or x:double()):masked_fill(gone, 0 / 0)
end

local function matches(self, other, on, how)
  local left, right, used, by_key, keys_of = {}, {}, {}, {}, numbering()
  for j, key in ipairs(keys_of(other, on)) do
    by_key[key] = by_key[key] or {}
    table.insert(by_key[key], j)
  end
  for i, key in ipairs(keys_of(self, on)) do
    for _, j in ipairs(by_key[key] or {}) do
      left[#left + 1], right[#right + 1], used[j] = i, j, true
    end
    if not by_key[key] and how ~= "inner" then left[#left + 1], right[#right + 1] = i, 0 end
  end
  if how == "outer" then
    for j = 1, #other do if not used[j] then left[#left + 1], right[#right + 1] = 0, j end end
  end
  return left, right
end

function group.join(self, other, on, how)
  if how ~= "inner" and how ~= "left" and how ~= "outer" then
    options.wrong("join", "how", nil, "one of inner, left, outer", how)
  end
  if #on == 0 then options.wrong("join", "on", 2, "names of columns", on) end
  local left, right = matches(self, other, on, how)
  local names, columns, is_key = self:names(), {}, {}
  for _, name in ipairs(on) do is_key[name] = true end
  for _, name in ipairs(names) do columns[name] = with_missing(self:column(name), left) end
  for _, name in ipairs(other:names()) do
    local values = with_missing(other:column(name), right)
    if is_key[name] then -- where the left has none, the value of the right
      local own = columns[name]
      if torch.is_tensor(own) then
        local gone = torch.tensor(left, {dtype = "int64"}):eq(0)
        if gone:any():item() then columns[name] = torch.where(gone, values:to(own.dtype), own) end
      else
        for i, k in ipairs(left) do if k == 0 then own[i] = values[i] end end
      end
    else
      local free = name
      while columns[free] ~= nil do free = free .. "_right" end
      names[#names + 1], columns[free] = free, values
    end
  end
  return self._make(names, columns)
end

function group.concat(self, other)
  local columns = {}
  if #self:names() ~= #other:names() then
    options.raise(("concat: expected the columns %s"):format(table.concat(self:names(), ", ")))
  end
  for _, name in ipairs(self:names()) do
    local a, b = self:column(name), other:column(name)
    if torch.is_tensor(a) ~= torch.is_tensor(b) then
      options.raise(("concat: column '%s' is of texts in one frame and of numbers in the other"):format(name))
    end
    if torch.is_tensor(a) then columns[name] = torch.cat({a, b})
    else columns[name] = table.move(b, 1, #b, #a + 1, table.move(a, 1, #a, 1, {})) end
  end
  return self._make(self:names(), columns)
end

return group
