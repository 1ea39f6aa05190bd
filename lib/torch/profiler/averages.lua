-- Events put together by name, and their table.
local options = require "torch.utils.options"
local panel = require "torch.utils.panel"
local terminal = require "torch.utils.terminal"

local averages = {}

-- ---- grouping ------------------------------------------------------------------------------------

local Average = {__name = "torch.profiler.FunctionEventAvg"}
Average.__index = Average

function Average:__tostring()
  local form = "<FunctionEventAvg key=%s self_cpu_time=%s cpu_time=%s input_shapes=%s cpu_memory_usage=%d>"
  return form:format(self.key, averages.time(self.self_cpu_time_total), averages.time(self.cpu_time),
    self.input_shapes or "", self.cpu_memory_usage)
end

local function add(average, event, is_inner)
  average.count = average.count + 1
  if not is_inner then
    average.cpu_time_total = average.cpu_time_total + event.cpu_time_total
    average.cpu_memory_usage = average.cpu_memory_usage + event.cpu_memory_usage
  end
  average.self_cpu_time_total = average.self_cpu_time_total + event.self_cpu_time_total
  average.self_cpu_memory_usage = average.self_cpu_memory_usage + event.self_cpu_memory_usage
  average.flops = average.flops + event.flops
  average.cpu_time = average.cpu_time_total / average.count
end

local List = {__name = "torch.profiler.EventList"}
List.__index = List

--- The first n functions of a stack, or nil.
local function top_of(stack, n)
  return stack and n > 0 and table.move(stack, 1, math.min(n, #stack), 1, {}) or nil
end

--- Whether an event runs inside of one of the same group.
local function is_inside(event, group_of)
  local outer = event.cpu_parent
  while outer and group_of[outer] ~= group_of[event] do outer = outer.cpu_parent end
  return outer ~= nil
end

--- Groups events by name and, where that is asked for, by the shapes of their inputs and by the innermost functions
-- of the program. The time and the memory of an event inside of one of the same group (a label in itself, a Sequential
-- in a Sequential) are in that one already: the totals do not have them twice.
function averages.group(events, by_shape, stack_n, profile)
  local groups, group_of, list = {}, {}, {profile = profile}
  for _, event in ipairs(events) do
    local shapes, stack = by_shape and event.input_shapes, top_of(event.stack, stack_n)
    local name = event.kind == "step" and "ProfilerStep*" or event.name
    local key = table.concat({name, shapes or "", stack and table.concat(stack, "\1") or ""}, "\0")
    local average = groups[key]
    if not average then
      average = setmetatable({key = name, count = 0, cpu_time_total = 0.0, self_cpu_time_total = 0.0,
        cpu_memory_usage = 0, self_cpu_memory_usage = 0, flops = 0, input_shapes = shapes or nil, stack = stack,
        is_label = event.kind == "label" or event.kind == "step"}, Average)
      groups[key], list[#list + 1] = average, average
    end
    group_of[event] = average
    add(average, event, is_inside(event, group_of))
  end
  return setmetatable(list, List)
end

-- ---- text ------------------------------------------------------------------------------------------

--- "1.234ms" of microseconds, as PyTorch writes them.
function averages.time(us)
  if us >= 1e6 then return ("%.3fs"):format(us / 1e6) end
  if us >= 1e3 then return ("%.3fms"):format(us / 1e3) end
  return ("%.3fus"):format(us)
end

function averages.memory(bytes)
  local size = math.abs(bytes)
  for _, unit in ipairs {{1 << 30, "GB"}, {1 << 20, "MB"}, {1 << 10, "KB"}} do
    if size >= unit[1] then return ("%.2f %s"):format(bytes / unit[1], unit[2]) end
  end
  return ("%d B"):format(bytes)
end

local KEYS = {"cpu_time", "cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage",
  "count"}
local IS_KEY = {}
for _, key in ipairs(KEYS) do IS_KEY[key] = true end

local PARAMETERS = {{"sort_by", kind = "string"}, {"row_limit", kind = "number", default = 100},
  {"max_name_column_width", kind = "count", default = 55}, {"header", kind = "string"}}

local function sorted(list, key)
  local order = {}
  for i, average in ipairs(list) do order[i] = {average, i} end
  if key then
    table.sort(order, function(a, b)
      if a[1][key] ~= b[1][key] then return a[1][key] > b[1][key] end
      return a[2] < b[2]
    end)
  end
  for i, pair in ipairs(order) do order[i] = pair[1] end
  return order
end

local function shortened(name, width)
  if terminal.width(name) <= width then return name end
  return panel.fit(name, math.max(0, width - 3)) .. "..."
end

local function has(list, field)
  for _, average in ipairs(list) do if average[field] then return true end end
  return false
end

--- The columns: a title, and the text of an average.
local function columns(list, total, width)
  local function percent(us) return ("%.2f%%"):format(total > 0 and 100 * us / total or 0) end
  local result = {
    {"Name", function(a) return shortened(a.key, width) end},
    {"Self CPU %", function(a) return percent(a.self_cpu_time_total) end},
    {"Self CPU", function(a) return averages.time(a.self_cpu_time_total) end},
    {"CPU total %", function(a) return percent(a.cpu_time_total) end},
    {"CPU total", function(a) return averages.time(a.cpu_time_total) end},
    {"CPU time avg", function(a) return averages.time(a.cpu_time) end},
  }
  local function put(title, text) result[#result + 1] = {title, text} end
  if list.profile.profile_memory then
    put("CPU Mem", function(a) return averages.memory(a.cpu_memory_usage) end)
    put("Self CPU Mem", function(a) return averages.memory(a.self_cpu_memory_usage) end)
  end
  put("# of Calls", function(a) return ("%d"):format(a.count) end)
  if has(list, "input_shapes") then put("Input Shapes", function(a) return a.input_shapes or "[]" end) end
  if has(list, "stack") then
    put("Source Location", function(a) return shortened(a.stack and a.stack[1] or "", width) end)
  end
  if list.profile.with_flops then
    local most = 0
    for _, a in ipairs(list) do most = math.max(most, a.flops) end
    local unit = most >= 1e12 and {1e12, "T"} or most >= 1e9 and {1e9, "G"} or most >= 1e6 and {1e6, "M"}
      or most >= 1e3 and {1e3, "K"} or {1, ""}
    put(("Total %sFLOPs"):format(unit[2]), function(a)
      return a.flops > 0 and ("%.3f"):format(a.flops / unit[1]) or "--"
    end)
  end
  return result
end

local function rule(widths)
  local parts = {}
  for i, width in ipairs(widths) do parts[i] = ("-"):rep(width) end
  return table.concat(parts, "  ") .. "  "
end

local function line(cells, widths)
  local parts = {}
  for i, cell in ipairs(cells) do parts[i] = (" "):rep(widths[i] - terminal.width(cell)) .. cell end
  return table.concat(parts, "  ") .. "  "
end

--- A row below that of an average: the next function of its stack.
local function outer_row(list, text, given)
  local row = {}
  for c, column in ipairs(list) do
    row[c] = column[1] == "Source Location" and shortened(text, given.max_name_column_width) or ""
  end
  return row
end

--- averages:table({sort_by: string = nil, row_limit: int = 100, max_name_column_width: int = 55, header: string =
-- nil}) -> string: The table that PyTorch prints. row_limit = -1: all rows.
function List:table(...)
  local given = options.read("table", PARAMETERS, ...)
  if given.sort_by and not IS_KEY[given.sort_by] then
    options.raise(("table: 'sort_by' (argument 1): expected one of %s, got '%s'%s"):format(table.concat(KEYS, ", "),
      given.sort_by, options.suggest(given.sort_by, KEYS)))
  end
  local total = self:total_average().self_cpu_time_total
  local order, list = sorted(self, given.sort_by), columns(self, total, given.max_name_column_width)
  local rows, widths = {{}}, {}
  for c, column in ipairs(list) do rows[1][c], widths[c] = column[1], math.max(12, #column[1]) end
  for i, average in ipairs(order) do
    if i - 1 == given.row_limit then break end
    local row = {}
    for c, column in ipairs(list) do row[c] = column[2](average) end
    rows[#rows + 1] = row
    for k = 2, #(average.stack or {}) do rows[#rows + 1] = outer_row(list, average.stack[k], given) end
  end
  for _, row in ipairs(rows) do
    for c, cell in ipairs(row) do widths[c] = math.max(widths[c], terminal.width(cell)) end
  end
  local out = {rule(widths), line(rows[1], widths), rule(widths)}
  if given.header then table.insert(out, 1, given.header) end
  for i = 2, #rows do out[#out + 1] = line(rows[i], widths) end
  out[#out + 1] = rule(widths)
  out[#out + 1] = "Self CPU time total: " .. averages.time(total)
  return table.concat(out, "\n") .. "\n"
end

--- averages:total_average() -> table: All of them as one.
function List:total_average()
  local total = setmetatable({key = "Total", count = 0, cpu_time_total = 0.0, self_cpu_time_total = 0.0,
    cpu_memory_usage = 0, self_cpu_memory_usage = 0, cpu_time = 0.0, flops = 0}, Average)
  for _, a in ipairs(self) do
    for _, field in ipairs {"count", "cpu_time_total", "self_cpu_time_total", "self_cpu_memory_usage", "flops"} do
      total[field] = total[field] + a[field]
    end
  end
  total.cpu_memory_usage = total.self_cpu_memory_usage
  total.cpu_time = total.count > 0 and total.cpu_time_total / total.count or 0.0
  return total
end

function List:__tostring() return self:table() end

return averages
