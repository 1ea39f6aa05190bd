--- The columns that a row of the op table may have, and what each may hold. docs/internals/rows.md says what they
-- mean. A wrong one stops the build with the file, the line, the row and what was expected.
local columns = {}

local TRUE, FALSE = {"true", [true] = true}, {"false", [false] = true}
local BOOL = {"true or false", [true] = true, [false] = true}
local TEXT, LIST, FUNCTION = {"a string", string = true}, {"a list of names", table = true},
  {"a function", ["function"] = true}
local RESULTS, NUMBERS = {bool = true, float = true, number = true, promote = true}, {cut = true, promote = true,
  same = true}

--- Kinds of values: {what is expected, [Lua type or value] = true, words = allowed strings}.
local function words(list, more)
  local names = {}
  for name in pairs(list) do names[#names + 1] = ("%q"):format(name) end
  table.sort(names)
  local kind = {table.concat(names, ", "), words = list}
  for key, value in pairs(more or {}) do
    if key == 1 then kind[1] = value .. ", " .. kind[1] else kind[key] = value end
  end
  return kind
end
local function either(a, b)
  local kind = {a[1] .. " or " .. b[1], words = a.words or b.words}
  for _, from in ipairs {a, b} do
    for key, value in pairs(from) do if key ~= 1 and key ~= "words" then kind[key] = value end end
  end
  return kind
end

local COLUMNS = {
  kind = words{elementwise = true, view = true, create = true, composite = true, kernel = true},
  lua = TEXT, doc = TEXT, example = TEXT, gives = TEXT, domain = TEXT, onnx = TEXT, expr = TEXT, infer = TEXT,
  kernel = TEXT, types = TEXT, module = either(TEXT, LIST), method = BOOL, private = TRUE, contiguous = TRUE,
  moves = TRUE, computes = TRUE, halves = TRUE, creation = TRUE, cost = TRUE, bounds = TRUE,
  random = words({memory = true}, {"true", [true] = true}), holomorphic = FALSE,
  inplace = words({only = true, direct = true}, {"true or false", [true] = true, [false] = true}),
  constant = LIST, quick = LIST, operand = LIST, save = LIST, save_layout = LIST, grad_inputs = LIST,
  mutates = LIST, amp = {"a table of devices", table = true}, specialize = {"a table", table = true},
  tensors = words({one = true}, {"a list of names", table = true}),
  result = words(RESULTS), numbers = words(NUMBERS), complex_result = words{real = true},
  complex = either(TRUE, TEXT), view = either(TRUE, TEXT), composite = either(TRUE, FUNCTION),
  backward = either(FUNCTION, TEXT), check = either(LIST, TEXT), returns = either({"a number", number = true}, TEXT),
}

local function holds(kind, value)
  if value == true or value == false then return kind[value] end
  if type(value) == "string" and kind.words then return kind.words[value] end
  return kind[type(value)]
end

--- The names of all columns, in order.
function columns.names()
  local list = {}
  for name in pairs(COLUMNS) do list[#list + 1] = name end
  table.sort(list)
  return list
end

--- A value as a row would say it.
local function shown(value)
  if type(value) == "string" then return ("%q"):format(value) end
  if type(value) == "table" or type(value) == "function" then return "a " .. type(value) end
  return tostring(value)
end
columns.shown = shown

--- Fails through `wrong` unless the row has known columns with values of their kinds.
function columns.check(raw, wrong)
  local keys = {}
  for key in pairs(raw) do if type(key) == "string" then keys[#keys + 1] = key end end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local kind = COLUMNS[key]
    if not kind then wrong("unknown column '%s'; there are %s", key, table.concat(columns.names(), ", ")) end
    if not holds(kind, raw[key]) then wrong("%s: expected %s, got %s", key, kind[1], shown(raw[key])) end
  end
end

return columns
